// Plays the cases of a run under one configuration of its target.

#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "harness/engine/case_run.hpp"
#include "harness/engine/run_record.hpp"
#include "harness/engine/schedule.hpp"

namespace rpchspec::engine {

/// May be used from several threads at once.
class CasePlayer {
 public:
  /// The arguments outlive it.
  CasePlayer(RunRequest const& request,
             Surroundings const& surroundings,
             CaseNumbers& numbers,
             RunRecord& record)
      : request_(request), surroundings_(surroundings), numbers_(numbers), record_(record) {}

  /// Plays and judges a case, and records its result. Blocks. Where this machine was too late for a
  /// verdict there is none yet: late() has the case. Where the proxy turns out to be gone, the case
  /// counts as not run.
  model::Verdict play(CaseJob const& job);

  /// The cases that are to be played a second time, alone; each is told once.
  [[nodiscard]] std::vector<CaseJob> late();

  /// The same once, and records nothing.
  [[nodiscard]] model::CaseResult play_once(CaseJob const& job, bool retry);

  /// Plays a case aside from the run's own. @param aside  of its evidence's folder.
  [[nodiscard]] CaseOutcome play_aside(scenario::v1::Scenario const& scenario,
                                       std::filesystem::path const& aside);

  /// Of the evidence that play_once() leaves.
  [[nodiscard]] std::filesystem::path journal_of(CaseJob const& job) const;

  [[nodiscard]] std::uint32_t next_number() { return numbers_.next(); }

  /// That the client made in all that was played.
  [[nodiscard]] std::uint64_t connections() const { return connections_; }

  [[nodiscard]] Surroundings const& surroundings() const { return surroundings_; }

 private:
  [[nodiscard]] std::filesystem::path directory_of(CaseJob const& job) const;
  void place(model::CaseResult& result) const;
  [[nodiscard]] CaseOutcome run(CaseOrder const& order);
  [[nodiscard]] bool is_to_be_retried(CaseJob const& job, model::Verdict verdict) const;
  [[nodiscard]] bool is_proxy_gone() const;

  RunRequest const& request_;
  Surroundings const& surroundings_;
  CaseNumbers& numbers_;
  RunRecord& record_;
  std::atomic<std::uint64_t> connections_{0};
  std::mutex mutex_;
  std::vector<CaseJob> late_;
};

}  // namespace rpchspec::engine
