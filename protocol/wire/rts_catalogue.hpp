// The 50 RTS PDUs of MS-RPCH 2.2.4 by name: their form, and builders for them.

#pragma once

#include <span>
#include <string_view>

#include "protocol/wire/rts.hpp"

namespace rpchspec::wire {

// clang-format off
/// In the order of sections 2.2.4.2 to 2.2.4.51.
enum class RtsPduKind : std::uint8_t {
  ConnA1, ConnA2, ConnA3, ConnB1, ConnB2, ConnB3, ConnC1, ConnC2,
  InR1A1, InR1A2, InR1A3, InR1A4, InR1A5, InR1A6, InR1B1, InR1B2,
  InR2A1, InR2A2, InR2A3, InR2A4, InR2A5,
  OutR1A1, OutR1A2, OutR1A3, OutR1A4, OutR1A5, OutR1A6, OutR1A7, OutR1A8, OutR1A9, OutR1A10,
  OutR1A11,
  OutR2A1, OutR2A2, OutR2A3, OutR2A4, OutR2A5, OutR2A6, OutR2A7, OutR2A8, OutR2B1, OutR2B2,
  OutR2B3, OutR2C1,
  KeepAlive, PingTrafficSentNotify, Echo, Ping, FlowControlAck, FlowControlAckWithDestination,
};
// clang-format on

inline constexpr std::size_t kRtsPduKinds = 50;

/// What stands at one position of a PDU: the command, and what its value means there.
struct RtsSlot {
  RtsCommandType type;
  std::string_view meaning;  // "VirtualConnectionCookie", "ReceiveWindowSize", ...; unique in a PDU
};

/// The form of one PDU. A PDU is identified by flags, count and command types (2.2.4.1); several
/// kinds share a form, so channel and state decide between them.
struct RtsForm {
  RtsPduKind kind;
  std::string_view name;     // "CONN/A1"
  std::string_view section;  // "2.2.4.2"
  std::uint16_t flags;
  std::span<RtsSlot const> slots;
};

/// All forms, indexed by kind.
[[nodiscard]] std::span<RtsForm const> rts_forms();
[[nodiscard]] RtsForm const& form_of(RtsPduKind kind);

/// By the name in 2.2.4, "CONN/A1"; null when there is none.
[[nodiscard]] RtsForm const* find_form(std::string_view name);

/// Every kind whose flags, count and command types this PDU has; empty when none.
[[nodiscard]] std::vector<RtsPduKind> identify(RtsPdu const& pdu);

/// True when the PDU has the form of `kind`.
[[nodiscard]] bool has_form(RtsPdu const& pdu, RtsPduKind kind);

/// The positions of this PDU as a PDU of `kind`: the form's own, or the one lawful alternative that
/// the PDU has (OUT_R2/C1 with Padding; OUT_R2/A8 as a verbatim copy of A7, AMB-02).
[[nodiscard]] std::span<RtsSlot const> slots_of(RtsPdu const& pdu, RtsPduKind kind);

/// The Destination that this kind always carries; empty where it has none or any is lawful.
[[nodiscard]] std::optional<ForwardDestination> destination_of(RtsPduKind kind);

/// The requirement that states the kind's form: "RPCH-2.2.4.2-01".
[[nodiscard]] std::string_view form_requirement(RtsPduKind kind);

/// `validate` plus the PDU's own form: flags, order and count of commands, value ranges.
[[nodiscard]] std::vector<Violation> validate(RtsPdu const& pdu, RtsPduKind kind);

/// A PDU of this kind with legal default values (Version 1, windows 65536, timeout 120000, lifetime
/// 1 GiB, keep-alive 300000, cookies zero): what a scenario then overrides by meaning.
[[nodiscard]] RtsPdu make(RtsPduKind kind);

/// Sets the command that stands for `meaning` ("ReceiveWindowSize", "VirtualConnectionCookie",
/// "BytesReceived", "AvailableWindow", "ChannelCookie", ...) from text: a decimal or 0x number, or
/// 32 hex digits for a cookie. not_found or bad_value otherwise, naming what is allowed.
[[nodiscard]] Result<void> set_by_meaning(RtsPdu& pdu,
                                          RtsPduKind kind,
                                          std::string_view meaning,
                                          std::string_view value);

/// The value that stands for `meaning`, as text in the same notation; not_found otherwise.
[[nodiscard]] Result<std::string> get_by_meaning(RtsPdu const& pdu,
                                                 RtsPduKind kind,
                                                 std::string_view meaning);

// Builders that the roles use. Parameters in the order of the commands; see 2.2.4.n.
[[nodiscard]] RtsPdu conn_a1(VirtualConnectionCookie const&,
                             ChannelCookie const& out,
                             ReceiveWindowSize client);
[[nodiscard]] RtsPdu conn_a2(std::uint32_t version,
                             VirtualConnectionCookie const&,
                             ChannelCookie const& out,
                             ChannelLifetime,
                             ReceiveWindowSize out_proxy);
[[nodiscard]] RtsPdu conn_a3(ConnectionTimeout out_proxy);
[[nodiscard]] RtsPdu conn_b1(VirtualConnectionCookie const&,
                             ChannelCookie const& in,
                             ChannelLifetime,
                             ClientKeepalive,
                             AssociationGroupId const&);
[[nodiscard]] RtsPdu conn_b3(ReceiveWindowSize server, std::uint32_t version);
[[nodiscard]] RtsPdu conn_c1(std::uint32_t version,
                             ReceiveWindowSize in_proxy,
                             ConnectionTimeout in_proxy_timeout);
[[nodiscard]] RtsPdu conn_c2(std::uint32_t version,
                             ReceiveWindowSize in_proxy,
                             ConnectionTimeout in_proxy_timeout);
[[nodiscard]] RtsPdu keep_alive(ClientKeepalive);
[[nodiscard]] RtsPdu ping();
[[nodiscard]] RtsPdu echo();
[[nodiscard]] RtsPdu ping_traffic_sent_notify(std::uint32_t bytes);
[[nodiscard]] RtsPdu flow_control_ack(FlowControlAckCommand const&);
[[nodiscard]] RtsPdu flow_control_ack_with_destination(ForwardDestination,
                                                       FlowControlAckCommand const&);

/// CONN/B2 has seven parts, so it takes a struct.
struct ConnB2 {
  std::uint32_t version = 1;
  VirtualConnectionCookie virtual_connection_cookie;
  ChannelCookie in_channel_cookie;
  ReceiveWindowSize receive_window;
  ConnectionTimeout connection_timeout;
  AssociationGroupId association_group_id;
  ClientAddressCommand client_address;
};

[[nodiscard]] RtsPdu conn_b2(ConnB2 const&);

}  // namespace rpchspec::wire
