// What the proxy's processes hold before the first and after the last case of a run: a leak too
// small, or too rare, for the one case that looks for leaks alone.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/targets/process_usage.hpp"
#include "model/requirements.hpp"
#include "model/verdict.hpp"

namespace rpchspec::engine {

/// Id of the case that tells growth over the whole run. No scenario has it.
inline constexpr std::string_view kWholeRun = "limits/whole-run";

/// Growth in step with the client's connections (PROD-Resources-01 and -02); empty: what a pool, a
/// warm cache or further worker processes explain, or too few connections to tell.
[[nodiscard]] std::vector<model::Observation> growth(targets::Usage const& before,
                                                     targets::Usage const& after,
                                                     std::uint64_t connections);

/// Of one proxy that was started by us, under one configuration.
class UsageOfRun {
 public:
  using Read = std::function<std::optional<targets::Usage>()>;

  /// Looks for the first time: no case has begun. @param group  of its processes; 0: not known,
  /// and nothing is ever told.
  void begin(pid_t group);
  void begin(Read read);

  /// A case opened so many connections. From any thread.
  void add(std::uint64_t connections) { connections_ += connections; }

  /// Looks again: no case goes on. What seems to be left is given ten seconds.
  /// @param stop  ends that.
  /// @return a case of its own, where there is something to tell.
  [[nodiscard]] std::optional<model::CaseResult> end(model::RequirementRegistry const& registry,
                                                     std::string_view topology,
                                                     std::atomic<int> const& stop);

 private:
  Read read_;
  std::optional<targets::Usage> before_;
  std::atomic<std::uint64_t> connections_ = 0;
};

}  // namespace rpchspec::engine
