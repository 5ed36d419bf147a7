// Processes that play the servers of runs whose client is on another machine: `rpchspec backend
// --driven`, each for one run.

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "harness/agent/supervisor/child.hpp"
#include "harness/agent/supervisor/outcome.hpp"

namespace rpchspec::supervisor {

struct DrivenOptions {
  std::filesystem::path program;
  std::filesystem::path folder;  // ours alone; emptied at the start
  std::string own_address = {};  // that proxies beside callers find this machine at; empty: none
  std::uint32_t most = 2;        // at a time
};

/// Thread-safe.
class DrivenServers {
 public:
  struct Place {
    std::string secret;      // names it, and is its token
    std::uint16_t port = 0;  // of 127.0.0.1
  };

  explicit DrivenServers(DrivenOptions options);
  ~DrivenServers();
  DrivenServers(DrivenServers const&) = delete;
  DrivenServers& operator=(DrivenServers const&) = delete;

  /// Starts one, and waits until it listens. exhausted; unavailable: it did not start.
  [[nodiscard]] Outcome<Place> start();

  /// not_found: there is none of this secret.
  [[nodiscard]] Outcome<Place> find(std::string const& secret) const;

  /// Ends it, and waits for that.
  void stop(std::string const& secret);

 private:
  struct One;

  [[nodiscard]] Outcome<std::unique_ptr<One>> launch(std::string const& secret);

  DrivenOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<One>> all_;
  std::uint32_t starting_ = 0;
  std::uint64_t made_ = 0;
};

}  // namespace rpchspec::supervisor
