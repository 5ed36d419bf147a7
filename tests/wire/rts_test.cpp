#include "protocol/wire/rts.hpp"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/wire/client_address.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::wire {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

RtsPdu with(RtsCommand command) {
  RtsPdu pdu;
  pdu.commands.push_back(std::move(command));
  return pdu;
}

std::string first_requirement(RtsPdu const& pdu) {
  auto const violations = validate(pdu);
  return violations.empty() ? "" : std::string(violations.front().requirement);
}

TEST(RtsCodec, EveryCommandSurvivesTheRoundTrip) {
  RtsPdu pdu;
  pdu.flags = 0xFFFF;
  pdu.commands = {
      ReceiveWindowSizeCommand{ReceiveWindowSize(0xFFFFFFFF)},
      FlowControlAckCommand{BytesReceived(1), AvailableWindow(2), RtsCookie{{3}}},
      ConnectionTimeoutCommand{ConnectionTimeout(1)},
      CookieCommand{RtsCookie{{1, 2, 3}}},
      ChannelLifetimeCommand{ChannelLifetime(0)},
      ClientKeepaliveCommand{ClientKeepalive(7)},
      VersionCommand{9},
      EmptyCommand{},
      PaddingCommand{{1, 2, 3}},
      NegativeAnceCommand{},
      AnceCommand{},
      ClientAddressCommand{1, {1, 2, 3, 4, 5}, {6}},
      AssociationGroupIdCommand{AssociationGroupId{{8}}},
      DestinationCommand{static_cast<ForwardDestination>(99)},
      PingTrafficSentNotifyCommand{1040},
  };
  auto const decoded = decode_rts(encode(pdu));
  ASSERT_TRUE(decoded) << to_string(decoded.error());
  EXPECT_EQ(*decoded, pdu);
}

TEST(RtsCodec, HeaderValuesAreKeptAsFound) {
  RtsPdu pdu;
  pdu.header.rpc_vers = 4;
  pdu.header.rpc_vers_minor = 1;
  pdu.header.ptype = 0;
  pdu.header.pfc_flags = 0xFF;
  pdu.header.packed_drep = {0x11, 1, 2, 3};
  pdu.header.auth_length = 9;
  pdu.header.call_id = 0xDEADBEEF;
  EXPECT_EQ(decode_rts(encode(pdu)), pdu);
}

TEST(RtsCodec, LyingLengthsAndCountsAreEncodedAsToldAndRefusedOnDecode) {
  auto pdu = with(AnceCommand{});
  pdu.header.frag_length = 28;
  EXPECT_EQ(requirement_of(decode_rts(encode(pdu)).error()), "RPCH-2.2.3.6.1-05");

  pdu = with(AnceCommand{});
  pdu.header.number_of_commands = 0;
  auto const trailing = decode_rts(encode(pdu));
  ASSERT_FALSE(trailing);
  EXPECT_EQ(trailing.error().offset, 20U);
  EXPECT_EQ(requirement_of(trailing.error()), "RPCH-2.2.3.6.1-10");

  pdu.header.number_of_commands = 0xFFFF;
  auto const many = decode_rts(encode(pdu));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::truncated);
  EXPECT_EQ(many.error().offset, 18U);
  EXPECT_EQ(requirement_of(many.error()), "RPCH-2.2.3.6.1-10");
}

TEST(RtsCodec, PaddingThatClaimsMoreThanThereIsTakesNoMemory) {
  auto pdu = with(PaddingCommand{{0, 0, 0, 0}, 0xFFFFFFFF});
  auto const decoded = decode_rts(encode(pdu));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::too_large);
  EXPECT_EQ(decoded.error().offset, 24U);
  EXPECT_EQ(requirement_of(decoded.error()), "RPCH-2.2.3.5.9-01");
}

TEST(RtsCodec, CommandsThatNoSectionDefinesAreNamedWithTheirOffset) {
  auto const decoded = decode_rts(encode(with(UnknownCommand{15, {1, 2, 3, 4}})));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().offset, 20U);
  EXPECT_THAT(to_string(decoded.error()), HasSubstr("found 15, expected at most 14"));
  EXPECT_EQ(requirement_of(decoded.error()), "RPCH-2.2.3.6-01");
}

TEST(RtsCodec, AddressTypesThatNoSectionDefinesAreRefused) {
  auto const decoded = decode_rts(encode(with(ClientAddressCommand{2, {}, {}})));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().offset, 24U);
  EXPECT_EQ(requirement_of(decoded.error()), "RPCH-2.2.3.5.12-01");
}

// The stream was cut by a big-endian frag_length then; the rest of an RTS PDU is little-endian.
TEST(RtsCodec, ABigEndianDrepIsLeftToValidation) {
  auto pdu = with(AnceCommand{});
  pdu.header.packed_drep = {0, 0, 0, 0};
  pdu.header.frag_length = 24 << 8;
  auto const decoded = decode_rts(encode(pdu));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, pdu);
  EXPECT_EQ(first_requirement(*decoded), "RPCH-2.2.3.6.1-04");
}

TEST(RtsCodec, ABigEndianLengthUnderALittleEndianDrepIsRefused) {
  auto pdu = with(AnceCommand{});
  pdu.header.frag_length = 24 << 8;
  EXPECT_EQ(decode_rts(encode(pdu)).error().field, "frag_length");
}

TEST(RtsCodec, AReusedPduForgetsTheLiesItToldBefore) {
  auto reused = with(PaddingCommand{{1, 2, 3, 4}, 9});
  reused.header.frag_length = 1;
  reused.header.number_of_commands = 7;
  auto const honest = with(PaddingCommand{{0, 0, 0, 0}, {}});
  ASSERT_TRUE(decode_rts_into(encode(honest), reused));
  EXPECT_EQ(reused, honest);
}

TEST(RtsCodec, AReusedPduForgetsWhatItHeldBefore) {
  RtsPdu reused;
  ASSERT_TRUE(decode_rts_into(encode(with(ClientAddressCommand{1, {1, 2, 3, 4, 5}, {9}})), reused));
  auto const v4 = with(ClientAddressCommand{0, {1, 2, 3, 4}, {}});
  ASSERT_TRUE(decode_rts_into(encode(v4), reused));
  EXPECT_EQ(reused, v4);
  ASSERT_FALSE(decode_rts_into(encode(with(UnknownCommand{})), reused));
  EXPECT_TRUE(reused.commands.empty());
}

TEST(RtsCodec, SizesBeyondTheLengthFieldSaturateIt) {
  auto const bytes = encode(with(PaddingCommand{Bytes(70000), {}}));
  EXPECT_EQ(bytes.size(), 70028U);
  EXPECT_EQ(load<std::uint16_t>(bytes, 8), 0xFFFF);
  EXPECT_THAT(validate(with(PaddingCommand{Bytes(70000), {}})),
              Contains(Field(&Violation::requirement, "RPCH-2.2.3.6.1-05")));
}

struct HeaderCase {
  std::string_view requirement;
  std::uint64_t offset;
  void (*spoil)(RtsPdu&);
};

TEST(RtsValidation, HeaderValuesCiteTheirRequirement) {
  std::array<HeaderCase, 11> const cases{{
      {"RPCH-2.2.3.6.1-03", 0, [](RtsPdu& p) { p.header.rpc_vers = 4; }},
      {"RPCH-2.2.3.6.1-03", 1, [](RtsPdu& p) { p.header.rpc_vers_minor = 1; }},
      {"RPCH-2.2.3.6.1-03", 2, [](RtsPdu& p) { p.header.ptype = 0; }},
      {"RPCH-2.2.3.6.1-02", 3, [](RtsPdu& p) { p.header.pfc_flags = 1; }},
      {"RPCH-2.2.3.6.1-04", 4, [](RtsPdu& p) { p.header.packed_drep[3] = 1; }},
      {"RPCH-2.2.3.6.1-05", 8, [](RtsPdu& p) { p.header.frag_length = 20; }},
      {"RPCH-2.2.1-02", 8,
       [](RtsPdu& p) {
         p.commands = {PaddingCommand{{0}, {}}};
       }},
      {"RPCH-2.2.3.6.1-06", 10, [](RtsPdu& p) { p.header.auth_length = 1; }},
      {"RPCH-2.2.3.6.1-06", 12, [](RtsPdu& p) { p.header.call_id = 1; }},
      {"RPCH-2.2.3.6.1-09", 16, [](RtsPdu& p) { p.flags = 0x80; }},
      {"RPCH-2.2.3.6.1-10", 18, [](RtsPdu& p) { p.header.number_of_commands = 2; }},
  }};
  for (auto const& wrong : cases) {
    SCOPED_TRACE(wrong.requirement);
    auto pdu = with(AnceCommand{});
    wrong.spoil(pdu);
    auto const violations = validate(pdu);
    ASSERT_EQ(violations.size(), 1U);
    EXPECT_EQ(violations[0].requirement, wrong.requirement);
    EXPECT_EQ(violations[0].offset, wrong.offset);
  }
}

struct ValueCase {
  std::string_view requirement;
  RtsCommand command;
};

TEST(RtsValidation, CommandValuesCiteTheirRequirement) {
  RtsCookie const cookie;
  std::array<ValueCase, 14> const cases{{
      {"RPCH-2.2.3.5.1-01", ReceiveWindowSizeCommand{ReceiveWindowSize(8191)}},
      {"RPCH-2.2.3.5.1-01", ReceiveWindowSizeCommand{ReceiveWindowSize(262145)}},
      {"RPCH-2.2.3.4-01", FlowControlAckCommand{BytesReceived(0x80000001), {}, cookie}},
      {"RPCH-2.2.3.4-02", FlowControlAckCommand{{}, AvailableWindow(262145), cookie}},
      {"RPCH-2.2.3.5.3-01", ConnectionTimeoutCommand{ConnectionTimeout(119999)}},
      {"RPCH-2.2.3.5.3-01", ConnectionTimeoutCommand{ConnectionTimeout(14400001)}},
      {"RPCH-2.2.3.5.5-01", ChannelLifetimeCommand{ChannelLifetime(131071)}},
      {"RPCH-2.2.3.5.5-01", ChannelLifetimeCommand{ChannelLifetime(0x80000001)}},
      {"RPCH-2.2.3.5.6-01", ClientKeepaliveCommand{ClientKeepalive(59999)}},
      {"RPCH-2.2.3.5.9-01", PaddingCommand{{0, 0, 0, 0}, 8}},
      {"RPCH-2.2.3.5.12-01", ClientAddressCommand{2, {}, {}}},
      {"RPCH-2.2.3.5.14-01", DestinationCommand{static_cast<ForwardDestination>(4)}},
      {"RPCH-2.2.3.6-01", UnknownCommand{15, {}}},
      {"", ReceiveWindowSizeCommand{ReceiveWindowSize(8192)}},
  }};
  for (auto const& wrong : cases) {
    EXPECT_EQ(first_requirement(with(wrong.command)), wrong.requirement);
  }
}

TEST(RtsValidation, BoundariesOfRangesAreLegal) {
  for (auto const& legal : std::vector<RtsCommand>{
           ReceiveWindowSizeCommand{ReceiveWindowSize(262144)},
           FlowControlAckCommand{BytesReceived(0x80000000), AvailableWindow(262144), {}},
           FlowControlAckCommand{},
           ConnectionTimeoutCommand{ConnectionTimeout(120000)},
           ConnectionTimeoutCommand{ConnectionTimeout(14400000)},
           ChannelLifetimeCommand{ChannelLifetime(131072)},
           ChannelLifetimeCommand{ChannelLifetime(0x80000000)},
           ClientKeepaliveCommand{ClientKeepalive(0)},
           ClientKeepaliveCommand{ClientKeepalive(60000)},
           ClientKeepaliveCommand{ClientKeepalive(0xFFFFFFFF)},
           DestinationCommand{ForwardDestination::FDOutProxy},
       }) {
    EXPECT_EQ(first_requirement(with(legal)), "");
  }
}

TEST(RtsValidation, OffsetsPointAtTheValueBehindOtherCommands) {
  RtsPdu pdu;
  pdu.commands = {CookieCommand{}, ClientAddressCommand{1, {}, {}},
                  ReceiveWindowSizeCommand{ReceiveWindowSize(1)}};
  auto const violations = validate(pdu);
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].offset, 20U + 20 + 36 + 4);
}

// 2.2.3.5.7-02: a receiver must ignore the value, so that no role takes it for a protocol error.
TEST(RtsValidation, VersionAndPaddingAreAdviceToTheSenderOnly) {
  RtsPdu pdu;
  pdu.commands = {VersionCommand{7}, ClientAddressCommand{0, {}, {1}},
                  ClientAddressCommand{1, {}, {1}}, PaddingCommand{{0, 0, 0, 1}, {}}};
  EXPECT_TRUE(validate(pdu).empty());
  auto const advice = sender_advice(pdu);
  ASSERT_EQ(advice.size(), 4U);
  EXPECT_EQ(advice[0].requirement, "RPCH-2.2.3.5.7-01");
  EXPECT_EQ(advice[1].requirement, "RPCH-2.2.3.2.1-02");
  EXPECT_EQ(advice[2].requirement, "RPCH-2.2.3.2.2-02");
  EXPECT_EQ(advice[3].requirement, "RPCH-2.2.3.5.9-02");
}

TEST(RtsDissection, NamesFieldsAndShowsTheirValues) {
  auto const fields = dissect_rts(encode(conn_a3(ConnectionTimeout(120000))));
  ASSERT_EQ(fields.size(), 12U);
  EXPECT_EQ(fields[11].name, "Commands[0].ConnectionTimeout");
  EXPECT_EQ(fields[11].value, "120000");
  EXPECT_EQ(fields[11].section, "2.2.3.5.3");
  EXPECT_EQ(fields[11].offset, 24U);
}

TEST(RtsDissection, ShowsWhatFollowsTheLastReadableField) {
  auto const fields = dissect_rts(encode(with(UnknownCommand{99, {0xAB, 0xCD}})));
  EXPECT_EQ(fields.back().value, "abcd");
  EXPECT_EQ(fields.back().offset, 24U);
}

TEST(ClientAddress, StandsReversedForIpv4AndInOrderForIpv6) {
  auto const v4 = client_address("10.1.2.3");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->address[0], 3);
  EXPECT_EQ(to_string(*v4), "10.1.2.3");
  EXPECT_TRUE(holds_address(*v4, "10.1.2.3"));
  EXPECT_TRUE(holds_address(*v4, "3.2.1.10")) << "AMB-01: either order";
  EXPECT_FALSE(holds_address(*v4, "10.1.2.4"));
  auto const v6 = client_address("2001:db8::123");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->address[0], 0x20);
  EXPECT_EQ(to_string(*v6), "2001:db8::123");
  EXPECT_TRUE(
      holds_address(*client_address("2001:db8::123", AddressOrder::reversed), "2001:db8::123"));
  EXPECT_FALSE(client_address("10.1.2"));
  EXPECT_FALSE(client_address(std::string_view("1.2.3.4\0x", 9)));
}

}  // namespace
}  // namespace rpchspec::wire
