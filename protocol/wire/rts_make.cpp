// Builders for the RTS PDUs of 2.2.4, and `make`: each kind with legal default values.

#include <utility>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::uint32_t kDefaultWindow = 65536;
constexpr std::uint32_t kDefaultTimeout = 120'000;
constexpr std::uint32_t kDefaultLifetime = 1024 * 1024 * 1024;
constexpr std::uint32_t kDefaultKeepalive = 300'000;

RtsCommand default_command(RtsCommandType type) {
  switch (type) {
    case RtsCommandType::ReceiveWindowSize:
      return ReceiveWindowSizeCommand{ReceiveWindowSize(kDefaultWindow)};
    case RtsCommandType::FlowControlAck:
      return FlowControlAckCommand{BytesReceived(0), AvailableWindow(kDefaultWindow), {}};
    case RtsCommandType::ConnectionTimeout:
      return ConnectionTimeoutCommand{ConnectionTimeout(kDefaultTimeout)};
    case RtsCommandType::Cookie:
      return CookieCommand{};
    case RtsCommandType::ChannelLifetime:
      return ChannelLifetimeCommand{ChannelLifetime(kDefaultLifetime)};
    case RtsCommandType::ClientKeepalive:
      return ClientKeepaliveCommand{ClientKeepalive(kDefaultKeepalive)};
    case RtsCommandType::Version:
      return VersionCommand{};
    case RtsCommandType::Empty:
      return EmptyCommand{};
    case RtsCommandType::Padding:
      return PaddingCommand{};
    case RtsCommandType::NegativeAnce:
      return NegativeAnceCommand{};
    case RtsCommandType::Ance:
      return AnceCommand{};
    case RtsCommandType::ClientAddress:
      return ClientAddressCommand{};
    case RtsCommandType::AssociationGroupId:
      return AssociationGroupIdCommand{};
    case RtsCommandType::Destination:
      return DestinationCommand{};
    case RtsCommandType::PingTrafficSentNotify:
      return PingTrafficSentNotifyCommand{};
  }
  return EmptyCommand{};
}

template <class Tag>
CookieCommand cookie(Cookie16<Tag> const& value) {
  return {RtsCookie{value.bytes}};
}

template <class... Commands>
RtsPdu pdu(RtsPduKind kind, Commands&&... commands) {
  RtsPdu made;
  made.flags = form_of(kind).flags;
  made.commands.reserve(sizeof...(commands));
  (made.commands.emplace_back(std::forward<Commands>(commands)), ...);
  return made;
}

RtsPdu conn_c(RtsPduKind kind,
              std::uint32_t version,
              ReceiveWindowSize window,
              ConnectionTimeout timeout) {
  return pdu(kind, VersionCommand{version}, ReceiveWindowSizeCommand{window},
             ConnectionTimeoutCommand{timeout});
}

}  // namespace

RtsPdu make(RtsPduKind kind) {
  RtsPdu made;
  auto const& form = form_of(kind);
  made.flags = form.flags;
  made.commands.reserve(form.slots.size());
  for (auto const& slot : form.slots) {
    made.commands.push_back(default_command(slot.type));
  }
  if (auto const destination = destination_of(kind)) {
    made.commands.front() = DestinationCommand{*destination};
  }
  return made;
}

RtsPdu conn_a1(VirtualConnectionCookie const& vc,
               ChannelCookie const& out,
               ReceiveWindowSize client) {
  return pdu(RtsPduKind::ConnA1, VersionCommand{}, cookie(vc), cookie(out),
             ReceiveWindowSizeCommand{client});
}

// NOLINTNEXTLINE(readability-function-size): one parameter a command.
RtsPdu conn_a2(std::uint32_t version,
               VirtualConnectionCookie const& vc,
               ChannelCookie const& out,
               ChannelLifetime lifetime,
               ReceiveWindowSize out_proxy) {
  return pdu(RtsPduKind::ConnA2, VersionCommand{version}, cookie(vc), cookie(out),
             ChannelLifetimeCommand{lifetime}, ReceiveWindowSizeCommand{out_proxy});
}

RtsPdu conn_a3(ConnectionTimeout out_proxy) {
  return pdu(RtsPduKind::ConnA3, ConnectionTimeoutCommand{out_proxy});
}

// NOLINTNEXTLINE(readability-function-size): one parameter a command.
RtsPdu conn_b1(VirtualConnectionCookie const& vc,
               ChannelCookie const& in,
               ChannelLifetime lifetime,
               ClientKeepalive keepalive,
               AssociationGroupId const& group) {
  return pdu(RtsPduKind::ConnB1, VersionCommand{}, cookie(vc), cookie(in),
             ChannelLifetimeCommand{lifetime}, ClientKeepaliveCommand{keepalive},
             AssociationGroupIdCommand{group});
}

RtsPdu conn_b2(ConnB2 const& b2) {
  return pdu(RtsPduKind::ConnB2, VersionCommand{b2.version}, cookie(b2.virtual_connection_cookie),
             cookie(b2.in_channel_cookie), ReceiveWindowSizeCommand{b2.receive_window},
             ConnectionTimeoutCommand{b2.connection_timeout},
             AssociationGroupIdCommand{b2.association_group_id}, b2.client_address);
}

RtsPdu conn_b3(ReceiveWindowSize server, std::uint32_t version) {
  return pdu(RtsPduKind::ConnB3, ReceiveWindowSizeCommand{server}, VersionCommand{version});
}

RtsPdu conn_c1(std::uint32_t version, ReceiveWindowSize in_proxy, ConnectionTimeout timeout) {
  return conn_c(RtsPduKind::ConnC1, version, in_proxy, timeout);
}

RtsPdu conn_c2(std::uint32_t version, ReceiveWindowSize in_proxy, ConnectionTimeout timeout) {
  return conn_c(RtsPduKind::ConnC2, version, in_proxy, timeout);
}

RtsPdu keep_alive(ClientKeepalive interval) {
  return pdu(RtsPduKind::KeepAlive, ClientKeepaliveCommand{interval});
}

RtsPdu ping() {
  return pdu(RtsPduKind::Ping);
}

RtsPdu echo() {
  return pdu(RtsPduKind::Echo);
}

RtsPdu ping_traffic_sent_notify(std::uint32_t bytes) {
  return pdu(RtsPduKind::PingTrafficSentNotify, PingTrafficSentNotifyCommand{bytes});
}

RtsPdu flow_control_ack(FlowControlAckCommand const& ack) {
  return pdu(RtsPduKind::FlowControlAck, ack);
}

RtsPdu flow_control_ack_with_destination(ForwardDestination to, FlowControlAckCommand const& ack) {
  return pdu(RtsPduKind::FlowControlAckWithDestination, DestinationCommand{to}, ack);
}

}  // namespace rpchspec::wire
