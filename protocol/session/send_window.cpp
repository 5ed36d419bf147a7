#include "protocol/session/send_window.hpp"

#include <algorithm>
#include <cassert>

namespace rpchspec::session {
namespace {

/// The counters of a leg that outlives its channels go round at 2^32: more than this in flight
/// means that they were acknowledged before they were sent.
constexpr std::uint32_t kMostInFlight = 1U << 31;

}  // namespace

void SendWindow::on_sent(RpcPduSize pdu) {
  assert(admits(pdu));
  on_sent_regardless(pdu);
}

void SendWindow::on_sent_regardless(RpcPduSize pdu) {
  available_.value -= std::min(available_.value, pdu.value);
  bytes_sent_.value += pdu.value;
}

Result<void> SendWindow::on_ack(wire::FlowControlAckCommand const& ack) {
  auto applied = apply(ack, predecessor_);
  successor_.goes_on = predecessor_.from();
  return applied;
}

Result<void> SendWindow::on_ack_of_successor(wire::FlowControlAckCommand const& ack) {
  return apply(ack, successor_);
}

void SendWindow::begin_successor() {
  predecessor_ = successor_;
  successor_ = {predecessor_.from(), bytes_sent_};
}

/// Who goes on counting has counted all that came before the successor's cookie; less than that it
/// says only behind 2^32.
Result<void> SendWindow::apply(wire::FlowControlAckCommand const& ack, Count& count) {
  auto const before = count.anew.value - count.goes_on.value;
  if (!count.is_anew && ack.bytes_received.value >= before && apply(ack, count.goes_on)) {
    return {};
  }
  auto const started_anew = apply(ack, count.anew);
  count.is_anew = count.is_anew || started_anew;
  return count.is_anew ? started_anew : apply(ack, count.goes_on);
}

Result<void> SendWindow::apply(wire::FlowControlAckCommand const& ack, BytesSent counted_from) {
  constexpr std::string_view kSection = "MS-RPCH 3.2.1.5.1.1";
  auto const sent = bytes_sent_.value - counted_from.value;
  auto const in_flight = sent - ack.bytes_received.value;  // modulo 2^32, both of them
  if (in_flight > kMostInFlight) {
    return fail({ErrorCode::unexpected, 0, "BytesReceived", kSection,
                 std::to_string(ack.bytes_received.value) + " acknowledged, only " +
                     std::to_string(sent) + " sent"});
  }
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
