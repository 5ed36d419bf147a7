// The suite's sanity cases around a run: whether the way through the proxy is open, and stays so.

#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/engine/case_player.hpp"

namespace rpchspec::engine {

/// Under one configuration of the target. Of a proxy with a defect it is known what is wrong: there
/// only sanity is played, and once, before all others.
class Sanity {
 public:
  /// The arguments outlive it.
  Sanity(RunRequest const& request, CasePlayer& player, RunRecord& record)
      : request_(request), player_(player), record_(record) {}

  /// The cases that say whether the way is open, before anything is planned: check_way() takes
  /// what became of them. @return their journals; empty: one of them did not pass.
  [[nodiscard]] std::vector<std::filesystem::path> look();

  /// Before all others: when the way is closed there is no point in three hundred failures.
  /// @param selected  what is to be played: a sanity case of these has its result by this.
  void check_way(std::vector<CaseJob> const& selected);

  /// Once no case runs any more: the last of them may have left the proxy broken, too. An embedded
  /// proxy lived for one case alone.
  void check_at_end();

  /// A case may have left the proxy broken: the one after which sanity fails is named. Any thread.
  void check_after(std::string const& culprit);

 private:
  using Tell = std::function<bool(CaseOutcome&)>;

  /// A case that was played, and of which nothing was told yet.
  struct Played {
    CaseJob job;
    model::CaseResult result;
  };

  [[nodiscard]] Played play(scenario::v1::Scenario const& scenario);
  [[nodiscard]] model::CaseResult played(CaseJob const& job);
  [[nodiscard]] model::CaseResult judged(CaseJob const& job, model::CaseResult result);
  [[nodiscard]] std::string server_of(CaseJob const& job) const;
  void ask_again(std::string const& suffix, Tell const& tell);

  [[nodiscard]] bool applies(scenario::v1::Scenario const& scenario) const;

  [[nodiscard]] targets::Target const& target() const { return player_.surroundings().target; }

  RunRequest const& request_;
  CasePlayer& player_;
  RunRecord& record_;
  std::map<std::string, Played> looked_;  // by id
  std::atomic<bool> checking_{false};
};

}  // namespace rpchspec::engine
