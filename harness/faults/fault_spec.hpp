// What a Fault message asks for: checked, and in the words of net/.

#pragma once

#include <optional>
#include <string>

#include "harness/faults/refusal.hpp"
#include "net/faults.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::faults {

/// Of bytes, of PDUs, of the proxy (`defect`) or of the servers (`recycle_out_at`).
enum class FaultKind { bytes, pdus, proxy, servers };

[[nodiscard]] FaultKind kind_of(api::Fault const& fault);

/// Whose end of a leg is ours: what goes towards the server is received by the proxy's and the
/// servers' ends, and sent by the client's.
enum class OurEnd { serving, client };

/// Whether what goes that way is received by our end.
[[nodiscard]] bool is_received(api::Towards towards, OurEnd end);

/// Ranges, names, and what goes together; fills in `towards` and what has a default.
[[nodiscard]] Checked<api::Fault> checked(api::Fault fault, OurEnd end = OurEnd::serving);

/// The legs that a fault may name.
[[nodiscard]] std::vector<std::string> const& legs();

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

}  // namespace rpchspec::faults
