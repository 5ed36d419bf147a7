// The outbound proxy's timers: pings, and the end of a channel that is not used (MS-RPCH 3.2.4.6).

#include <algorithm>

#include "protocol/session/outbound_proxy.hpp"

namespace rpchspec::session {
namespace {

Duration in_milliseconds(ConnectionTimeout timeout) {
  return std::chrono::milliseconds(timeout.value);
}

}  // namespace

/// Half a ConnectionTimeout after the last bytes to the client (3.2.1.2.1, AMB-07): a peer that
/// waits for a whole one then never sees a gap of that length.
TimePoint OutboundProxy::next_ping() const {
  auto const& channel = channel_.default_channel();
  if (config_.pings == Pings::off || server_ != ServerLeg::connected || !channel.answered) {
    return kNever;
  }
  if (deviations_.pings == PingDeviation::opened_only && state_ != State::Opened) {
    return kNever;
  }
  auto const timeout =
      in_milliseconds(deviations_.ping_timeout.value_or(channel.connection_timeout));
  if (deviations_.pings == PingDeviation::late) {
    return later(last_to_client_, timeout * 3 / 2);
  }
  if (config_.pings == Pings::regular) {
    return later(last_ping_, timeout / 2);
  }
  return later(last_to_client_, config_.pings == Pings::at_whole ? timeout : timeout / 2);
}

TimePoint OutboundProxy::next_deadline() const {
  if (is_closed()) {
    return kNever;
  }
  auto const idle = later(last_from_server_, config_.idle_timeout);
  return std::min(idle, state_ == State::OpenStart ? first_pdu_by_ : next_ping());
}

void OutboundProxy::on_deadline(TimePoint now) {
  outputs_.begin({});
  if (is_closed() || now < next_deadline()) {
    return;
  }
  if (state_ == State::OpenStart) {
    close(CloseReason::no_first_pdu);
  } else if (now >= later(last_from_server_, config_.idle_timeout)) {
    close(CloseReason::idle);
  } else {
    send_ping(now);
  }
}

void OutboundProxy::send_ping(TimePoint now) {
  auto ping = wire::ping();
  if (deviations_.pings == PingDeviation::wrong_flags) {
    ping.flags = wire::kRtsFlagOtherCmd;
  }
  last_ping_ = now;
  if (send_to_client(ping)) {
    ping_traffic_ += static_cast<std::uint32_t>(wire::encoded_size(ping));
    if (ping_traffic_ > config_.ping_traffic_threshold) {
      outputs_.send(ProxyLeg::server, wire::ping_traffic_sent_notify(ping_traffic_));
      ping_traffic_ = deviations_.pings == PingDeviation::traffic_kept ? ping_traffic_ : 0;
    }
  }
  finish_input(now);
}

}  // namespace rpchspec::session
