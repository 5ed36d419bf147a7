// What a Fault message asks for: checked, and in the words of net/.

#pragma once

#include <optional>
#include <string>

#include "harness/agent/message.hpp"
#include "net/faults.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::agent {

/// Of bytes, of PDUs, of the proxy (`defect`) or of the servers (`recycle_out_at`).
enum class FaultKind { bytes, pdus, proxy, servers };

[[nodiscard]] FaultKind kind_of(api::Fault const& fault);

/// Ranges, names, and what goes together; fills in `towards`. 400 says what is allowed.
[[nodiscard]] Answer<api::Fault> checked(api::Fault fault);

/// The fault of bytes, from its position on.
[[nodiscard]] net::Fault to_net(api::Fault const& fault);

/// An `end` or `half_close` that waits for nothing.
[[nodiscard]] bool ends_at_once(api::Fault const& fault);

/// Of `end`.
[[nodiscard]] net::CloseHow close_how(api::Fault const& fault);

/// The PDU that a fault of PDUs is about.
[[nodiscard]] std::string const& pdu_of(api::Fault const& fault);

/// Whether it goes by this name: "rpc", "rts", an RTS name of 2.2.4, or a DCE/RPC type.
[[nodiscard]] bool is_called(wire::PduView const& pdu, std::string const& name);

/// Every cookie of an RTS PDU inverted; other PDUs as they are.
[[nodiscard]] Bytes with_wrong_cookies(wire::PduView const& pdu);

}  // namespace rpchspec::agent
