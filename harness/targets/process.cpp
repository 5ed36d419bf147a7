#include "harness/targets/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <fstream>
#include <system_error>
#include <utility>

#include "harness/targets/descriptor_limit.hpp"
#include "harness/targets/spawn.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::targets {

namespace {

tl::unexpected<Error> failed(std::string const& what, int number) {
  return fail(
      {ErrorCode::io, 0, "start", {}, what + ": " + std::generic_category().message(number)});
}

std::vector<std::string> merged(std::map<std::string, std::string> const& environment) {
  std::vector<std::string> out;
  for (auto& text : own_environment()) {
    auto const name = text.substr(0, text.find('='));
    if (!environment.contains(name) && name != "RPCHSPEC_PASSWORD") {
      out.push_back(std::move(text));
    }
  }
  for (auto const& [name, value] : environment) {
    out.push_back(name + "=" + value);
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// No input; output to `log`; no other file of ours, our listeners least of all.
void set_files(SpawnSettings& settings, std::string const& log) {
  auto* const actions = &settings.actions;
  posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND,
                                   0644);
  posix_spawn_file_actions_adddup2(actions, 1, 2);
  posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

}  // namespace

std::map<std::string, std::string> environment_for(Target const& target,
                                                   BackendPlace const& place) {
  auto out = target.environment;
  out["RPCHSPEC_SERVER_NAME"] = place.server_name;
  out["RPCHSPEC_BACKEND_ADDRESS"] = place.address;
  std::error_code ignored;  // of an empty path
  out["RPCHSPEC_OUT"] = std::filesystem::absolute(place.out, ignored).string();
  char const* const names[] = {"RPCHSPEC_STORE_PORT", "RPCHSPEC_REFERRAL_PORT",
                               "RPCHSPEC_ADDRESS_BOOK_PORT", "RPCHSPEC_MAPPER_PORT"};
  for (std::size_t i = 0; i < place.ports.size() && i < std::size(names); ++i) {
    out[names[i]] = std::to_string(place.ports[i]);
  }
  for (std::size_t i = 0; i < place.upstreams.size(); ++i) {
    auto const text = to_string(place.upstreams[i]);
    out["RPCHSPEC_UPSTREAM_" + std::to_string(i + 1)] = text;
    if (i == 0) {
      out["RPCHSPEC_UPSTREAM"] = text;
      out["RPCHSPEC_UPSTREAM_HOST"] = place.upstreams[i].host;
      out["RPCHSPEC_UPSTREAM_PORT"] = std::to_string(place.upstreams[i].port);
    }
  }
  if (!target.urls.empty()) {
    auto const& url = target.urls.front();
    out["RPCHSPEC_PROXY_URL"] = url.text;
    out["RPCHSPEC_PROXY_HOST"] = url.host;
    out["RPCHSPEC_PROXY_PORT"] = std::to_string(url.port);
  }
  if (auto const* url = url_of(target, true)) {
    out["RPCHSPEC_PROXY_TLS_PORT"] = std::to_string(url->port);
  }
  if (!place.tls.empty()) {
    auto const folder = std::filesystem::absolute(place.tls, ignored);
    out["RPCHSPEC_TLS_CERT"] = folder / "cert.pem";
    out["RPCHSPEC_TLS_KEY"] = folder / "key.pem";
    out["RPCHSPEC_TLS_PEM"] = folder / "both.pem";
  }
  out["RPCHSPEC_CONFIGURATION"] = target.configuration;
  for (auto const& [name, value] : target.facts.given) {
    out["RPCHSPEC_FACT_" + upper(name)] = value;
  }
  if (!target.folder.empty()) {
    out["RPCHSPEC_TARGET_DIR"] = std::filesystem::absolute(target.folder, ignored);
  }
  return out;
}

Result<StartedProcess> StartedProcess::start(std::string const& command,
                                             std::map<std::string, std::string> const& environment,
                                             std::filesystem::path log) {
  SpawnSettings settings(SpawnSettings::Apart::group);
  set_files(settings, log.string());
  auto const spawned = spawn(
      {"/bin/sh", {"/bin/sh", "-c", descriptor_limit_restored() + command}, merged(environment)},
      settings);
  if (!spawned) {
    return failed("cannot start '" + command + "' (log " + log.string() + ")", spawned.error());
  }
  StartedProcess process;
  process.pid_ = *spawned;
  process.log_ = std::move(log);
  process.pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, process.pid_, 0));
  if (process.pid_fd_ < 0) {
    return failed("cannot watch '" + command + "'", errno);
  }
  auto guard = ProcessGuard::over(process.pid_);
  if (!guard) {
    return tl::unexpected(guard.error());
  }
  process.guard_ = *std::move(guard);
  return process;
}

StartedProcess::StartedProcess(StartedProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::exchange(other.pid_fd_, -1)),
      guard_(std::move(other.guard_)),
      log_(std::move(other.log_)),
      ended_(std::move(other.ended_)) {}

StartedProcess& StartedProcess::operator=(StartedProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pid_fd_, other.pid_fd_);
  std::swap(guard_, other.guard_);
  std::swap(log_, other.log_);
  std::swap(ended_, other.ended_);
  return *this;
}

StartedProcess::~StartedProcess() {
  stop();
  if (pid_fd_ >= 0) {
    close(pid_fd_);
  }
}

std::optional<std::string> StartedProcess::ended() {
  int status = 0;
  if (!ended_ && pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) {
    ended_ = WIFSIGNALED(status) ? "was killed by signal " + std::to_string(WTERMSIG(status))
                                 : "exited with " + std::to_string(WEXITSTATUS(status));
  }
  return ended_;
}

bool StartedProcess::wait_for_end(std::chrono::milliseconds at_most) {
  if (!ended()) {
    pollfd watched{pid_fd_, POLLIN, 0};
    poll(&watched, 1, static_cast<int>(at_most.count()));
  }
  return ended().has_value();
}

std::string StartedProcess::last_lines(std::size_t lines) const {
  std::ifstream file(log_);
  std::deque<std::string> last;
  for (std::string line; std::getline(file, line);) {
    last.push_back(line.substr(0, 400));
    if (last.size() > lines) {
      last.pop_front();
    }
  }
  std::string out;
  for (auto const& line : last) {
    out += "\n  | " + line;
  }
  return out;
}

void StartedProcess::stop(std::chrono::milliseconds grace) {
  if (pid_ <= 0) {
    return;
  }
  // The shell may be gone while what it started is not: the group is told in any case.
  kill(-pid_, SIGTERM);
  static_cast<void>(wait_for_end(grace));
  auto const until = Clock::now() + grace;
  while (kill(-pid_, 0) == 0 && Clock::now() < until) {
    poll(nullptr, 0, 10);  // members of a group cannot be waited for
  }
  kill(-pid_, SIGKILL);
  static_cast<void>(wait_for_end(std::chrono::seconds(5)));
  guard_ = ProcessGuard();
  pid_ = -1;
}

}  // namespace rpchspec::targets
