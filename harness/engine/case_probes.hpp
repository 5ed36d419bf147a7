// Writes TCP keep-alive probes that reach our servers into the case's journal.

#pragma once

#include <deque>
#include <memory>
#include <string_view>

#include "journal/recorder.hpp"
#include "net/event.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::engine {

/// Follows each connection that a server of ours accepts over IPv4. Every probe becomes a Timer
/// event of it, named reports::kProbe.
class CaseProbes {
 public:
  /// @param recorder  outlives this, and tells of new connections.
  CaseProbes(net::Executor executor, journal::Recorder& recorder);

  /// Until it is cancelled.
  net::Task<> run(net::TaskScope& scope);

 private:
  struct Accepted {
    std::uint32_t connection = 0;
    std::uint16_t local = 0;
    std::uint16_t remote = 0;
  };

  net::Task<> follow(Accepted accepted);

  net::Executor executor_;
  journal::Recorder& recorder_;
  std::shared_ptr<std::deque<Accepted>> accepted_;  // the listener may outlive this
  std::shared_ptr<net::Event> more_;
};

}  // namespace rpchspec::engine
