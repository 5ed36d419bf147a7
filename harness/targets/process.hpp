// The proxy under test as a process of ours (--start), and waiting for it to accept connections.

#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "harness/targets/process_guard.hpp"
#include "harness/targets/target.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// Where the backends (or our upstream) are, for the environment of `start`.
struct BackendPlace {
  std::string address;               // that the proxy reaches them at
  std::string server_name;           // that requests will name
  std::vector<std::uint16_t> ports;  // store, referral, address book, mapper
  std::vector<Address> upstreams;    // topology http-front
  std::filesystem::path out;         // folder of the run
  std::filesystem::path tls;         // folder of cert.pem, key.pem and both.pem; empty: none
};

/// RPCHSPEC_SERVER_NAME, RPCHSPEC_BACKEND_ADDRESS, RPCHSPEC_STORE_PORT, RPCHSPEC_REFERRAL_PORT,
/// RPCHSPEC_ADDRESS_BOOK_PORT, RPCHSPEC_UPSTREAM (first; _HOST and _PORT of it; _1, _2, ...),
/// RPCHSPEC_PROXY_URL, _HOST and _PORT, RPCHSPEC_PROXY_TLS_PORT (of its https URL),
/// RPCHSPEC_TLS_CERT, _KEY and _PEM (both), RPCHSPEC_OUT, RPCHSPEC_TARGET_DIR (of the target's
/// file), RPCHSPEC_CONFIGURATION, RPCHSPEC_FACT_ and the name of each fact in capitals; and what
/// the target's file adds.
[[nodiscard]] std::map<std::string, std::string> environment_for(Target const& target,
                                                                 BackendPlace const& place);

/// One shell command in a process group of its own, ended with this object, or with us.
class StartedProcess {
 public:
  /// Runs `command` through /bin/sh; standard input is empty, both outputs go to `log`.
  [[nodiscard]] static Result<StartedProcess> start(
      std::string const& command,
      std::map<std::string, std::string> const& environment,
      std::filesystem::path log);

  StartedProcess(StartedProcess&& other) noexcept;
  StartedProcess& operator=(StartedProcess&& other) noexcept;
  ~StartedProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// A descriptor that becomes readable when it ends.
  [[nodiscard]] int watch_fd() const { return pid_fd_; }

  /// How it ended; empty while it runs.
  [[nodiscard]] std::optional<std::string> ended();  // "exited with 1", "was killed by signal 9"

  /// Waits until it ends, at most so long. @return whether it has ended.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds at_most);

  /// The last lines of its output.
  [[nodiscard]] std::string last_lines(std::size_t lines = 10) const;

  /// SIGTERM to the group, and SIGKILL after `grace`.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

 private:
  StartedProcess() = default;

  pid_t pid_ = -1;
  int pid_fd_ = -1;
  ProcessGuard guard_;
  std::filesystem::path log_;
  std::optional<std::string> ended_;
};

/// Connects to the proxy again and again, until it accepts or `at_most` has passed.
///
/// @param process  null: not started by us. Its early death ends the wait, with its last words.
/// @return deadline, io (it died) or unexpected (`stop` became a signal's number); in words what to
///         check.
[[nodiscard]] Result<void> wait_until_ready(Address const& proxy,
                                            StartedProcess* process,
                                            Duration at_most,
                                            std::atomic<int> const& stop);

/// Whether nobody listens there, as the host itself says. Asks twice, as a program that is just
/// being ended may have closed its connections and not its listener; blocks for 100 ms to 2 s where
/// somebody does.
[[nodiscard]] bool is_refused(Address const& proxy);

inline constexpr std::chrono::seconds kDefaultStartWait{30};  // with --start, without --wait

}  // namespace rpchspec::targets
