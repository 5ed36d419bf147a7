#include "protocol/session/receive_window.hpp"

#include <algorithm>

namespace rpchspec::session {

ReceiveWindow::Arrival ReceiveWindow::on_received(RpcPduSize pdu) {
  auto const arrival = pdu.value <= advertised_.value ? Arrival::within_window : Arrival::overrun;
  free_.value -= std::min(free_.value, pdu.value);
  advertised_.value -= std::min(advertised_.value, pdu.value);
  bytes_received_.value += pdu.value;
  return arrival;
}

std::optional<wire::FlowControlAckCommand> ReceiveWindow::on_consumed(RpcPduSize pdu) {
  free_.value = std::min(receive_window_.value, free_.value + pdu.value);
  auto const due = policy_ == AckPolicy::every_pdu ||
                   (policy_ == AckPolicy::at_half && advertised_.value < receive_window_.value / 2);
  if (!due || policy_ == AckPolicy::never) {
    return std::nullopt;
  }
  advertised_ = free_;
  return wire::FlowControlAckCommand{bytes_received_, free_, RtsCookie{}};
}

}  // namespace rpchspec::session
