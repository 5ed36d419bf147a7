#include "protocol/session/receive_window.hpp"

#include <algorithm>

namespace rpchspec::session {

ReceiveWindow::Arrival ReceiveWindow::on_received(RpcPduSize pdu) {
  auto const arrival = pdu.value <= advertised_.value ? Arrival::within_window : Arrival::overrun;
  free_.value -= std::min(free_.value, pdu.value);
  advertised_.value -= std::min(advertised_.value, pdu.value);
  bytes_received_.value += pdu.value;
  largest_ = std::max(largest_, pdu);
  return arrival;
}

bool ReceiveWindow::is_ack_due() const {
  switch (policy_) {
    case AckPolicy::at_half:
      return advertised_.value < receive_window_.value / 2;
    case AckPolicy::every_pdu:
      return true;
    case AckPolicy::at_last:
      return advertised_.value < std::max(receive_window_.value / 4, largest_.value);
    case AckPolicy::never:
      return false;
  }
  return true;
}

std::optional<wire::FlowControlAckCommand> ReceiveWindow::on_consumed(RpcPduSize pdu) {
  free_.value = std::min(receive_window_.value, free_.value + pdu.value);
  if (!is_ack_due()) {
    return std::nullopt;
  }
  return acknowledge();
}

wire::FlowControlAckCommand ReceiveWindow::acknowledge() {
  advertised_ = free_;
  return {bytes_received_, free_, RtsCookie{}};
}

}  // namespace rpchspec::session
