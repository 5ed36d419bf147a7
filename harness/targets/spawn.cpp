#include "harness/targets/spawn.hpp"

#include <signal.h>
#include <unistd.h>

extern char** environ;

namespace rpchspec::targets {

namespace {

/// Ended by a null pointer. The texts outlive it.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) {
    out.push_back(text.data());
  }
  out.push_back(nullptr);
  return out;
}

}  // namespace

SpawnSettings::SpawnSettings(Apart apart) {
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  auto const own = apart == Apart::session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(
      &attributes, static_cast<short>(own | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
}

SpawnSettings::~SpawnSettings() {
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
}

tl::expected<pid_t, int> spawn(SpawnPlan plan, SpawnSettings const& settings) {
  auto const words = pointers(plan.words);
  auto const environment = pointers(plan.environment);
  pid_t pid = -1;
  int const error = posix_spawn(&pid, plan.program.c_str(), &settings.actions, &settings.attributes,
                                words.data(), environment.data());
  if (error != 0) {
    return tl::unexpected(error);
  }
  return pid;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    out.emplace_back(*entry);
  }
  return out;
}

}  // namespace rpchspec::targets
