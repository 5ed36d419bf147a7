// A connection of RPC over HTTP v1 as the server sees it (MS-RPCH 3.1.3): its PDUs as they stand.

#pragma once

#include <memory>

#include "mock_backend/rpc_runtime.hpp"
#include "net/payload_sender.hpp"
#include "net/pdu_leg.hpp"

namespace rpchspec::backend {

/// Of which scenario's virtual connection it is.
struct V1Number {
  std::uint32_t value = 0;  // as the scenario counts; 0: not one of its own
  std::uint64_t payload_key = 0;
};

/// Also what a connection of ncacn_ip_tcp is: DCE/RPC without RTS PDUs.
class V1Connection {
 public:
  /// @param changed  notified by the leg's owner; outlives this.
  V1Connection(net::Event& changed,
               std::shared_ptr<net::PduLeg> leg,
               V1Number number,
               RpcRuntime runtime);

  /// Payload, and what a scenario sends without a bind, is consumed; the rest is answered.
  void on_pdu(wire::PduView const& pdu);

  /// Sends the legacy server response (2.1.1.2.1).
  void greet();

  [[nodiscard]] std::uint32_t number() const { return number_.value; }

  [[nodiscard]] std::shared_ptr<net::PduLeg> const& leg() const { return leg_; }

  /// A PDU came: it is certain that this is v1.
  [[nodiscard]] bool begun() const { return begun_; }

  /// Sends payload PDUs; waits until all were written.
  /// deadline or io when that does not come about; the detail says how far it got.
  [[nodiscard]] net::Task<Result<void>> send_payload(net::PayloadOrder order,
                                                     net::Deadline deadline);

 private:
  [[nodiscard]] net::PayloadWay payload_way();

  std::shared_ptr<net::PduLeg> leg_;
  V1Number number_;
  RpcRuntime runtime_;
  net::PayloadSender payload_;
  bool begun_ = false;
};

}  // namespace rpchspec::backend
