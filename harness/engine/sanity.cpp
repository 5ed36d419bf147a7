#include "harness/engine/sanity.hpp"

#include <algorithm>

#include "harness/engine/case_place.hpp"
#include "harness/engine/elsewhere.hpp"
#include "harness/engine/preflight.hpp"
#include "harness/targets/needs.hpp"
#include "reports/judge.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::engine {

using model::CaseResult;
using model::Verdict;

namespace {

/// "expected: ..." or "seen:     ..." of a case's message, without that word; empty: it has none.
std::string part(std::string const& message, std::string_view word) {
  auto const line = message.find("\n" + std::string(word) + ":");
  if (line == std::string::npos) {
    return {};
  }
  auto const from = message.find_first_not_of(' ', line + word.size() + 2);
  return message.substr(from, message.find('\n', from) - from);
}

/// Where no hop explains it: what the case itself says.
std::string why_closed(CaseResult const& result) {
  auto const expected = part(result.message, "expected");
  auto const seen = part(result.message, "seen");
  auto const alone =
      "no other case is played, for the sanity case " + result.id + " did not pass: ";
  return alone + (expected.empty()
                      ? result.message
                      : "\"" + expected + "\" was expected, \"" + seen + "\" was seen.");
}

}  // namespace

bool Sanity::applies(scenario::v1::Scenario const& scenario) const {
  bool const known = scenario.role() == scenario::v1::Scenario::CANARY && !target().defect.empty();
  return !known && !targets::skip_reason(scenario, target()) && record_.go_on();
}

std::vector<std::filesystem::path> Sanity::look() {
  std::vector<std::filesystem::path> journals;
  for (auto const& scenario : request_.sanity) {
    if (scenario.role() != scenario::v1::Scenario::SANITY || !applies(scenario)) {
      continue;
    }
    auto const& known = looked_.emplace(scenario.id(), play(scenario)).first->second;
    if (known.result.verdict != Verdict::pass && known.result.verdict != Verdict::warn) {
      return {};
    }
    journals.push_back(player_.journal_of(known.job));
  }
  return journals;
}

Sanity::Played Sanity::play(scenario::v1::Scenario const& scenario) {
  auto const job = CaseJob{&scenario, player_.next_number(), true, false};
  return {job, played(job)};
}

void Sanity::check_way(std::vector<CaseJob> const& selected) {
  for (auto const& scenario : request_.sanity) {
    auto const looked = looked_.find(scenario.id());
    if (looked == looked_.end() && !applies(scenario)) {
      continue;
    }
    auto [job, first] = looked == looked_.end() ? play(scenario) : std::move(looked->second);
    auto const journal = player_.journal_of(job);
    auto result = judged(job, std::move(first));
    auto const wanted = std::any_of(selected.begin(), selected.end(), [&](CaseJob const& chosen) {
      return chosen.scenario->id() == scenario.id();
    });
    if (wanted || result.verdict != Verdict::pass) {
      record_.take(std::move(result), journal);
    } else {
      std::error_code ignored;
      std::filesystem::remove_all(journal.parent_path(), ignored);
    }
  }
}

/// A second time where this machine was late: nothing else runs yet.
CaseResult Sanity::played(CaseJob const& job) {
  auto result = player_.play_once(job, false);
  if (result.verdict == Verdict::not_run && record_.go_on()) {
    result = player_.play_once(job, true);
  }
  if (job.scenario->role() == scenario::v1::Scenario::CANARY && result.verdict != Verdict::pass) {
    // It may have been refused otherwise than it should.
    auto const way = read_way(player_.journal_of(job));
    if (way.answered && way.status == 0) {
      record_.doubt_refusals(job.scenario->id());
    }
  }
  return result;
}

/// Where the result says that the way is closed, the run ends, and says where.
CaseResult Sanity::judged(CaseJob const& job, CaseResult result) {
  auto const& scenario = *job.scenario;
  if (!reports::is_red(result.verdict) || scenario.role() != scenario::v1::Scenario::SANITY) {
    return result;
  }
  auto const way = read_way(player_.journal_of(job));
  auto why = advice(way, target(), server_of(job));
  if (why.empty()) {
    why = why_closed(result);
  }
  auto const absent =
      (!way.proxy_reached && !target().urls.empty()) || leads_nowhere(way, target());
  record_.close_way(why, absent);
  if (absent) {  // of a proxy that is not there nothing was judged
    return reports::unexecuted(scenario, Verdict::not_run, why, record_.rerun(scenario.id()));
  }
  return result;
}

/// The first of the case's servers, as the proxy is asked for it.
std::string Sanity::server_of(CaseJob const& job) const {
  CaseOrder order;
  order.scenario = job.scenario;
  order.number = job.number;
  if (auto const* elsewhere = player_.surroundings().elsewhere) {
    order.server_name = elsewhere->own_address();
  }
  return server_name(player_.surroundings(), order) + ":" +
         std::to_string(target().backend_ports.front());
}

/// @param suffix  of the evidence's folder, which is there while `tell` looks at what broke.
/// @param tell    of each case that did not pass; true: the evidence stays.
void Sanity::ask_again(std::string const& suffix, Tell const& tell) {
  for (auto const& scenario : request_.sanity) {
    if (scenario.role() != scenario::v1::Scenario::SANITY || !applies(scenario)) {
      continue;
    }
    auto const folder = record_.case_directory(scenario.id() + suffix);
    auto outcome = player_.play_aside(scenario, folder);
    auto const broken =
        reports::is_red(outcome.judgement.result.verdict) && !outcome.judgement.lagged;
    if (!broken || !tell(outcome)) {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  }
}

void Sanity::check_at_end() {
  if (!request_.target.defect.empty() || request_.target.topology == targets::Topology::embedded) {
    return;
  }
  ask_again("~last", [this](CaseOutcome& outcome) {
    record_.note("after the last case the proxy no longer opens a virtual connection");
    record_.take(std::move(outcome.judgement.result), outcome.journal);
    return true;
  });
}

void Sanity::check_after(std::string const& culprit) {
  if (!request_.target.defect.empty() || checking_.exchange(true)) {
    return;
  }
  ask_again("~after", [&](CaseOutcome const& outcome) {
    record_.suspect_since(culprit);
    if (!read_way(outcome.journal).proxy_reached) {
      record_.proxy_gone("the proxy no longer accepts connections since " + culprit);
    }
    return false;
  });
  checking_ = false;
}

}  // namespace rpchspec::engine
