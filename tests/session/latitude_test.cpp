// What the proxy roles do otherwise where MS-RPCH leaves it open (protocol/session/latitude.hpp).

#include <gtest/gtest.h>

#include "protocol/session/inbound_proxy.hpp"
#include "protocol/session/outbound_proxy.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using namespace rpchspec::session::testing;
using wire::ForwardDestination;
using wire::RtsPduKind;
using Order = std::vector<std::string>;

constexpr TimePoint kNow{};
constexpr ChannelCookie kSuccessor{{0x51}};
constexpr ChannelCookie kOther{{0x99}};

Bytes pdu(RtsPduKind kind) {
  return wire::encode(wire::make(kind));
}

Bytes cookie_pdu(RtsPduKind kind, ChannelCookie const& cookie) {
  auto made = wire::make(kind);
  made.commands[0] = wire::CookieCommand{as_cookie(cookie)};
  return wire::encode(made);
}

/// IN_R2/A1 or OUT_R2/A3.
Bytes first_of_successor(RtsPduKind kind,
                         ChannelCookie const& predecessor,
                         ChannelCookie const& successor = kSuccessor) {
  auto made = wire::make(kind);
  made.commands[1] = wire::CookieCommand{{kVirtualConnection.bytes}};
  made.commands[2] = wire::CookieCommand{as_cookie(predecessor)};
  made.commands[3] = wire::CookieCommand{as_cookie(successor)};
  return wire::encode(made);
}

/// A Destination, and what no PDU of 2.2.4 has behind it.
Bytes unknown_form(ForwardDestination to) {
  wire::RtsPdu made;
  made.flags = wire::kRtsFlagOtherCmd;
  made.commands = {wire::DestinationCommand{to}, wire::EmptyCommand{}, wire::EmptyCommand{}};
  return wire::encode(made);
}

template <class Machine, class Config>
class Role {
 public:
  Role(RoleLatitude const& latitude, Config config)
      : machine_((config.latitude = latitude, config), kNow) {}

  Seen client(Bytes const& bytes) {
    static_cast<void>(machine_.on_client_bytes(bytes, kNow));
    return drain(machine_);
  }

  Seen successor(Bytes const& bytes) {
    used_ = machine_.on_successor_bytes(bytes, kNow);
    return drain(machine_);
  }

  Seen server(Bytes const& bytes) {
    static_cast<void>(machine_.on_server_bytes(bytes, kNow));
    return drain(machine_);
  }

  Seen connect() {
    machine_.on_server_connected(kNow);
    return drain(machine_);
  }

  /// The successor's request, and its first PDU.
  Seen join(Bytes const& first) {
    machine_.on_successor({}, kNow);
    static_cast<void>(drain(machine_));
    return successor(first);
  }

  Machine& machine() { return machine_; }

  /// Bytes of the last that came on the successor.
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  Machine machine_;
  std::size_t used_ = 0;
};

struct In : Role<InboundProxy, InboundProxyConfig> {
  explicit In(RoleLatitude const& latitude = {}, InboundProxyConfig config = {})
      : Role(latitude, config) {
    static_cast<void>(client(conn_b1()));
    static_cast<void>(connect());
    static_cast<void>(server(conn_b3(8192)));
  }

  Seen join_in(ChannelCookie const& predecessor = kInCookie,
               ChannelCookie const& successor = kSuccessor) {
    return join(first_of_successor(RtsPduKind::InR2A1, predecessor, successor));
  }
};

struct Out : Role<OutboundProxy, OutboundProxyConfig> {
  explicit Out(RoleLatitude const& latitude = {}, OutboundProxyConfig config = {})
      : Role(latitude, config) {
    static_cast<void>(client(conn_a1(8192)));
    static_cast<void>(connect());
    c2 = server(conn_c1()).to_client;
  }

  Seen join_out(ChannelCookie const& predecessor = kOutCookie) {
    return join(first_of_successor(RtsPduKind::OutR2A3, predecessor));
  }

  Bytes c2;
};

TEST(RoleLatitude, StrictlyAPduThatWouldUseUpTheWindowWaits) {
  for (bool const strict : {false, true}) {
    RoleLatitude latitude;
    latitude.strict_window = strict;
    In in(latitude);
    EXPECT_EQ(in.client(rpc(4096)).to_server, rpc(4096));
    EXPECT_EQ(in.client(rpc(4096)).to_server.empty(), strict);
    In fresh(latitude);
    EXPECT_EQ(fresh.client(rpc(8192)).to_server, rpc(8192)) << "a whole window goes out";
    Out out(latitude);
    EXPECT_EQ(out.server(rpc(8000)).to_client, rpc(8000));
    EXPECT_EQ(out.server(rpc(192)).to_client.empty(), strict);
  }
}

TEST(RoleLatitude, AnOverrunIsWaitedForOrEnds) {
  for (bool const aborts : {false, true}) {
    RoleLatitude latitude;
    latitude.aborts_overrun = aborts;
    InboundProxyConfig in_config;
    in_config.receive_window = ReceiveWindowSize(8192);
    In in(latitude, in_config);
    static_cast<void>(in.client(rpc(8000)));
    EXPECT_FALSE(in.client(rpc(192)).closed_for(CloseReason::protocol_error)) << "it still fits";
    EXPECT_EQ(in.client(rpc(8192)).closed_for(CloseReason::protocol_error), aborts);
    In successor(latitude, in_config);
    static_cast<void>(successor.join_in());
    static_cast<void>(successor.successor(rpc(8192)));
    EXPECT_EQ(successor.successor(rpc(100)).closed_for(CloseReason::protocol_error), aborts);
    OutboundProxyConfig out_config;
    out_config.receive_window = ReceiveWindowSize(8192);
    Out out(latitude, out_config);
    static_cast<void>(out.server(rpc(8000) + rpc(192)));
    EXPECT_EQ(out.server(rpc(8192)).closed_for(CloseReason::protocol_error), aborts);
  }
}

TEST(RoleLatitude, TheServersBytesAreCountedOnOrAnewBehindOutR2) {
  for (bool const anew : {false, true}) {
    RoleLatitude latitude;
    latitude.counters_restart = anew;
    OutboundProxyConfig config;
    config.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
    Out out(latitude, config);
    EXPECT_EQ(out.server(rpc(1000)).to_server, ack(1000, 65536, kOutCookie));
    static_cast<void>(out.join_out());
    static_cast<void>(out.successor(pdu(RtsPduKind::OutR2C1)));
    auto const before = anew ? 0U : 1500U;
    EXPECT_EQ(out.server(rpc(500) + pdu(RtsPduKind::OutR2B1)).to_server,
              ack(before, 65536, kSuccessor))
        << "what was due goes out in the successor's name";
    EXPECT_EQ(out.server(rpc(300)).to_server, ack(before + 300, 65536, kSuccessor));
  }
}

TEST(RoleLatitude, AcknowledgementsGoOutOnceOrTwice) {
  for (bool const twice : {false, true}) {
    RoleLatitude latitude;
    latitude.acks_twice = twice;
    InboundProxyConfig in_config;
    in_config.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
    In in(latitude, in_config);
    auto const routed = routed_ack(ForwardDestination::FDClient, 500, 65536, kInCookie);
    EXPECT_EQ(in.client(rpc(500)).to_server, rpc(500) + routed + (twice ? routed : Bytes()));
    OutboundProxyConfig out_config;
    out_config.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
    Out out(latitude, out_config);
    auto const one = ack(500, 65536, kOutCookie);
    EXPECT_EQ(out.server(rpc(500)).to_server, one + (twice ? one : Bytes()));
  }
}

TEST(RoleLatitude, AcknowledgementsMayComeWhenNoneIsDue) {
  RoleLatitude latitude;
  latitude.acks_at_once = true;
  OutboundProxy out(OutboundProxyConfig{.latitude = latitude}, kNow);
  static_cast<void>(out.on_client_bytes(conn_a1(), kNow));
  static_cast<void>(drain(out));
  out.on_server_connected(kNow);
  static_cast<void>(drain(out));
  static_cast<void>(out.on_server_bytes(conn_c1(), kNow));
  EXPECT_EQ(drain(out).to_server, ack(0, 65536, kOutCookie));
  InboundProxy in(InboundProxyConfig{.latitude = latitude}, kNow);
  static_cast<void>(in.on_client_bytes(conn_b1(), kNow));
  static_cast<void>(drain(in));
  in.on_server_connected(kNow);
  static_cast<void>(drain(in));
  static_cast<void>(in.on_server_bytes(conn_b3(), kNow));
  EXPECT_EQ(drain(in).to_server, routed_ack(ForwardDestination::FDClient, 0, 65536, kInCookie));

  for (bool const former : {false, true}) {
    latitude = {};
    latitude.acks_former = former;
    Out recycled(latitude);
    static_cast<void>(recycled.server(rpc(700)));
    static_cast<void>(recycled.join_out());
    EXPECT_EQ(recycled.server(pdu(RtsPduKind::OutR2B1)).to_server,
              former ? ack(700, 65536, kOutCookie) : Bytes());
  }
}

TEST(RoleLatitude, ValuesOutsideTheirRangesAreRefusedOrTaken) {
  for (bool const takes : {false, true}) {
    RoleLatitude latitude;
    latitude.takes_any_value = takes;
    OutboundProxyConfig config;
    config.latitude = latitude;
    OutboundProxy out(config, kNow);
    static_cast<void>(out.on_client_bytes(conn_a1(4096), kNow));
    EXPECT_EQ(drain(out).order.front() == "connect", takes);
    In in(latitude);
    auto keep_alive = wire::make(RtsPduKind::KeepAlive);
    keep_alive.commands[0] = wire::ClientKeepaliveCommand{ClientKeepalive(1000)};
    EXPECT_EQ(in.client(wire::encode(keep_alive)).keepalive, takes ? 1000U : 0U);
    auto nobody = wire::make(RtsPduKind::FlowControlAckWithDestination);
    nobody.commands[0] = wire::DestinationCommand{static_cast<ForwardDestination>(9)};
    EXPECT_TRUE(In(latitude).client(wire::encode(nobody)).closed_for(CloseReason::protocol_error))
        << "that is no range of values";
  }
}

TEST(RoleLatitude, ConnC2IsACopyOrOurs) {
  OutboundProxyConfig config;
  config.receive_window = ReceiveWindowSize(20000);
  config.connection_timeout = ConnectionTimeout(300000);
  RoleLatitude latitude;
  EXPECT_EQ(Out(latitude, config).c2,
            wire::encode(wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000))));
  latitude.own_c2 = true;
  EXPECT_EQ(Out(latitude, config).c2,
            wire::encode(wire::conn_c2(1, ReceiveWindowSize(20000), ConnectionTimeout(300000))));
}

TEST(RoleLatitude, OutR2A7GoesOnAsItIsOrAsA8) {
  RoleLatitude latitude;
  auto a7 = wire::make(RtsPduKind::OutR2A7);
  a7.commands[1] = wire::CookieCommand{as_cookie(kSuccessor)};
  EXPECT_EQ(In(latitude).client(wire::encode(a7)).to_server, wire::encode(a7));
  latitude.a8_without_version = true;
  auto a8 = wire::make(RtsPduKind::OutR2A8);
  a8.commands[1] = a7.commands[1];
  EXPECT_EQ(In(latitude).client(wire::encode(a7)).to_server, wire::encode(a8));
  EXPECT_EQ(wire::encode(a8).size(), 48U);
}

TEST(RoleLatitude, ARoutedPduOfNoKnownFormGoesOnOrEnds) {
  for (bool const refuses : {false, true}) {
    RoleLatitude latitude;
    latitude.refuses_unknown_forms = refuses;
    In from_client(latitude);
    auto const to_client = unknown_form(ForwardDestination::FDClient);
    auto const seen = from_client.client(to_client);
    EXPECT_EQ(seen.closed_for(CloseReason::protocol_error), refuses);
    EXPECT_EQ(seen.to_server, refuses ? Bytes() : to_client);
    Out from_server(latitude);
    EXPECT_EQ(from_server.server(to_client).closed_for(CloseReason::protocol_error), refuses);
    In from_other(latitude);
    auto const to_us = unknown_form(ForwardDestination::FDInProxy);
    EXPECT_EQ(from_other.server(to_us).closed_for(CloseReason::protocol_error), refuses);
    auto const known = pdu(RtsPduKind::OutR2A2);
    EXPECT_EQ(Out(latitude).server(pdu(RtsPduKind::OutR2A1)).to_client, known);
  }
}

TEST(RoleLatitude, WhatTheTableLeadsBackIsDroppedOrSentBackToTheServerAlone) {
  auto const to_server = routed_ack(ForwardDestination::FDServer, 1, 65536, kInCookie);
  RoleLatitude latitude;
  EXPECT_TRUE(In(latitude).server(to_server).order.empty());
  latitude.sends_back = true;
  EXPECT_EQ(In(latitude).server(to_server).to_server, to_server);
  EXPECT_EQ(Out(latitude).server(to_server).to_server, to_server);
  auto const to_client = routed_ack(ForwardDestination::FDClient, 1, 65536, kOutCookie);
  EXPECT_TRUE(Out(latitude).client(to_client).to_client.empty());
}

TEST(RoleLatitude, AWrongPredecessorEndsAllOrTheNewcomerAlone) {
  RoleLatitude latitude;
  EXPECT_TRUE(In(latitude).join_in(kOther).closed_for(CloseReason::protocol_error));
  EXPECT_TRUE(Out(latitude).join_out(kOther).closed_for(CloseReason::protocol_error));
  latitude.newcomer_ends_alone = true;
  In in(latitude);
  EXPECT_EQ(in.join_in(kOther).order, Order{"close successor"});
  EXPECT_EQ(in.client(rpc(100)).to_server, rpc(100)) << "the old one lives on";
  EXPECT_FALSE(in.join_in().to_server.empty()) << "and can be replaced";
  Out out(latitude);
  EXPECT_EQ(out.join_out(kOther).order, Order{"close successor"});
  EXPECT_EQ(out.server(rpc(100)).to_client, rpc(100));
  EXPECT_FALSE(out.join_out().to_server.empty());
}

TEST(RoleLatitude, BehindAnotherCookieInA5EitherOneIsExpected) {
  for (bool const stays : {false, true}) {
    RoleLatitude latitude;
    latitude.keeps_unmatched_cookie = stays;
    for (auto const& predecessor : {kInCookie, kSuccessor}) {
      In in(latitude);
      static_cast<void>(in.join_in());
      static_cast<void>(in.client(cookie_pdu(RtsPduKind::InR2A5, kOther)));
      auto const expected = predecessor == (stays ? kSuccessor : kInCookie);
      EXPECT_EQ(!in.join_in(predecessor, kOther).closed_for(CloseReason::protocol_error), expected);
    }
  }
}

TEST(RoleLatitude, APluggedSuccessorIsReadOrLeft) {
  for (bool const unread : {false, true}) {
    RoleLatitude latitude;
    latitude.successor_unread = unread;
    In in(latitude);
    EXPECT_FALSE(in.join_in().to_server.empty()) << "its first PDU is read";
    EXPECT_EQ(in.machine().wants_successor_bytes(), !unread);
    static_cast<void>(in.successor(rpc(500, 9)));
    EXPECT_EQ(in.used(), unread ? 0U : 500U);
    auto const a5 = cookie_pdu(RtsPduKind::InR2A5, kSuccessor);
    EXPECT_EQ(in.client(a5).to_server, unread ? Bytes() : rpc(500, 9));
    EXPECT_TRUE(in.machine().wants_client_bytes());
  }
}

TEST(RoleLatitude, ASuccessorsHeadComesBehindOrBeforeB3) {
  for (bool const before : {false, true}) {
    RoleLatitude latitude;
    latitude.head_before_b3 = before;
    Out out(latitude);
    static_cast<void>(out.join_out());
    static_cast<void>(out.successor(pdu(RtsPduKind::OutR2C1)));
    auto const seen = out.server(pdu(RtsPduKind::OutR2B1) + rpc(100));
    EXPECT_EQ(seen.order, before ? (Order{"head", "client", "switch", "client"})
                                 : (Order{"client", "switch", "head", "client"}));
    EXPECT_EQ(seen.to_client, pdu(RtsPduKind::OutR2B3) + rpc(100));
  }
}

TEST(RoleLatitude, ASuccessorByOutR1IsListedOrNot) {
  for (bool const unlisted : {false, true}) {
    OutboundProxyConfig config;
    config.latitude.successor_unlisted = unlisted;
    OutboundProxy out(config, kNow);
    auto const a3 = first_of_successor(RtsPduKind::OutR1A3, kOutCookie);
    static_cast<void>(out.on_client_bytes(a3, kNow));
    static_cast<void>(drain(out));
    out.on_cookie_unknown();
    static_cast<void>(out.on_client_bytes(a3, kNow));
    static_cast<void>(drain(out));
    out.on_server_connected(kNow);
    auto listed = false;
    while (auto const event = out.next_event()) {
      listed = listed || std::holds_alternative<AddCookie>(*event);
    }
    EXPECT_EQ(listed, !unlisted);
  }
}

}  // namespace
}  // namespace rpchspec::session
