#include "harness/engine/case_player.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/targets/live.hpp"
#include "harness/targets/process.hpp"
#include "reports/evidence.hpp"
#include "reports/run_result.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::engine {

using model::CaseResult;
using model::Verdict;

namespace {

/// Another status than a 200 is what it expects, or one of the things.
bool is_refusal(scenario::v1::Expectation const& expected) {
  auto const& status = expected.response().status();
  auto const& others = expected.any_of();
  return std::any_of(others.begin(), others.end(), is_refusal) ||
         std::any_of(status.begin(), status.end(),
                     [](std::string const& each) { return !each.starts_with('2'); });
}

bool is_about_refusal(scenario::v1::Scenario const& scenario) {
  return std::any_of(scenario.expect().begin(), scenario.expect().end(), is_refusal);
}

}  // namespace

/// Repetitions run side by side: each has a folder of its own; so has each configuration's sanity.
std::filesystem::path CasePlayer::directory_of(CaseJob const& job) const {
  auto const is_around = job.scenario->role() != scenario::v1::Scenario::ORDINARY;
  return record_.case_directory(
      reports::evidence_place(job.scenario->id(), request_.repeat > 1 ? job.repetition + 1 : 0,
                              is_around ? surroundings_.target.configuration : ""));
}

std::filesystem::path CasePlayer::journal_of(CaseJob const& job) const {
  return directory_of(job) / "journal.bin";
}

CaseOutcome CasePlayer::run(CaseOrder const& order) {
  auto played = order;
  std::optional<scenario::v1::Scenario> part;  // a live endpoint plays a case as far as it can
  if (surroundings_.target.topology == targets::Topology::live) {
    played.scenario = &part.emplace(targets::live_part(*order.scenario));
  }
  auto outcome = run_case(surroundings_, played, [this] { return record_.is_over(); });
  connections_ += outcome.judgement.connections;
  return outcome;
}

CaseOutcome CasePlayer::play_aside(scenario::v1::Scenario const& scenario,
                                   std::filesystem::path const& aside) {
  CaseOrder order;
  order.scenario = &scenario;
  order.number = numbers_.next();
  order.directory = aside;
  order.rerun = record_.rerun(scenario.id());
  return run(order);
}

CaseResult CasePlayer::play_once(CaseJob const& job, bool retry) {
  CaseOrder order;
  order.scenario = job.scenario;
  order.number = retry ? numbers_.next() : job.number;
  order.repetition = job.repetition;
  order.directory = directory_of(job);
  order.rerun = record_.rerun(job.scenario->id());
  order.alone = job.alone;
  order.retry = retry;
  auto const started = Clock::now();
  auto outcome = run(order);
  auto& result = outcome.judgement.result;
  result.started_s = record_.seconds(started);
  if (!outcome.unwritable.empty()) {
    record_.stop_writing(outcome.unwritable);
    return std::move(result);
  }
  // Lag can only make a healthy proxy look late, never a broken one look well.
  if (outcome.judgement.lagged && !retry && result.verdict != Verdict::pass) {
    result.verdict = Verdict::not_run;
  }
  if (request_.repeat > 1) {
    result.repetition = job.repetition + 1;
    result.repetitions = {{result.verdict, 1}};
  }
  place(result);
  return std::move(result);
}

/// Says under which configuration it came about.
void CasePlayer::place(CaseResult& result) const {
  result.configuration = surroundings_.target.configuration;
  if (!result.configuration.empty() && !result.where.empty()) {
    result.where = "configuration " + result.configuration + ", " + result.where;
  }
}

bool CasePlayer::is_to_be_retried(CaseJob const& job, Verdict verdict) const {
  return verdict == Verdict::not_run && !record_.is_over() && !job.retry;
}

/// Of a proxy that we did not start nobody tells us. Asked when a case went wrong.
bool CasePlayer::is_proxy_gone() const {
  auto const& urls = surroundings_.target.urls;
  return !urls.empty() && !surroundings_.indirect &&
         std::all_of(urls.begin(), urls.end(), [](targets::Url const& url) {
           return targets::is_refused({url.host, url.port});
         });
}

Verdict CasePlayer::play(CaseJob const& job) {
  record_.started(job);
  auto result = play_once(job, job.retry);
  if (is_to_be_retried(job, result.verdict)) {
    std::lock_guard const lock(mutex_);
    late_.push_back(job);
    late_.back().alone = late_.back().retry = true;
    return result.verdict;
  }
  auto const& id = job.scenario->id();
  if (reports::is_red(result.verdict) && is_proxy_gone()) {
    record_.proxy_died("the proxy no longer accepts connections, as was seen after " + id);
    result = reports::unexecuted(*job.scenario, Verdict::not_run, "", record_.rerun(id));
    place(result);
  }
  result.suspect = record_.doubts_refusals() && is_about_refusal(*job.scenario);
  auto const verdict = result.verdict;
  record_.take(std::move(result), journal_of(job));
  return verdict;
}

std::vector<CaseJob> CasePlayer::late() {
  std::lock_guard const lock(mutex_);
  return std::exchange(late_, {});
}

}  // namespace rpchspec::engine
