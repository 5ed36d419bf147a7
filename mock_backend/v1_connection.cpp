#include "mock_backend/v1_connection.hpp"

#include "journal/payload_pdu.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::backend {

V1Connection::V1Connection(net::Event& changed,
                           std::shared_ptr<net::PduLeg> leg,
                           V1Number number,
                           RpcRuntime runtime)
    : leg_(std::move(leg)),
      number_(number),
      runtime_(std::move(runtime)),
      payload_(changed,
               number.payload_key,
               {static_cast<std::uint16_t>(number.value), true, 0},
               payload_way()) {}

void V1Connection::on_pdu(wire::PduView const& pdu) {
  begun_ = true;
  auto const bind = static_cast<std::uint8_t>(wire::Ptype::bind);
  auto const only_carried = number_.value != 0 && !runtime_.bound() && pdu.ptype() != bind;
  if (journal::carries_payload(pdu.bytes) || only_carried) {
    return;
  }
  for (auto& reply : runtime_.on_pdu(pdu, Clock::now()).pdus) {
    (void)leg_->send(std::move(reply));
  }
}

void V1Connection::greet() {
  auto const text = as_bytes(wire::kLegacyServerResponse);
  (void)leg_->send(Bytes(text.begin(), text.end()));
}

net::Task<Result<void>> V1Connection::send_payload(net::PayloadOrder order,
                                                   net::Deadline deadline) {
  co_return co_await payload_.send(order, deadline);
}

net::PayloadWay V1Connection::payload_way() {
  net::PayloadWay way;
  way.leg = [this] { return leg_; };
  way.send = [this](Bytes pdu) -> Result<void> {
    (void)leg_->send(std::move(pdu));  // a leg that takes no more has ended: the sender looks
    return {};
  };
  way.note_sent_regardless = [](RpcPduSize) {};
  way.queued = [] { return std::size_t{0}; };  // no window holds anything back
  return way;
}

}  // namespace rpchspec::backend
