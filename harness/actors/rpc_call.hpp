// The RPC client behind `client.call`: binds and calls over an opened virtual connection.

#pragma once

#include <string>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "protocol/wire/rpc_calls.hpp"

namespace rpchspec::actors {

/// One virtual connection's RPC client. No I/O: makes request PDUs, reads reply PDUs.
class RpcCaller {
 public:
  /// @param service  "store", "referral", "address-book" or "mapper": what a bind asks for, beside
  ///                 mgmt; or "mgmt" alone.
  explicit RpcCaller(std::string service) : service_(std::move(service)) {}

  /// The next request PDU of an operation; not_found with the list for an unknown one.
  [[nodiscard]] Result<Bytes> request(std::string const& operation);

  /// True when `pdu` answers the last request.
  [[nodiscard]] bool answers(ByteView pdu) const;

  /// Reads the answer to the last request: context handles are kept for later calls.
  /// @return unexpected for a bind_nak, a refused context, a fault or an error value, in words.
  [[nodiscard]] Result<void> on_reply(ByteView pdu);

 private:
  template <class Call>
  [[nodiscard]] Bytes call(std::uint16_t context, typename Call::Request const& parameters);
  [[nodiscard]] Bytes bind();
  [[nodiscard]] Result<void> on_bind_ack(wire::BindAckBody const& ack) const;
  [[nodiscard]] Result<void> on_response(ByteView stub);

  std::string service_;
  std::string operation_;
  std::uint32_t call_id_ = 0x7000;  // apart from those of payload PDUs
  wire::ContextHandle handle_{};
};

}  // namespace rpchspec::actors
