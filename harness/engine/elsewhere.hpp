// The machine that plays the servers of a run.

#pragma once

#include <memory>
#include <string>

#include "harness/engine/link.hpp"
#include "harness/engine/run_clock.hpp"
#include "harness/targets/target.hpp"

namespace rpchspec::engine {

/// Keeps a run open at a peer: while it lives, the peer listens for the run's cases.
class Elsewhere {
 public:
  /// Asks the peer to listen, and waits for it. Blocks; own thread.
  /// Errors: it can't be reached, refuses, or can't have an address; in words.
  /// @param way       outlives it.
  /// @param patience  for the connection, and for the answer.
  [[nodiscard]] static Result<std::unique_ptr<Elsewhere>> open(
      WayToPeer& way, targets::Target const& target, Duration patience = std::chrono::seconds(20));
  ~Elsewhere();
  Elsewhere(Elsewhere const&) = delete;
  Elsewhere& operator=(Elsewhere const&) = delete;

  [[nodiscard]] WayToPeer& way() const { return way_; }

  /// What each Play names.
  [[nodiscard]] std::string const& run() const { return run_; }

  /// Of the peer's monotonic clock and ours.
  [[nodiscard]] RunClock& clock() { return clock_; }

  /// The servers' address, as the peer knows it.
  [[nodiscard]] std::string const& own_address() const { return own_address_; }

 private:
  Elsewhere(WayToPeer& way, Duration patience);
  [[nodiscard]] net::Task<Result<void>> ask(targets::Target target);

  WayToPeer& way_;
  Duration patience_;
  std::string run_;
  std::string own_address_;
  RunClock clock_;
  net::asio::io_context io_;
  std::unique_ptr<Link> link_;
};

}  // namespace rpchspec::engine
