#include "harness/actors/send_bytes.hpp"

#include <gtest/gtest.h>

#include "harness/actors/step_values.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::actors {
namespace {

scenario::v1::Send send(std::string const& pdu) {
  scenario::v1::Send step;
  step.set_pdu(pdu);
  return step;
}

std::string const kCookie = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";

TEST(BytesOf, FillsAPduWithWhatTheRoleKnows) {
  auto const bytes = bytes_of(send("CONN/A1"), {{"VirtualConnectionCookie", kCookie}});
  ASSERT_TRUE(bytes);
  auto const pdu = wire::decode_rts(*bytes);
  EXPECT_EQ(*wire::get_by_meaning(*pdu, wire::RtsPduKind::ConnA1, "VirtualConnectionCookie"),
            kCookie);
}

TEST(BytesOf, OverridesByMeaningAndByHeaderField) {
  auto step = send("CONN/A1");
  (*step.mutable_with())["ReceiveWindowSize"] = "8192";
  (*step.mutable_with())["header.pfc_flags"] = "0x01";
  auto const bytes = bytes_of(step, {{"ReceiveWindowSize", "65536"}});
  ASSERT_TRUE(bytes);
  EXPECT_EQ((*bytes)[3], 1);
  EXPECT_EQ(load<std::uint32_t>(*bytes, bytes->size() - 4), 8192U);
}

TEST(BytesOf, SaysWhichPdusAndFieldsThereAre) {
  EXPECT_EQ(bytes_of(send("CONN/A9"), {}).error().code, ErrorCode::not_found);
  auto step = send("Ping");
  (*step.mutable_with())["header.colour"] = "1";
  auto const error = bytes_of(step, {}).error();
  EXPECT_NE(error.detail.find("pfc_flags"), std::string::npos) << error.detail;
}

TEST(BytesOf, PutsFurtherPdusIntoTheSameWriteAndCuts) {
  auto step = send("Ping");
  *step.add_then() = send("Ping");
  EXPECT_EQ(bytes_of(step, {})->size(), 40U);
  step.set_cut(33);
  EXPECT_EQ(bytes_of(step, {})->size(), 33U);
}

TEST(BytesOf, KeepsTheLengthRightBehindAppendedBytes) {
  auto step = send("Ping");
  step.set_append_hex("07000000");
  auto const bytes = *bytes_of(step, {});
  EXPECT_EQ(bytes.size(), 24U);
  EXPECT_EQ(load<std::uint16_t>(bytes, 8), 24U);
}

TEST(FromHex, TakesDigitsAndSpaces) {
  EXPECT_EQ(*from_hex("05 0a fF"), (Bytes{5, 10, 255}));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

AckFacts facts() {
  AckFacts made;
  made.bytes_received = 1000;
  made.window = 65536;
  made.channel_cookie.bytes.fill(0xD0);
  return made;
}

wire::FlowControlAckCommand ack_of(Bytes const& bytes) {
  return *wire::find<wire::FlowControlAckCommand>(*wire::decode_rts(bytes));
}

TEST(AckBytes, SaysTheTruthUnlessTheStepLies) {
  auto const right = ack_of(*ack_bytes({}, facts(), "none"));
  EXPECT_EQ(right.bytes_received, BytesReceived(1000));
  EXPECT_EQ(right.available_window, AvailableWindow(65536));
  scenario::v1::Ack step;
  step.set_bytes_received("actual+5");
  step.set_available_window("70000");
  step.set_cookie("wrong");
  auto const wrong = ack_of(*ack_bytes(step, facts(), "none"));
  EXPECT_EQ(wrong.bytes_received, BytesReceived(1005));
  EXPECT_EQ(wrong.available_window, AvailableWindow(70000));
  EXPECT_NE(wrong.channel_cookie, right.channel_cookie);
}

TEST(AckBytes, GoesToItsDestination) {
  auto const pdu = *wire::decode_rts(*ack_bytes({}, facts(), "FDOutProxy"));
  EXPECT_EQ(wire::find<wire::DestinationCommand>(pdu)->value, wire::ForwardDestination::FDOutProxy);
  scenario::v1::Ack step;
  step.set_destination("FDNobody");
  EXPECT_FALSE(ack_bytes(step, facts(), "none"));
}

}  // namespace
}  // namespace rpchspec::actors
