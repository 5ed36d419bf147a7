#include "tests/journal/tap_fixture.hpp"

namespace rpchspec::journal {
namespace {

using testing::ElementsAre;

TapOptions const kServer{v1::SERVER, v1::LEG_UNKNOWN, 0, Stream::pdus};

TEST(TapOnPdus, TellsTheLegacyResponseFromThePdusAfterIt) {
  std::vector<Piece> const pieces{{v1::SENT, joined(text("ncacn_http/1.0"), ping_pdu())},
                                  {v1::RECEIVED, ping_pdu()}};
  EXPECT_THAT(outline(record(kServer, pieces)),
              ElementsAre("> legacy-response 14", "> pdu 20 at 14", "< pdu 20 at 0", "end, cut 0"));
  expect_same_for_every_segmentation(kServer, pieces);
}

TEST(TapOnPdus, TakesABrokenLegacyResponseForGarbage) {
  std::vector<Piece> const pieces{{v1::SENT, joined(text("ncacn_http/1.1"), ping_pdu())},
                                  {v1::RECEIVED, text("ncacn")}};
  EXPECT_THAT(outline(record(kServer, pieces)),
              ElementsAre("> garbage 34", "< garbage 5", "end, cut 0"));
  expect_same_for_every_segmentation(kServer, pieces);
}

TEST(TapOnPdus, NamesEveryKindThatHasTheFormOfAnRtsPdu) {
  auto const events = record(kServer, {{v1::RECEIVED, ping_pdu()}});
  ASSERT_TRUE(events[0].has_pdu());
  EXPECT_THAT(events[0].pdu().kinds(), ElementsAre("Ping"));
  EXPECT_EQ(events[0].pdu().error(), "");
  EXPECT_EQ(events[0].pdu().prefix().size(), 20U);
}

TEST(TapOnPdus, SaysWhyAnRtsPduDoesNotDecode) {
  auto pdu = ping_pdu();
  pdu[18] = 9;  // commands that are not there
  std::vector<Piece> const pieces{{v1::RECEIVED, joined(pdu, ping_pdu())}};
  auto const events = record(kServer, pieces);
  EXPECT_NE(events[0].pdu().error(), "");
  EXPECT_EQ(events[0].pdu().kinds_size(), 0);
  EXPECT_EQ(events[1].pdu().error(), "");
  expect_same_for_every_segmentation(kServer, pieces);
}

TEST(TapOnPdus, DecodesAnRtsPduThatIsLargerThanWhatIsKeptOfIt) {
  Bytes pdu{5, 0, 20, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};
  append(pdu, std::uint32_t{8});  // Padding
  append(pdu, std::uint32_t{60'000});
  pdu.resize(pdu.size() + 60'000);
  store(MutableByteView(pdu), 8, static_cast<std::uint16_t>(pdu.size()));
  auto const events = record(kServer, {{v1::RECEIVED, pdu}}, pieces_of(999));
  EXPECT_EQ(events[0].pdu().error(), "");
  EXPECT_EQ(events[0].pdu().size(), pdu.size());
  EXPECT_EQ(events[0].pdu().prefix().size(), 512U);
}

TEST(TapOnPdus, ReadsCallIdAndLengthInTheByteOrderOfThePdu) {
  auto pdu = rpc_pdu(Bytes(300));
  pdu[4] = 0;
  store<std::uint16_t>(MutableByteView(pdu), 8, 324, ByteOrder::big);
  store<std::uint32_t>(MutableByteView(pdu), 12, 77, ByteOrder::big);
  auto const events = record(kServer, {{v1::RECEIVED, pdu}}, pieces_of(7));
  EXPECT_EQ(events[0].pdu().call_id(), 77U);
  EXPECT_EQ(events[0].pdu().size(), 324U);
  EXPECT_EQ(events[0].pdu().prefix().size(), 40U);
}

TEST(TapOnPdus, TakesAnImpossibleLengthForGarbage) {
  auto pdu = ping_pdu();
  pdu[8] = 15;
  std::vector<Piece> const pieces{{v1::RECEIVED, joined(ping_pdu(), pdu, ping_pdu())}};
  EXPECT_THAT(outline(record(kServer, pieces)),
              ElementsAre("< pdu 20 at 0", "< garbage 40", "end, cut 0"));
  expect_same_for_every_segmentation(kServer, pieces);
}

TEST(TapOnPdus, FindsTheExactOffsetOfAMismatchInEverySegmentation) {
  for (std::size_t const at : {0UL, 15UL, 16UL, 100UL, 399UL}) {
    auto pdu = payload_pdu_of(400, {3, true, 1000});
    pdu[24 + at] = static_cast<std::uint8_t>(pdu[24 + at] ^ 0x40);
    std::vector<Piece> const pieces{
        {v1::RECEIVED, joined(payload_pdu_of(400, {3, true, 600}), pdu)}};
    if (at >= 16) {  // what the mark itself says is wrong otherwise
      EXPECT_THAT(outline(record(kServer, pieces)),
                  ElementsAre("< pdu 0 at 0", "< pdu 0 at 424",
                              "< mismatch " + std::to_string(1000 + at), "end, cut 0"));
    }
    expect_same_for_every_segmentation(kServer, pieces);
  }
}

TEST(TapOnPdus, ChecksPayloadOnlyWhereItArrives) {
  auto pdu = payload_pdu_of(400, {3, true, 1000});
  pdu.back() ^= 1;
  EXPECT_THAT(outline(record(kServer, {{v1::SENT, pdu}})),
              ElementsAre("> pdu 0 at 0", "end, cut 0"));
}

TEST(TapOnPdus, ChecksNoPayloadBehindAVerifierAndFindsItBehindAnObject) {
  auto sealed = payload_pdu_of(400, {3, true, 0});
  sealed[10] = 16;
  sealed.back() ^= 1;
  Bytes stub(100);
  fill_payload(stub, kKey, {3, true, 400});
  stub.back() ^= 1;
  auto object = rpc_pdu(joined(Bytes(16), stub));
  object[3] |= 0x80;
  std::vector<Piece> const pieces{{v1::RECEIVED, joined(sealed, object)}};
  EXPECT_THAT(outline(record(kServer, pieces)),
              ElementsAre("< pdu 0 at 0", "< pdu 0 at 424", "< mismatch 499", "end, cut 0"));
  expect_same_for_every_segmentation(kServer, pieces);
}

TEST(TapOnPdus, TellsHowMuchOfAPduHadComeAtTheEnd) {
  auto const pdu = payload_pdu_of(400, {3, true, 0});
  for (std::size_t const size : {1UL, 15UL, 16UL, 17UL, 423UL}) {
    std::vector<Piece> const pieces{
        {v1::RECEIVED,
         joined(ping_pdu(), Bytes(pdu.begin(), pdu.begin() + static_cast<long>(size)))}};
    EXPECT_THAT(outline(record(kServer, pieces)),
                ElementsAre("< pdu 20 at 0", "end, cut " + std::to_string(size)));
    expect_same_for_every_segmentation(kServer, pieces);
  }
}

TEST(TapOnPdus, EndsEachDirectionOnItsOwnAndThenBoth) {
  Recorder recorder({});
  ConnectionTap tap(recorder, kServer);
  tap.received(Bytes{5, 0, 0}, {});
  tap.sent(ping_pdu(), {});
  tap.ended(v1::RECEIVED, v1::FIN, "", {});
  tap.ended(v1::NO_DIRECTION, v1::RST, "by us", {});
  std::vector<v1::Ended> ended;
  ASSERT_TRUE(read(recorder.memory(), [&](Event const& event) {
    if (event.has_ended()) {
      ended.push_back(event.ended());
    }
  }));
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].bytes(), 3U);
  EXPECT_EQ(ended[0].cut_pdu(), 3U);
  EXPECT_EQ(ended[1].bytes(), 23U);
  EXPECT_EQ(ended[1].cut_pdu(), 0U);
}

TEST(TapOnPdus, CarriesLegAndVirtualConnectionOnceTheyAreKnown) {
  Recorder recorder({});
  ConnectionTap tap(recorder, kServer);
  std::vector<Event> events;
  recorder.listen([&](Event const& event) { events.push_back(event); });
  tap.received(ping_pdu(), {});
  tap.identify(v1::OUT, 4, "00ff", {});
  tap.received(ping_pdu(), {});
  tap.timer("ping", true, 30'000, {});
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].leg(), v1::LEG_UNKNOWN);
  EXPECT_EQ(events[1].identified().virtual_connection_cookie(), "00ff");
  EXPECT_EQ(events[2].leg(), v1::OUT);
  EXPECT_EQ(events[2].virtual_connection(), 4U);
  EXPECT_EQ(events[3].timer().after_ms(), 30'000U);
}

TEST(TapOnPdus, WritesFewRecordsForAFloodOfGarbageInSmallPieces) {
  Recorder recorder({});
  ConnectionTap tap(recorder, kServer);
  std::size_t records = 0;
  std::uint64_t size = 0;
  recorder.listen([&](Event const& event) {
    ++records;
    size += event.raw().size();
    EXPECT_LE(event.raw().prefix().size(), 256U);
  });
  std::size_t const bytes = 1 << 20;
  for (std::size_t i = 0; i < bytes; ++i) {
    tap.received(Bytes{0xAA}, {});
  }
  tap.ended(v1::NO_DIRECTION, v1::FIN, "", {});
  EXPECT_LT(records, 100U);
  EXPECT_EQ(size, bytes);
}

}  // namespace
}  // namespace rpchspec::journal
