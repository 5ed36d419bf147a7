// The faults of one actor: what its `fault` steps set, and `release` ends.

#pragma once

#include <span>

#include "harness/faults/fault_board.hpp"
#include "harness/faults/step_fault.hpp"
#include "net/pdu_leg.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::actors {

/// Single-threaded. Stop it, and wait for that, once the legs have ended.
class ActorFaults {
 public:
  ActorFaults(net::Executor executor, faults::Actor actor, faults::FaultHooks hooks = {});

  /// Told of the actor's legs.
  [[nodiscard]] net::LegWatch& watch() { return board_; }

  /// The faults that a step sets; of those that act on what is open, the step waits for the legs.
  [[nodiscard]] std::vector<faults::api::Fault> of(faults::api::Fault step);

  /// Set on all legs of the virtual connection, there or to come.
  [[nodiscard]] Result<void> set(faults::api::Fault const& fault, std::uint32_t virtual_connection);

  /// Set on a leg that is open.
  [[nodiscard]] Result<void> set_on(faults::api::Fault fault, net::PduLeg& leg);

  /// Ends the fault of a step; what it held goes out.
  [[nodiscard]] Result<void> end(std::string const& name);

  [[nodiscard]] net::Task<> stop() { return board_.stop(); }

 private:
  faults::Actor actor_;
  faults::FaultBoard board_;
  std::size_t unnamed_ = 0;
};

}  // namespace rpchspec::actors
