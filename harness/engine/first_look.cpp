#include "harness/engine/first_look.hpp"

#include <algorithm>
#include <string>

#include "harness/targets/facts.hpp"
#include "harness/targets/needs.hpp"
#include "journal/reader.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;
namespace scn = scenario::v1;
using model::ProbedFact;
using targets::Topology;

constexpr char const* kCategory = "first-look";
constexpr int kPatience = 2;  // seconds, for an answer
constexpr int kMostTime = 5;  // seconds: a proxy that does not answer must not hold the run up

/// What is asked, and what the answer may be: sets of facts, "NAME=VALUE".
struct Look {
  scn::Scenario scenario;
  std::vector<std::vector<std::string>> answers;
};

scn::Step& add_request(scn::Scenario& to, std::string const& channel) {
  auto& step = *to.add_steps();
  step.set_label(channel);
  step.mutable_client_request()->set_channel(channel);
  return step;
}

void add_first_pdu(scn::Scenario& to, std::string const& channel, std::string const& pdu) {
  auto& send = *to.add_steps()->mutable_client_send();
  send.set_channel(channel);
  send.set_pdu(pdu);
}

void expect_any_answer(scn::Expectation& to, std::string const& channel) {
  to.set_subject("client." + channel);
  for (auto const* status : {"2xx", "3xx", "4xx", "5xx"}) {
    to.mutable_response()->add_status(status);
  }
}

scn::Expectation& add_await(scn::Scenario& to, std::string const& since) {
  auto& await = *to.add_steps()->mutable_await();
  await.set_since(since);
  await.mutable_within()->set_seconds(kPatience);
  return await;
}

scn::Scenario question(std::string const& name, std::string const& title) {
  scn::Scenario made;
  made.set_id(std::string(kCategory) + "/" + name);
  made.set_category(kCategory);
  made.set_title(title);
  made.mutable_watchdog()->set_seconds(kMostTime);
  return made;
}

/// Both channels of a virtual connection, without credentials.
Look anonymous_look(bool over_tls, targets::Target const& target) {
  Look look;
  auto& scenario = look.scenario = question(over_tls ? "anonymous@tls" : "anonymous@plain",
                                            "A client without credentials opens, or is refused");
  scenario.mutable_client()->set_anonymous(true);
  scenario.mutable_client()->set_tls(over_tls);
  add_request(scenario, "out");
  add_first_pdu(scenario, "out", "CONN/A1");
  expect_any_answer(add_await(scenario, "out"), "out");
  add_request(scenario, "in");
  add_first_pdu(scenario, "in", "CONN/B1");
  auto& end = add_await(scenario, "in");
  expect_any_answer(*end.add_any_of(), "in");
  auto& opened = *end.add_any_of();
  opened.set_subject("client.out");
  opened.mutable_receives()->set_pdu("CONN/C2");
  look.answers = {{"allow_anonymous=true"}, {"allow_anonymous=false"}};
  if (target.auth != targets::Auth::none) {
    auto const auth = "auth=" + std::string(targets::to_string(target.auth));
    look.answers.push_back({auth});
    look.answers.push_back({auth, "allow_anonymous=false"});
  }
  return look;
}

Look v1_look() {
  Look look;
  look.scenario = question("v1", "RPC_CONNECT is answered, or it is not");
  look.scenario.add_needs("topology:rpc-proxy");
  look.scenario.add_needs("v1");
  add_request(look.scenario, "v1");
  expect_any_answer(add_await(look.scenario, "v1"), "v1");
  look.answers = {{"v1=true"}};
  return look;
}

/// What the sanity cases do not show: they go over plain HTTP where that is there, and with
/// credentials where there are some.
std::vector<Look> looks_at(targets::Target const& target) {
  std::vector<Look> looks;
  auto const plain = targets::url_of(target, false) != nullptr;
  auto const tls = targets::url_of(target, true) != nullptr;
  auto const logs_on = target.auth != targets::Auth::none;
  if (target.client_cert.empty() && plain && logs_on) {
    looks.push_back(anonymous_look(false, target));
  }
  if (target.client_cert.empty() && tls && (plain || logs_on)) {
    looks.push_back(anonymous_look(true, target));
  }
  if (targets::has_our_servers(target.topology)) {  // elsewhere nobody sees whom it connects to
    looks.push_back(v1_look());
  }
  return looks;
}

targets::Target with(targets::Target target, std::vector<std::string> const& answer) {
  for (auto const& fact : answer) {
    if (!targets::has_fact(target.facts, fact.substr(0, fact.find('=')))) {
      static_cast<void>(targets::set_fact(target.facts, fact));
    }
  }
  return target;
}

std::vector<scn::Scenario const*> skipped(RunRequest const& run) {
  std::vector<scn::Scenario const*> found;
  for (auto const& each : run.scenarios) {
    if (targets::skip_reason(each, run.target)) {
      found.push_back(&each);
    }
  }
  return found;
}

/// One of these cases waits for this answer, and the question can be asked.
bool is_wanted(Look const& look,
               std::vector<std::string> const& answer,
               targets::Target const& target,
               std::vector<scn::Scenario const*> const& cases) {
  auto const answered = with(target, answer);
  return !targets::skip_reason(look.scenario, answered) &&
         std::any_of(cases.begin(), cases.end(), [&](scn::Scenario const* each) {
           return !targets::skip_reason(*each, answered);
         });
}

reports::ProbedWay way_of(targets::Target const& target) {
  reports::ProbedWay way;
  way.plain = targets::url_of(target, false) != nullptr;
  way.tls = targets::url_of(target, true) != nullptr;
  way.certificate = !target.client_cert.empty();
  if (target.auth != targets::Auth::none) {
    way.scheme = targets::to_string(target.auth);
  }
  return way;
}

void read(fs::path const& journal, reports::Probe& probe) {
  static_cast<void>(
      journal::read(journal, [&](journal::v1::Event const& event) { probe.on_event(event); }));
}

}  // namespace

bool is_looked_at(RunRequest const& request) {
  auto const topology = request.target.topology;
  return topology != Topology::embedded && topology != Topology::http_front &&
         request.configurations.empty() && request.target.defect.empty();
}

std::vector<ProbedFact> FirstLook::facts(std::vector<fs::path> const& journals) {
  reports::Probe probe(way_of(request_.target));
  if (journals.empty()) {
    return {};
  }
  for (auto const& journal : journals) {
    read(journal, probe);
  }
  auto const waiting = skipped(request_);
  for (auto const& look : looks_at(request_.target)) {
    auto const wanted = std::any_of(
        look.answers.begin(), look.answers.end(),
        [&](auto const& answer) { return is_wanted(look, answer, request_.target, waiting); });
    if (wanted) {
      ask(look.scenario, probe);
    }
  }
  return probe.facts();
}

void FirstLook::ask(scn::Scenario const& look, reports::Probe& probe) {
  auto const job = CaseJob{&look, player_.next_number(), true, false};
  static_cast<void>(player_.play_once(job, false));  // what came of it is in its journal
  auto const journal = player_.journal_of(job);
  read(journal, probe);
  std::error_code ignored;
  fs::remove_all(journal.parent_path(), ignored);
  fs::remove(journal.parent_path().parent_path(), ignored);  // of the category, where it is empty
}

std::vector<ProbedFact> adopt(std::vector<ProbedFact> probed, targets::Facts& facts) {
  std::vector<ProbedFact> adopted;
  for (auto& each : probed) {
    auto const stated = facts.given.find(each.fact);
    if (stated == facts.given.end()) {
      if (!targets::set_fact(facts, each.fact, each.value)) {
        continue;
      }
      facts.probed.insert(each.fact);
    } else if (targets::agrees(each.fact, stated->second, each.value)) {
      continue;
    } else {
      each.stated = stated->second;
    }
    adopted.push_back(std::move(each));
  }
  return adopted;
}

}  // namespace rpchspec::engine
