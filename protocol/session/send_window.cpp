#include "protocol/session/send_window.hpp"

#include <algorithm>
#include <cassert>

namespace rpchspec::session {

void SendWindow::on_sent(RpcPduSize pdu) {
  assert(admits(pdu));
  on_sent_regardless(pdu);
}

void SendWindow::on_sent_regardless(RpcPduSize pdu) {
  available_.value -= std::min(available_.value, pdu.value);
  bytes_sent_.value += pdu.value;
}

Result<void> SendWindow::on_ack(wire::FlowControlAckCommand const& ack) {
  constexpr std::string_view kSection = "MS-RPCH 3.2.1.5.1.1";
  if (ack.bytes_received.value > bytes_sent_.value) {
    return fail({ErrorCode::unexpected, 0, "BytesReceived", kSection,
                 std::to_string(ack.bytes_received.value) + " acknowledged, only " +
                     std::to_string(bytes_sent_.value) + " sent"});
  }
  auto const in_flight = bytes_sent_.value - ack.bytes_received.value;
  if (ack.available_window.value < in_flight) {
    return fail({ErrorCode::bad_value, 0, "AvailableWindow", kSection,
                 std::to_string(ack.available_window.value) + " is less than the " +
                     std::to_string(in_flight) + " bytes in flight"});
  }
  auto const available = ack.available_window.value - in_flight;
  if (available > peer_receive_window_.value) {
    return fail({ErrorCode::bad_value, 0, "AvailableWindow", kSection,
                 std::to_string(available) + " is above the announced window of " +
                     std::to_string(peer_receive_window_.value)});
  }
  available_ = AvailableWindow(available);
  return {};
}

void SendWindow::believe(wire::FlowControlAckCommand const& ack) {
  available_.value = ack.available_window.value - (bytes_sent_.value - ack.bytes_received.value);
}

}  // namespace rpchspec::session
