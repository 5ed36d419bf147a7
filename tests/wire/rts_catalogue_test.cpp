#include "protocol/wire/rts_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string first_requirement(RtsPdu const& pdu, RtsPduKind kind) {
  auto const violations = validate(pdu, kind);
  return violations.empty() ? "" : std::string(violations.front().requirement);
}

TEST(RtsCatalogue, MakesEveryKindLegalAndIdentifiable) {
  for (auto const& form : rts_forms()) {
    SCOPED_TRACE(form.name);
    auto const pdu = make(form.kind);
    EXPECT_TRUE(has_form(pdu, form.kind));
    EXPECT_THAT(identify(pdu), Contains(form.kind));
    EXPECT_EQ(first_requirement(pdu, form.kind), "");
    EXPECT_EQ(find_form(form.name), &form);
    EXPECT_EQ(decode_rts(encode(pdu)), pdu);
  }
}

TEST(RtsCatalogue, MeaningsAreUniqueInAPdu) {
  for (auto const& form : rts_forms()) {
    for (auto const& slot : form.slots) {
      EXPECT_EQ(std::count_if(form.slots.begin(), form.slots.end(),
                              [&](auto const& other) { return other.meaning == slot.meaning; }),
                1)
          << form.name << " " << slot.meaning;
    }
  }
}

// AMB-24: channel and state decide between kinds of one form.
TEST(RtsCatalogue, ALoneAnceIsSeveralKinds) {
  EXPECT_THAT(identify(make(RtsPduKind::OutR1A9)),
              ElementsAre(RtsPduKind::OutR1A9, RtsPduKind::OutR1A10, RtsPduKind::OutR1A11,
                          RtsPduKind::OutR2B1));
}

TEST(RtsCatalogue, WrongFlagsAreNoLongerTheKind) {
  auto pdu = make(RtsPduKind::OutR2A7);
  pdu.flags = 0;
  EXPECT_TRUE(identify(pdu).empty());
  EXPECT_EQ(first_requirement(pdu, RtsPduKind::OutR2A7), "RPCH-2.2.3.6.1-09");
}

TEST(RtsCatalogue, SwappedCommandsCiteTheOrder) {
  auto pdu = make(RtsPduKind::ConnB3);
  std::swap(pdu.commands[0], pdu.commands[1]);
  EXPECT_FALSE(has_form(pdu, RtsPduKind::ConnB3));
  EXPECT_EQ(first_requirement(pdu, RtsPduKind::ConnB3), "RPCH-2.2.3.6.2-02");
}

TEST(RtsCatalogue, MissingExtraAndForeignCommandsCiteTheForm) {
  auto pdu = make(RtsPduKind::ConnA1);
  pdu.commands.pop_back();
  auto const violations = validate(pdu, RtsPduKind::ConnA1);
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].requirement, "RPCH-2.2.4.2-01");
  EXPECT_EQ(violations[0].offset, 20U + 8 + 20 + 20);
  EXPECT_THAT(violations[0].detail, HasSubstr("expected Version, Cookie, Cookie, Receive"));

  pdu = make(RtsPduKind::Ping);
  pdu.commands.push_back(EmptyCommand{});
  EXPECT_EQ(first_requirement(pdu, RtsPduKind::Ping), "RPCH-2.2.4.49-01");

  pdu = make(RtsPduKind::OutR2B2);
  pdu.commands = {AnceCommand{}};
  EXPECT_EQ(first_requirement(pdu, RtsPduKind::OutR2B2), "RPCH-2.2.4.43-01");
}

TEST(RtsCatalogue, AWrongDestinationCitesTheForm) {
  auto pdu = make(RtsPduKind::OutR1A7);
  EXPECT_EQ(get_by_meaning(pdu, RtsPduKind::OutR1A7, "Destination"), "FDServer");
  pdu.commands[0] = DestinationCommand{ForwardDestination::FDClient};
  EXPECT_EQ(first_requirement(pdu, RtsPduKind::OutR1A7), "RPCH-2.2.4.29-01");
}

TEST(RtsCatalogue, TheVerbatimCopyOfOutR2A7IsALawfulA8) {
  auto const copy = make(RtsPduKind::OutR2A7);
  EXPECT_THAT(identify(copy), ElementsAre(RtsPduKind::OutR2A7, RtsPduKind::OutR2A8));
  EXPECT_EQ(first_requirement(copy, RtsPduKind::OutR2A8), "");
  EXPECT_EQ(get_by_meaning(copy, RtsPduKind::OutR2A8, "Version"), "1");
  EXPECT_THAT(identify(make(RtsPduKind::OutR2A8)), Not(Contains(RtsPduKind::OutR2A7)));
}

TEST(RtsCatalogue, PaddingInOutR2C1IsOfTheFormButOfTheWrongSize) {
  auto pdu = make(RtsPduKind::OutR2C1);
  pdu.commands = {PaddingCommand{Bytes(4), {}}};
  EXPECT_TRUE(has_form(pdu, RtsPduKind::OutR2C1));
  EXPECT_EQ(first_requirement(pdu, RtsPduKind::OutR2C1), "RPCH-2.2.4.45-01");
}

TEST(RtsMeaning, SetsNumbersCookiesAddressesAndDestinations) {
  auto pdu = make(RtsPduKind::ConnB2);
  auto const kind = RtsPduKind::ConnB2;
  std::string const cookie = "000102030405060708090a0b0c0d0e0f";
  EXPECT_TRUE(set_by_meaning(pdu, kind, "ReceiveWindowSize", "0x10"));
  EXPECT_TRUE(set_by_meaning(pdu, kind, "INChannelCookie", cookie));
  EXPECT_TRUE(set_by_meaning(pdu, kind, "ClientAddress", "::1"));
  EXPECT_EQ(get_by_meaning(pdu, kind, "ReceiveWindowSize"), "16");
  EXPECT_EQ(get_by_meaning(pdu, kind, "INChannelCookie"), cookie);
  EXPECT_EQ(get_by_meaning(pdu, kind, "VirtualConnectionCookie"), std::string(32, '0'));
  EXPECT_EQ(get_by_meaning(pdu, kind, "ClientAddress"), "::1");
  EXPECT_EQ(encode(pdu).size(), 140U);
}

TEST(RtsMeaning, ReachesThePartsOfAnAcknowledgement) {
  auto const kind = RtsPduKind::FlowControlAckWithDestination;
  auto pdu = make(kind);
  EXPECT_TRUE(set_by_meaning(pdu, kind, "BytesReceived", "35040"));
  EXPECT_TRUE(set_by_meaning(pdu, kind, "AvailableWindow", "65535"));
  EXPECT_TRUE(set_by_meaning(pdu, kind, "ChannelCookie", std::string(32, 'f')));
  EXPECT_TRUE(set_by_meaning(pdu, kind, "Destination", "FDOutProxy"));
  FlowControlAckCommand expected{BytesReceived(35040), AvailableWindow(65535), {}};
  expected.channel_cookie.bytes.fill(0xFF);
  EXPECT_EQ(pdu, flow_control_ack_with_destination(ForwardDestination::FDOutProxy, expected));
  EXPECT_TRUE(set_by_meaning(pdu, kind, "Destination", "7"));
  EXPECT_EQ(get_by_meaning(pdu, kind, "Destination"), "7");
  EXPECT_FALSE(get_by_meaning(pdu, kind, "FlowControlAck"));
}

TEST(RtsMeaning, SaysWhatIsAllowedWhenItRefuses) {
  auto pdu = make(RtsPduKind::ConnA1);
  auto const unknown = set_by_meaning(pdu, RtsPduKind::ConnA1, "INChannelCookie", "0");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
  EXPECT_THAT(unknown.error().detail, HasSubstr("VirtualConnectionCookie, OUTChannelCookie"));
  for (auto const* bad : {"", "-1", "12x", "4294967296", "0x", "0x1ffffffff", " 1"}) {
    auto const refused = set_by_meaning(pdu, RtsPduKind::ConnA1, "ReceiveWindowSize", bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, ErrorCode::bad_value);
  }
  for (auto const* bad : {"00", "0g0102030405060708090a0b0c0d0e0f"}) {
    EXPECT_FALSE(set_by_meaning(pdu, RtsPduKind::ConnA1, "OUTChannelCookie", bad));
  }
  auto ance = make(RtsPduKind::OutR1A9);
  EXPECT_FALSE(set_by_meaning(ance, RtsPduKind::OutR1A9, "ANCE", "1"));
}

TEST(RtsBuilders, BuildTheKindTheyName) {
  VirtualConnectionCookie const vc;
  ChannelCookie const channel;
  EXPECT_EQ(conn_a1(vc, channel, ReceiveWindowSize(65536)), make(RtsPduKind::ConnA1));
  EXPECT_EQ(conn_a2(1, vc, channel, ChannelLifetime(1 << 30), ReceiveWindowSize(65536)),
            make(RtsPduKind::ConnA2));
  EXPECT_EQ(conn_a3(ConnectionTimeout(120000)), make(RtsPduKind::ConnA3));
  EXPECT_EQ(conn_b1(vc, channel, ChannelLifetime(1 << 30), ClientKeepalive(300000), {}),
            make(RtsPduKind::ConnB1));
  ConnB2 b2;
  b2.receive_window = ReceiveWindowSize(65536);
  b2.connection_timeout = ConnectionTimeout(120000);
  EXPECT_EQ(conn_b2(b2), make(RtsPduKind::ConnB2));
  EXPECT_EQ(conn_b3(ReceiveWindowSize(65536), 1), make(RtsPduKind::ConnB3));
  auto const timeout = ConnectionTimeout(120000);
  EXPECT_EQ(conn_c1(1, ReceiveWindowSize(65536), timeout), make(RtsPduKind::ConnC1));
  EXPECT_EQ(conn_c2(1, ReceiveWindowSize(65536), timeout), make(RtsPduKind::ConnC2));
  EXPECT_EQ(keep_alive(ClientKeepalive(300000)), make(RtsPduKind::KeepAlive));
  EXPECT_EQ(ping(), make(RtsPduKind::Ping));
  EXPECT_EQ(echo(), make(RtsPduKind::Echo));
  EXPECT_EQ(ping_traffic_sent_notify(0), make(RtsPduKind::PingTrafficSentNotify));
}

}  // namespace
}  // namespace rpchspec::wire
