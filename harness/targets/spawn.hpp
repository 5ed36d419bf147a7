// posix_spawn, with what it wants cleaned up.

#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace rpchspec::targets {

/// What a process is told to do before it is another program.
class SpawnSettings {
 public:
  enum class Apart { group, session };

  /// In a group or a session of its own, with the default handling of signals, none of them
  /// blocked.
  explicit SpawnSettings(Apart apart);
  ~SpawnSettings();
  SpawnSettings(SpawnSettings const&) = delete;
  SpawnSettings& operator=(SpawnSettings const&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

struct SpawnPlan {
  std::string program;             // its path
  std::vector<std::string> words;  // the first is what it is called
  std::vector<std::string> environment;
};

/// @return its number, or the error's.
[[nodiscard]] tl::expected<pid_t, int> spawn(SpawnPlan plan, SpawnSettings const& settings);

/// Ours, as NAME=VALUE.
[[nodiscard]] std::vector<std::string> own_environment();

}  // namespace rpchspec::targets
