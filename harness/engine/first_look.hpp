// A run's first look at a proxy: facts that nobody stated, before it is known which cases they
// unlock (design.md section 3: what can be probed is probed).

#pragma once

#include <filesystem>
#include <vector>

#include "harness/engine/case_player.hpp"
#include "reports/probe.hpp"

namespace rpchspec::engine {

/// Whether facts of this target can be probed at all.
///
/// All is known of the embedded proxy, and behind an HTTP front the RPC proxy is ours. Where a
/// target has several configurations each says what it is like, and gets the cases of that.
[[nodiscard]] bool is_looked_at(RunRequest const& request);

/// Asks for what the sanity cases left open, and only where selected cases wait for the answer.
class FirstLook {
 public:
  /// The arguments outlive it.
  FirstLook(RunRequest const& request, CasePlayer& player) : request_(request), player_(player) {}

  /// Blocks. @param journals  of the sanity cases, which passed.
  [[nodiscard]] std::vector<model::ProbedFact> facts(
      std::vector<std::filesystem::path> const& journals);

 private:
  void ask(scenario::v1::Scenario const& look, reports::Probe& probe);

  RunRequest const& request_;
  CasePlayer& player_;
};

/// States what was probed and nobody stated. @return what is new: those that were stated otherwise,
/// too, with what was stated.
[[nodiscard]] std::vector<model::ProbedFact> adopt(std::vector<model::ProbedFact> probed,
                                                   targets::Facts& facts);

}  // namespace rpchspec::engine
