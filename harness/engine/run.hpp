// One run: the selected scenarios against one target, to verdicts and files.

#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/loader/suite_version.hpp"
#include "harness/targets/target.hpp"
#include "model/requirements.hpp"
#include "model/scenario.pb.h"
#include "model/verdict.hpp"
#include "reports/exit_code.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::engine {

class WayToPeer;

/// How the agent of a target (`backend_at`) is reached. The error says why it can't be.
using WayMaker = std::function<Result<std::unique_ptr<WayToPeer>>(targets::Target const&)>;

enum class Evidence { failed, all, none };

struct RunRequest {
  std::vector<scenario::v1::Scenario> scenarios;  // selected, in the suite's order
  std::vector<scenario::v1::Scenario>
      sanity;  // role SANITY or CANARY of the whole suite: run around them
  model::RequirementRegistry const* registry = nullptr;
  targets::Target target;
  // Of the same proxy, after `target`: each is entered for the cases that none before could show.
  std::vector<targets::Target> configurations;
  std::size_t jobs = 0;  // 0: as many as there are scenarios, up to 64
  Duration max_time = Duration::max();
  double timeout_scale = 1;
  std::uint64_t seed = 0;
  std::uint32_t repeat = 1;
  bool fail_fast = false;
  bool strict = false;
  std::filesystem::path out = "rpchspec-out";
  Evidence evidence = Evidence::failed;
  std::string suite_name = "rpchspec";
  std::string tool_version;
  std::string suite_version{loader::kSuiteVersion};
  model::ShardSummary shard;
  std::function<std::string(std::string const& id)> rerun;  // the command that repeats one case
  std::filesystem::path junit;                              // further copy; empty: none
  WayMaker way_to_peer;                                     // empty: stream_way()
};

/// What a run tells while it goes on. Calls come from one thread at a time, never concurrently.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_estimate(reports::Estimate const& estimate) = 0;
  virtual void on_case_started(std::string const& id) = 0;
  virtual void on_case_finished(model::CaseResult const& result) = 0;

  /// Told before the estimate, with the reason as its message. Most observers tell them at the end.
  virtual void on_case_skipped(model::CaseResult const& /*result*/) {}

  virtual void on_finding(model::Finding const& finding,
                          std::string const& where) = 0;  // first sighting
  virtual void on_note(std::string const& text) = 0;      // preflight's words, warnings

  /// Every case is told. What is left takes seconds where cases in trouble have gigabytes.
  virtual void on_writing() {}
};

struct RunOutcome {
  model::RunResult result;
  reports::ExitFacts exit{};
  std::vector<reports::SkipReason> skipped;
  std::vector<std::string> warnings;
  std::string could_not_start;  // why, in words; empty: it did
  bool has_results = false;     // its folder has a results.json of this run
};

/// Runs to the end, or until `stop` becomes a signal's number (SIGINT, SIGTERM): then what runs is
/// broken off, the rest is not-run, and all reports are written. Blocks; uses threads of its own.
[[nodiscard]] RunOutcome run(RunRequest const& request,
                             RunObserver& observer,
                             std::atomic<int> const& stop);

}  // namespace rpchspec::engine
