// What the control API says of a fault: its refusals as statuses of HTTP.

#pragma once

#include "harness/agent/message.hpp"
#include "harness/faults/fault_board.hpp"

namespace rpchspec::agent {

using faults::FaultBoard;
using faults::FaultHooks;

[[nodiscard]] inline tl::unexpected<Refusal> refused(faults::Refusal const& why) {
  using Why = faults::Refusal::Why;
  auto const status = why.why == Why::wrong ? 400U : why.why == Why::not_there ? 404U : 409U;
  return refuse(status, why.text, why.allowed, why.said);
}

[[nodiscard]] inline Answer<api::Fault> answer_of(faults::Checked<api::Fault> const& fault) {
  return fault ? Answer<api::Fault>(*fault) : refused(fault.error());
}

}  // namespace rpchspec::agent
