#include "harness/engine/run_record.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "reports/judge.hpp"
#include "reports/probe.hpp"
#include "reports/repetitions.hpp"
#include "reports/run_result.hpp"
#include "reports/verdict.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::engine {
namespace {

using model::CaseResult;
using model::Verdict;

std::string utc(char const* format) {
  return fmt::format(fmt::runtime(format), fmt::gmtime(std::time(nullptr)));
}

}  // namespace

model::RunResult begun(RunRequest const& request) {
  model::RunResult result;
  result.tool_version = request.tool_version;
  result.suite = request.suite_version;
  result.shard = request.shard;
  result.started = utc("{:%Y-%m-%dT%H:%M:%SZ}");
  result.seed = request.seed;
  result.target.name = request.target.name;
  result.target.topology = targets::to_string(request.target.topology);
  result.target.facts = request.target.facts.given;
  for (auto const& url : request.target.urls) {
    result.target.urls.push_back(url.text);
  }
  return result;
}

Result<void> RunRecord::open() {
  outcome_.result = begun(request_);
  auto opened = output_.open(outcome_.result);
  outcome_.has_results = opened.has_value();
  return opened;
}

void RunRecord::note_version(std::string const& version) {
  outcome_.result.target.facts["version"] = version;
}

void RunRecord::note_probed(std::vector<model::ProbedFact> probed) {
  std::lock_guard const lock(mutex_);
  auto& target = outcome_.result.target;
  for (auto const& each : probed) {
    target.facts.emplace(each.fact, each.value);  // one that is stated stays
  }
  if (auto const text = reports::probed_text(probed); !text.empty()) {
    say("probed: " + text);
  }
  for (auto const& line : reports::disagreements(probed)) {
    say(line);
  }
  target.probed = std::move(probed);
}

/// mutex_ is held.
void RunRecord::say(std::string const& text) {
  if (estimated_) {
    observer_.on_note(text);
  } else {
    unsaid_.push_back(text);
  }
}

void RunRecord::skip(std::vector<SkippedCase> const& cases) {
  std::lock_guard const lock(mutex_);
  for (auto const& [scenario, reason] : cases) {
    outcome_.result.cases.push_back(
        reports::unexecuted(*scenario, Verdict::skip, reason.reason, rerun(scenario->id())));
    observer_.on_case_skipped(outcome_.result.cases.back());
    outcome_.skipped.push_back(reason);
  }
}

Result<void> RunRecord::plan(RunPlan const& plan) {
  std::lock_guard const lock(mutex_);
  if (auto room = output_.plan(unfinished(plan)); !room) {
    return room;
  }
  observer_.on_estimate(estimate(request_, plan));
  say_the_rest();
  return {};
}

/// mutex_ is held. From now on notes are told at once.
void RunRecord::say_the_rest() {
  estimated_ = true;
  for (auto const& text : std::exchange(unsaid_, {})) {
    say(text);
  }
}

/// What a results.json says that is never finished.
model::RunResult RunRecord::unfinished(RunPlan const& plan) const {
  auto run = outcome_.result;
  for (auto const& stage : plan.stages) {
    for (auto const& job : stage.jobs) {
      if (job.repetition == 0) {
        run.cases.push_back(reports::unexecuted(*job.scenario, Verdict::not_run,
                                                "the run did not come to it",
                                                rerun(job.scenario->id())));
      }
    }
  }
  reports::summarize(run);
  return run;
}

void RunRecord::enter(Configured const& stage) {
  std::lock_guard const lock(mutex_);
  dead_.clear();
  suspect_since_.clear();
  proxy_died_ = false;
  doubts_refusals_ = false;
  if (!stage.target->configuration.empty()) {
    say(fmt::format("configuration {}: {} cases", stage.target->configuration, stage.jobs.size()));
  }
}

void RunRecord::leave(targets::Target const& target, std::vector<CaseJob> const& jobs) {
  auto known = told();
  std::lock_guard const lock(mutex_);
  auto& cases = outcome_.result.cases;
  for (auto const& job : jobs) {
    if (known.insert(job.scenario->id()).second) {
      cases.push_back(reports::unexecuted(*job.scenario, Verdict::not_run, why_not_run(),
                                          rerun(job.scenario->id())));
      cases.back().configuration = target.configuration;
    }
  }
}

void RunRecord::started(CaseJob const& job) {
  std::lock_guard const lock(mutex_);
  observer_.on_case_started(job.scenario->id());
}

void RunRecord::take(CaseResult result, std::filesystem::path const& journal) {
  std::lock_guard const lock(mutex_);
  result.suspect = result.suspect || !suspect_since_.empty();
  if (is_over() && result.verdict == Verdict::not_run) {
    result.message = why_not_run();
  }
  if (auto const kept = output_.add_case(result, journal); !kept) {
    note_unwritable(to_string(kept.error()));
  }
  for (auto const& finding : findings_.add(result)) {
    observer_.on_finding(finding, result.where);
  }
  failed_fast_ = failed_fast_ || (request_.fail_fast && reports::is_red(result.verdict));
  observer_.on_case_finished(result);
  reports::add_case(finished_, std::move(result));
}

std::set<std::string> RunRecord::told() const {
  std::lock_guard const lock(mutex_);
  std::set<std::string> ids;
  for (auto const& known : outcome_.result.cases) {
    ids.insert(known.id);
  }
  return ids;
}

void RunRecord::fail_to_start(std::string why) {
  std::lock_guard const lock(mutex_);
  note_failed_start(std::move(why));
}

/// mutex_ is held.
void RunRecord::note_failed_start(std::string why) {
  say(why);
  outcome_.could_not_start = why;
  outcome_.exit.could_not_start = true;
  dead_ = std::move(why);
}

RunOutcome RunRecord::give_up(Error const& why) {
  std::lock_guard const lock(mutex_);
  say_the_rest();
  note_failed_start(to_string(why));
  return std::move(outcome_);
}

void RunRecord::close_way(std::string const& why, bool unjudged) {
  std::lock_guard const lock(mutex_);
  dead_ = why;
  outcome_.exit.could_not_start = unjudged;
  say(why);
}

void RunRecord::proxy_died(std::string const& how) {
  std::lock_guard const lock(mutex_);
  dead_ = dead_.empty() ? how : dead_;
  if (!proxy_died_.exchange(true)) {
    say(how);
  }
}

void RunRecord::proxy_gone(std::string const& why) {
  std::lock_guard const lock(mutex_);
  dead_ = why;
}

void RunRecord::stop_writing(std::string const& why) {
  std::lock_guard const lock(mutex_);
  note_unwritable(why);
}

/// mutex_ is held.
void RunRecord::note_unwritable(std::string const& why) {
  if (unwritable_.empty()) {
    unwritable_ = why;
    outcome_.exit.could_not_start = true;
    say(why);
  }
}

void RunRecord::suspect_since(std::string const& id) {
  std::lock_guard const lock(mutex_);
  if (suspect_since_.empty()) {
    suspect_since_ = id;
    say("after " + id + " the proxy no longer opens a virtual connection; later cases are suspect");
  }
}

void RunRecord::doubt_refusals(std::string const& canary) {
  doubts_refusals_ = true;
  note(canary +
       " was answered 200: whether this proxy refuses anything is not known, and each case "
       "about a refusal is suspect");
}

void RunRecord::note(std::string const& text) {
  std::lock_guard const lock(mutex_);
  say(text);
}

bool RunRecord::go_on() const {
  std::lock_guard const lock(mutex_);
  return !is_over() && !failed_fast_ && dead_.empty() && unwritable_.empty();
}

/// mutex_ is held.
std::string RunRecord::why_not_run() const {
  if (stop_ != 0) {
    return "the run was interrupted";
  }
  if (!unwritable_.empty() || !dead_.empty()) {
    return unwritable_.empty() ? dead_ : unwritable_;
  }
  return failed_fast_ ? "an earlier case failed (--fail-fast)"
                      : "the run's time was up (--max-time)";
}

RunOutcome RunRecord::finish() {
  std::lock_guard const lock(mutex_);
  auto& result = outcome_.result;
  std::stable_sort(result.cases.begin(), result.cases.end(),
                   [&](CaseResult const& a, CaseResult const& b) {
                     return std::pair(a.category, a.id) < std::pair(b.category, b.id);
                   });
  result.duration_s = seconds(Clock::now());
  reports::summarize(result);
  auto const report = reports::apply_waivers(result, waivers_of(request_.target),
                                             utc("{:%Y-%m-%d}"), request_.strict);
  outcome_.warnings = report.warnings;
  reports::recount(result);
  result.complete = true;
  observer_.on_writing();
  if (stop_ == SIGINT) {
    outcome_.exit.interruption = reports::Interruption::interrupted;
  } else if (stop_ != 0) {
    outcome_.exit.interruption = reports::Interruption::terminated;
  }
  if (auto const written = output_.close(result); !written) {
    note_failed_start(to_string(written.error()));
  }
  return std::move(outcome_);
}

}  // namespace rpchspec::engine
