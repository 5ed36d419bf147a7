// What `remote` calls an agent with: a lease, and errors as a command tells them.

#pragma once

#include <chrono>
#include <string>

#include "harness/agent/service/client.hpp"
#include "harness/cli/remote_options.hpp"

namespace rpchspec::cli {

/// @throws UsageError, with the places, where what was asked for is wrong; else StartError.
[[noreturn]] void raise(service::CallFailed const& failure, std::string const& agent);

template <class T>
T called(service::Called<T> result, std::string const& agent) {
  if (!result) {
    raise(result.error(), agent);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

/// A lease: of a file, where it stays between commands, or for one command.
class RemoteSession {
 public:
  RemoteSession(service::RemoteAgent& agent, RemoteOptions const& options)
      : agent_(agent), where_(options.agent), file_(options.session) {}

  ~RemoteSession();
  RemoteSession(RemoteSession const&) = delete;
  RemoteSession& operator=(RemoteSession const&) = delete;

  /// @throws UsageError: there is none, and `action` needs one that another command made.
  void join(std::string const& action);
  void join_or_open();
  void close();

  [[nodiscard]] std::string const& lease() const { return lease_; }

  [[nodiscard]] std::chrono::seconds ttl() const { return ttl_; }

 private:
  void keep() const;

  service::RemoteAgent& agent_;
  std::string where_;
  std::string file_;
  std::string lease_;
  std::chrono::seconds ttl_{};
  bool ours_ = false;
};

}  // namespace rpchspec::cli
