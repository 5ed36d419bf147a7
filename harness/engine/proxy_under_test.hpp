// The proxy under test, where the run starts it or changes its configuration.

#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "harness/targets/process.hpp"
#include "harness/targets/process_watch.hpp"

namespace rpchspec::engine {

/// Started, brought into one configuration after the other, watched, stopped.
class ProxyUnderTest {
 public:
  /// @param out   folder of its logs: proxy.log, proxy-NAME.log of configuration NAME, and
  ///              reconfigure-NAME.log. @param stop  outlives this object.
  ProxyUnderTest(std::filesystem::path out, std::atomic<int> const& stop)
      : out_(std::move(out)), stop_(stop) {}

  /// Starts it as the target says, or runs the target's `reconfigure` where it runs already; waits
  /// until it accepts connections. Nothing for a target that says neither.
  /// @param own_address  of our servers towards it.
  /// @return why it isn't there, in words.
  [[nodiscard]] Result<void> enter(targets::Target const& target, std::string const& own_address);

  /// Runs the target's `reconfigure` once more, with whatever is open, and waits until the proxy
  /// accepts connections. Precondition: this is the configuration that was entered.
  [[nodiscard]] Result<void> reload(targets::Target const& target, std::string const& own_address);

  /// Folder of cert.pem, key.pem and both.pem, which are made at the first call: what the proxy may
  /// show, in all its configurations. Precondition: it has an https URL.
  [[nodiscard]] Result<std::filesystem::path> certificate(targets::Target const& target) const;

  /// From now on its death is told, once, from another thread.
  void watch(std::function<void(std::string const& how)> died);

  void unwatch() { watch_.reset(); }

  /// Its process group; 0: it was not started by us.
  [[nodiscard]] pid_t group() const { return process_ ? process_->pid() : 0; }

  /// What it writes to its standard output and error; empty: it was not started by us.
  [[nodiscard]] std::filesystem::path const& log() const { return log_; }

  /// What came of `start`.
  void stop();

 private:
  using Environment = std::map<std::string, std::string>;

  [[nodiscard]] Result<Environment> environment(targets::Target const& target,
                                                std::string const& own_address) const;
  [[nodiscard]] Result<void> reconfigure(targets::Target const& target,
                                         Environment environment) const;
  [[nodiscard]] Result<void> wait_until_ready(targets::Target const& target);

  std::filesystem::path out_;
  std::filesystem::path log_;
  std::atomic<int> const& stop_;
  std::optional<targets::StartedProcess> process_;
  std::optional<targets::ProcessWatch> watch_;
};

}  // namespace rpchspec::engine
