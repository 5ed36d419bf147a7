// What a run has come to: its results and files, whom they are told, and why it goes no further.

#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "harness/engine/output.hpp"
#include "harness/engine/run_plan.hpp"
#include "reports/findings.hpp"
#include "reports/rows_by_id.hpp"

namespace rpchspec::engine {

/// What is known of a run before its first case.
[[nodiscard]] model::RunResult begun(RunRequest const& request);

/// Thread-safe. The observer is told of everything, by one thread at a time.
class RunRecord {
 public:
  /// The arguments outlive it. @param stop  a signal's number once the run is to end.
  RunRecord(RunRequest const& request, RunObserver& observer, std::atomic<int> const& stop)
      : request_(request), observer_(observer), stop_(stop), output_(request) {}

  // -- before the first case, in this order --

  [[nodiscard]] Result<void> open();

  /// The proxy's own answer to `version`.
  void note_version(std::string const& version);

  /// What the first cases told of the target. @param probed  those that were stated otherwise, too.
  void note_probed(std::vector<model::ProbedFact> probed);

  void skip(std::vector<SkippedCase> const& cases);

  /// Writes the results that stand when the run is never finished.
  [[nodiscard]] Result<void> plan(RunPlan const& plan);

  // -- around the cases of one configuration --

  /// Of the proxy's state under another configuration nothing is known.
  void enter(Configured const& stage);

  /// What did not run is told with its reason here, before the next configuration has others.
  void leave(targets::Target const& target, std::vector<CaseJob> const& jobs);

  // -- cases --

  void started(CaseJob const& job);

  /// A result, which is written down with what its journal shows.
  void take(model::CaseResult result, std::filesystem::path const& journal);

  /// cases/<id>; not made yet.
  [[nodiscard]] std::filesystem::path case_directory(std::string const& id) const {
    return output_.case_directory(id);
  }

  /// The command that repeats a case; empty: there is none.
  [[nodiscard]] std::string rerun(std::string const& id) const {
    return request_.rerun ? request_.rerun(id) : std::string();
  }

  /// The ids of the cases that have a result.
  [[nodiscard]] std::set<std::string> told() const;

  /// Seconds since the run began.
  [[nodiscard]] double seconds(TimePoint at) const {
    return std::chrono::duration<double>(at - begun_).count();
  }

  // -- why it goes no further --

  /// Nothing can be judged: the run counts as one that could not start.
  void fail_to_start(std::string why);

  /// The same before anything was planned. @return what there is then.
  [[nodiscard]] RunOutcome give_up(Error const& why);

  /// The way through the proxy is closed.
  /// @param unjudged  so that the run counts as one that could not start.
  void close_way(std::string const& why, bool unjudged);

  /// The proxy was started by us, and ended.
  void proxy_died(std::string const& how);

  /// The proxy accepts no connection any more.
  void proxy_gone(std::string const& why);

  /// A case whose evidence is lost may have its verdict; nothing else begins.
  void stop_writing(std::string const& why);

  /// Later results are suspect: after this case, the first that is named, sanity was broken.
  void suspect_since(std::string const& id);

  /// This canary was not refused: what later cases make of a refusal is in doubt.
  void doubt_refusals(std::string const& canary);

  [[nodiscard]] bool doubts_refusals() const { return doubts_refusals_; }

  void note(std::string const& text);

  [[nodiscard]] bool go_on() const;

  [[nodiscard]] std::atomic<int> const& stop() const { return stop_; }

  /// What is being played is broken off, too. From any thread, at any time.
  [[nodiscard]] bool is_over() const { return stop_ != 0 || proxy_died_ || is_time_up(); }

  /// Writes the reports. Once no case runs.
  [[nodiscard]] RunOutcome finish();

 private:
  [[nodiscard]] bool is_time_up() const { return Clock::now() - begun_ >= request_.max_time; }

  [[nodiscard]] model::RunResult unfinished(RunPlan const& plan) const;
  void say(std::string const& text);
  void say_the_rest();
  [[nodiscard]] std::string why_not_run() const;
  void note_unwritable(std::string const& why);
  void note_failed_start(std::string why);

  RunRequest const& request_;
  RunObserver& observer_;
  std::atomic<int> const& stop_;
  Output output_;
  RunOutcome outcome_;
  reports::RowsById<model::CaseResult> finished_{outcome_.result.cases};
  reports::FindingCollector findings_;
  TimePoint begun_ = Clock::now();
  mutable std::mutex mutex_;
  bool estimated_ = false;
  std::vector<std::string> unsaid_;  // notes from before the estimate, which is told first
  bool failed_fast_ = false;
  std::string dead_;           // why the proxy can't be tested any further
  std::string unwritable_;     // why nothing more can be written, as of a full disk
  std::string suspect_since_;  // the case after which sanity broke
  std::atomic<bool> proxy_died_{false};
  std::atomic<bool> doubts_refusals_{false};
};

}  // namespace rpchspec::engine
