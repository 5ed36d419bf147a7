#include "reports/capture.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "journal_builder.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "reports/tcp_packets.hpp"

namespace rpchspec::reports {
namespace {

using test::JournalBuilder;
using test::kClientIn;
using test::kClientOut;
using test::kServerIn;
namespace v1 = journal::v1;

constexpr std::uint8_t kFin = 1;
constexpr std::uint8_t kSyn = 2;
constexpr std::uint8_t kRst = 4;
constexpr std::uint8_t kAck = 16;

struct Packet {
  std::uint32_t interface = 0;
  std::uint64_t at_ns = 0;
  std::uint32_t size = 0;  // on the wire
  Bytes bytes;
  std::vector<std::string> comments;

  [[nodiscard]] bool v6() const { return bytes[0] >> 4 == 6; }

  [[nodiscard]] ByteView tcp() const { return ByteView(bytes).subspan(v6() ? 40 : 20); }

  template <class Int>
  [[nodiscard]] Int field(std::size_t at) const {
    return load<Int>(tcp(), at, ByteOrder::big);
  }

  [[nodiscard]] std::uint16_t from() const { return field<std::uint16_t>(0); }

  [[nodiscard]] std::uint16_t to() const { return field<std::uint16_t>(2); }

  [[nodiscard]] std::uint32_t sequence() const { return field<std::uint32_t>(4); }

  [[nodiscard]] std::uint32_t acknowledged() const { return field<std::uint32_t>(8); }

  [[nodiscard]] std::uint8_t flags() const { return tcp()[13]; }

  [[nodiscard]] std::size_t headers() const {
    return bytes.size() - tcp().size() + std::size_t{tcp()[12]} / 16 * 4;
  }

  [[nodiscard]] std::size_t payload_size() const { return size - headers(); }

  [[nodiscard]] std::string payload() const {
    return std::string(as_text(ByteView(bytes).subspan(headers())));
  }

  [[nodiscard]] bool says(std::string_view text) const {
    return std::any_of(comments.begin(), comments.end(), [&](auto const& comment) {
      return comment.find(text) != std::string::npos;
    });
  }
};

/// A reader of its own: block by block, each with its length twice.
struct File {
  std::vector<std::string> interfaces;
  std::vector<std::pair<Bytes, std::string>> names;
  std::vector<Packet> packets;   // IP
  std::vector<Packet> messages;  // for a dissector

  explicit File(std::string const& text) {
    auto const bytes = as_bytes(text);
    for (std::size_t at = 0; at < bytes.size();) {
      auto const type = load<std::uint32_t>(bytes, at);
      auto const size = load<std::uint32_t>(bytes, at + 4);
      EXPECT_EQ(size % 4, 0U);
      EXPECT_EQ(load<std::uint32_t>(bytes, at + size - 4), size);
      take(type, bytes.subspan(at + 8, size - 12));
      at += size;
    }
  }

  void take(std::uint32_t type, ByteView body) {
    if (type == 1) {
      types_.push_back(load<std::uint16_t>(body, 0));
      for (auto const& [code, value] : options(body.subspan(8))) {
        if (code == 2) {
          interfaces.emplace_back(as_text(value));
        }
      }
    } else if (type == 4) {
      auto const record = options(body).front().second;
      auto const address = record.first(load<std::uint16_t>(body, 0) == 1 ? 4 : 16);
      auto const name = as_text(record.subspan(address.size()));
      names.emplace_back(Bytes(address.begin(), address.end()), name.substr(0, name.size() - 1));
    } else if (type == 6) {
      take_packet(body);
    }
  }

  void take_packet(ByteView body) {
    Packet packet;
    packet.interface = load<std::uint32_t>(body, 0);
    packet.at_ns = std::uint64_t{load<std::uint32_t>(body, 4)} << 32 | load<std::uint32_t>(body, 8);
    auto const kept = load<std::uint32_t>(body, 12);
    packet.size = load<std::uint32_t>(body, 16);
    auto const bytes = body.subspan(20, kept);
    packet.bytes.assign(bytes.begin(), bytes.end());
    for (auto const& [code, value] : options(body.subspan(20 + (kept + 3) / 4 * 4))) {
      packet.comments.emplace_back(as_text(value));
    }
    (types_.at(packet.interface) == 101 ? packets : messages).push_back(std::move(packet));
  }

  static std::vector<std::pair<std::uint16_t, ByteView>> options(ByteView bytes) {
    std::vector<std::pair<std::uint16_t, ByteView>> found;
    for (std::size_t at = 0; load<std::uint16_t>(bytes, at) != 0;) {
      auto const size = load<std::uint16_t>(bytes, at + 2);
      found.emplace_back(load<std::uint16_t>(bytes, at), bytes.subspan(at + 4, size));
      at += 4 + (std::size_t{size} + 3) / 4 * 4;
    }
    return found;
  }

 private:
  std::vector<std::uint16_t> types_;
};

File captured_file(JournalBuilder const& journal, CaptureLimits const& limits = {}) {
  std::ostringstream text;
  Capture capture(text, "1.0", limits);
  EXPECT_TRUE(capture.add({"test/case", "test/case: fail"}, journal.bytes()));
  return File(text.str());
}

/// Ones' complement sum of what the checksum covers, itself included: all ones when it is right.
std::uint32_t folded(ByteView bytes, std::uint32_t begin = 0) {
  auto total = begin;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    total += std::uint32_t{bytes[i]} << (i % 2 == 0 ? 8 : 0);
  }
  while (total >> 16 != 0) {
    total = (total & 0xFFFF) + (total >> 16);
  }
  return total;
}

TEST(Capture, BeginsAConnectionWithItsAddressesAndAHandshake) {
  JournalBuilder journal;
  journal.parameter(std::string(kBegan), "1700000000000000000").at(0.5).opened(kClientOut);
  auto const file = captured_file(journal);
  ASSERT_EQ(file.packets.size(), 3U);
  auto const& syn = file.packets[0];
  auto const& answer = file.packets[1];
  auto const& ack = file.packets[2];
  EXPECT_EQ(syn.flags(), kSyn);
  EXPECT_EQ(answer.flags(), kSyn | kAck);
  EXPECT_EQ(ack.flags(), kAck);
  EXPECT_EQ(syn.from(), 40000);
  EXPECT_EQ(syn.to(), 80);
  EXPECT_EQ(answer.from(), 80);
  EXPECT_EQ(answer.acknowledged(), syn.sequence() + 1);
  EXPECT_EQ(ack.sequence(), syn.sequence() + 1);
  EXPECT_EQ(ack.acknowledged(), answer.sequence() + 1);
  EXPECT_EQ(syn.at_ns, 1700000000500000000U);
  EXPECT_EQ(file.interfaces, std::vector<std::string>{"test/case client"});
  EXPECT_TRUE(syn.says("test/case: fail"));
  EXPECT_TRUE(syn.says("client.out of virtual connection 1"));
}

TEST(Capture, LetsThePeerOpenWhatWasAccepted) {
  JournalBuilder journal;
  auto const file = captured_file(journal.opened(kServerIn));
  EXPECT_EQ(file.packets.at(0).from(), 80);
  EXPECT_EQ(file.packets.at(0).to(), 40000);
  EXPECT_EQ(file.interfaces, std::vector<std::string>{"test/case server"});
}

TEST(Capture, LetsWhatAServerReceivesComeFromTheProxy) {
  JournalBuilder journal;
  journal.opened(kServerIn).rpc(kServerIn, v1::RECEIVED, 1).rpc(kServerIn, v1::SENT, 2);
  auto const file = captured_file(journal);
  EXPECT_EQ(file.packets.at(3).from(), 80);
  EXPECT_EQ(file.packets.at(4).from(), 40000);
}

TEST(Capture, CountsAFinAsOne) {
  JournalBuilder journal;
  journal.opened(kClientOut).ended(kClientOut, v1::RECEIVED, v1::FIN);
  journal.ended(kClientOut, v1::SENT, v1::FIN).ended(kClientOut, v1::SENT, v1::FIN);
  auto const file = captured_file(journal);
  ASSERT_EQ(file.packets.size(), 5U) << "an end is told once";
  EXPECT_EQ(file.packets[4].acknowledged(), file.packets[3].sequence() + 1);
}

TEST(Capture, PutsHeadsAndPdusIntoSegmentsInSequence) {
  JournalBuilder journal;
  journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  journal.rts(kClientOut, v1::SENT, wire::ping());
  journal.response(kClientOut, v1::RECEIVED, 200, "Success");
  auto const file = captured_file(journal);
  ASSERT_EQ(file.packets.size(), 6U);
  auto const& head = file.packets[3];
  auto const& ping = file.packets[4];
  auto const& answer = file.packets[5];
  EXPECT_EQ(head.payload().substr(0, 13), "RPC_OUT_DATA ");
  EXPECT_EQ(ping.sequence(), head.sequence() + head.payload_size());
  EXPECT_EQ(ping.payload_size(), 20U);
  EXPECT_TRUE(file.messages.at(1).says("Ping"));
  EXPECT_EQ(answer.acknowledged(), ping.sequence() + 20);
  EXPECT_EQ(answer.from(), 80);
}

TEST(Capture, HandsHeadsAndPdusToTheirDissectors) {
  JournalBuilder journal;
  journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  journal.rts(kClientOut, v1::RECEIVED, wire::ping());
  journal.raw(kClientOut, v1::RECEIVED, "stray", "garbage");
  auto const file = captured_file(journal);
  ASSERT_EQ(file.messages.size(), 2U);
  EXPECT_EQ(file.interfaces,
            (std::vector<std::string>{"test/case client", "test/case client messages"}));
  auto const& head = file.messages[0].bytes;
  Bytes const tags{0, 12, 0,    4,    'h', 't', 't', 'p', 0, 20, 0, 4,  127, 0, 0, 1,  0, 21,
                   0, 4,  127,  0,    0,   1,   0,   24,  0, 4,  0, 0,  0,   2, 0, 25, 0, 4,
                   0, 0,  0x9C, 0x40, 0,   26,  0,   4,   0, 0,  0, 80, 0,   0, 0, 0};
  EXPECT_EQ(Bytes(head.begin(), head.begin() + 52), tags);
  EXPECT_EQ(as_text(head).substr(52, 12), "RPC_OUT_DATA");
  auto const pdu = as_text(file.messages[1].bytes);
  EXPECT_EQ(pdu.substr(0, 4), std::string_view("\0\x0d\0\x0c", 4));
  EXPECT_EQ(pdu.substr(4, 12), std::string_view("dcerpc_http\0", 12));
  EXPECT_EQ(pdu.size(), 60U + 20U);
}

TEST(Capture, NamesStepsWhereTheyBegin) {
  JournalBuilder journal;
  journal.opened(kClientOut).step(2, "server.close", v1::Step::BEGAN);
  journal.response(kClientOut, v1::RECEIVED, 200, "Success");
  journal.step(2, "server.close", v1::Step::DONE);
  journal.response(kClientOut, v1::RECEIVED, 200, "Success");
  auto const file = captured_file(journal);
  EXPECT_TRUE(file.messages.at(0).says("step 3 server.close"));
  EXPECT_TRUE(file.messages.at(1).comments.empty());
}

TEST(Capture, CutsWhatTheJournalDidNotKeepAndCountsItAllTheSame) {
  JournalBuilder journal;
  journal.opened(kClientIn).marked(kClientIn, v1::SENT, {});
  journal.rpc(kClientIn, v1::SENT, 1, 1000).rpc(kClientIn, v1::SENT, 2, 500);
  auto const file = captured_file(journal);
  auto const& whole = file.packets.at(3);
  auto const& cut = file.packets.at(4);
  EXPECT_EQ(whole.payload().size(), whole.payload_size());
  EXPECT_TRUE(file.messages.at(0).comments.empty());
  EXPECT_EQ(file.messages.at(0).size, file.messages.at(0).bytes.size());
  EXPECT_EQ(cut.payload_size(), 1000U);
  EXPECT_EQ(cut.payload().size(), 0U);
  EXPECT_TRUE(file.messages.at(1).says("the first 0 of these 1000 bytes"));
  EXPECT_EQ(file.messages.at(1).size, file.messages.at(1).bytes.size() + 1000);
  EXPECT_EQ(file.packets.at(5).sequence(), cut.sequence() + 1000);
}

TEST(Capture, SplitsWhatIsTooLargeForAPacket) {
  JournalBuilder journal;
  journal.opened(kClientIn).rpc(kClientIn, v1::SENT, 1, 2 * kLargestSegment + 7);
  journal.rpc(kClientIn, v1::SENT, 2, 10);
  auto const file = captured_file(journal);
  ASSERT_EQ(file.packets.size(), 7U);
  EXPECT_EQ(file.packets[5].payload_size(), 7U);
  EXPECT_EQ(file.packets[6].sequence(), file.packets[3].sequence() + 2 * kLargestSegment + 7);
}

TEST(Capture, HasRightChecksums) {
  JournalBuilder journal;
  journal.opened(kClientOut).raw(kClientOut, v1::SENT, "odd", "garbage");
  for (auto const& packet : captured_file(journal).packets) {
    EXPECT_EQ(folded(ByteView(packet.bytes).first(20)), 0xFFFFU);
    auto const addresses = folded(ByteView(packet.bytes).subspan(12, 8));
    auto const begin = addresses + 6 + static_cast<std::uint32_t>(packet.tcp().size());
    EXPECT_EQ(folded(packet.tcp(), begin), 0xFFFFU);
  }
}

TEST(Capture, SpeaksIpv6) {
  JournalBuilder journal;
  auto event = journal.opened(kClientOut).events().back();
  event.set_connection(9);
  event.mutable_opened()->set_local("[::1]:4000");
  event.mutable_opened()->set_remote("[2001:db8::2]:443");
  auto const file = captured_file(JournalBuilder().add(event));
  ASSERT_EQ(file.packets.size(), 3U);
  EXPECT_TRUE(file.packets[0].v6());
  EXPECT_EQ(file.packets[0].to(), 443);
  EXPECT_EQ(file.packets[0].bytes[39], 2);
}

struct EndCase {
  std::string name;
  v1::Direction direction;
  v1::Ending ending;
  std::string detail;
  std::uint8_t flags;
  bool ours;
};

class CaptureEnd : public testing::TestWithParam<EndCase> {};

TEST_P(CaptureEnd, IsAPacketOfWhoEnded) {
  auto const& param = GetParam();
  JournalBuilder journal;
  journal.opened(kClientOut).ended(kClientOut, param.direction, param.ending, param.detail);
  auto const file = captured_file(journal);
  ASSERT_EQ(file.packets.size(), 4U);
  EXPECT_EQ(file.packets[3].flags(), param.flags);
  EXPECT_EQ(file.packets[3].from(), param.ours ? 40000 : 80);
}

INSTANTIATE_TEST_SUITE_P(
    Ends,
    CaptureEnd,
    testing::Values(EndCase{"FinOfThePeer", v1::RECEIVED, v1::FIN, "", kFin | kAck, false},
                    EndCase{"OurFin", v1::SENT, v1::FIN, "", kFin | kAck, true},
                    EndCase{"RstOfThePeer", v1::NO_DIRECTION, v1::RST, "", kRst | kAck, false},
                    EndCase{"OurRst", v1::SENT, v1::RST, "", kRst | kAck, true},
                    EndCase{"RstThatOurWritingMet", v1::SENT, v1::RST, "Connection reset",
                            kRst | kAck, false},
                    EndCase{"TlsClose", v1::RECEIVED, v1::TLS_CLOSE_NOTIFY, "", kFin | kAck, false},
                    EndCase{"OurTimeOut", v1::RECEIVED, v1::TIMED_OUT, "", kAck, true}),
    [](auto const& each) { return each.param.name; });

TEST(Capture, TellsBytesOfAPduThatWasCutByTheEnd) {
  JournalBuilder journal;
  journal.opened(kClientOut).rpc(kClientOut, v1::RECEIVED, 1, 100);
  auto event = journal.ended(kClientOut, v1::RECEIVED, v1::FIN).events().back();
  event.mutable_ended()->set_bytes(130);
  auto const file = captured_file(
      JournalBuilder().opened(kClientOut).rpc(kClientOut, v1::RECEIVED, 1, 100).add(event));
  ASSERT_EQ(file.packets.size(), 6U);
  EXPECT_EQ(file.packets[4].payload_size(), 30U);
  EXPECT_TRUE(file.packets[4].says("not whole"));
  EXPECT_EQ(file.packets[5].sequence(), file.packets[3].sequence() + 130);
}

TEST(Capture, RemarksAMismatchAtItsPdu) {
  JournalBuilder journal;
  journal.opened(kServerIn).rpc(kServerIn, v1::RECEIVED, 1, 100).mismatch(kServerIn);
  journal.rpc(kServerIn, v1::RECEIVED, 2, 100);
  auto const file = captured_file(journal);
  EXPECT_TRUE(file.messages.at(0).says("PAYLOAD DIFFERS at offset 77"));
  EXPECT_FALSE(file.messages.at(1).says("DIFFERS"));
}

TEST(Capture, BoundsACaseAndStillSaysHowItsConnectionsEnd) {
  JournalBuilder journal;
  journal.opened(kClientOut).opened(kServerIn);
  for (std::uint32_t i = 0; i < 50; ++i) {
    journal.rpc(kClientOut, v1::RECEIVED, i, 100);
  }
  journal.rpc(kServerIn, v1::RECEIVED, 1, 70).ended(kServerIn, v1::RECEIVED, v1::FIN);
  journal.ended(kClientOut, v1::RECEIVED, v1::FIN);
  CaptureLimits limits;
  limits.packets = 10;
  auto const file = captured_file(journal, limits);
  ASSERT_EQ(file.packets.size(), 10U);
  EXPECT_EQ(file.messages.size(), 2U);
  EXPECT_TRUE(file.packets[8].says("1 records left out"));
  EXPECT_EQ(file.packets[8].sequence(), file.packets[3].sequence() + 1 + 70);
  EXPECT_TRUE(file.packets[9].says("48 records left out"));
  EXPECT_EQ(file.packets[9].sequence(), file.packets[6].sequence() + 50 * 100);
}

TEST(Capture, NamesCasesThatItHasNoRoomFor) {
  std::ostringstream text;
  CaptureLimits limits;
  limits.bytes = 400;
  Capture capture(text, "1.0", limits);
  JournalBuilder journal;
  journal.opened(kClientOut);
  EXPECT_TRUE(capture.add({"first", ""}, journal.bytes()));
  auto const none = capture.add({"second", ""}, journal.bytes());
  EXPECT_EQ(none.value(), 0U);
  EXPECT_EQ(File(text.str()).interfaces, (std::vector<std::string>{"first client", "second"}));
}

TEST(Capture, NamesAddressesThatAreOneEndOnly) {
  JournalBuilder journal;
  auto event = journal.opened(kServerIn).events().back();
  event.mutable_opened()->set_local("127.1.0.7:6001");
  journal = JournalBuilder();
  auto const file = captured_file(journal.opened(kClientOut).add(event));
  ASSERT_EQ(file.names.size(), 1U) << "127.0.0.1 is the client's and the proxy's";
  EXPECT_EQ(file.names[0].first, (Bytes{127, 1, 0, 7}));
  EXPECT_EQ(file.names[0].second, "servers");
}

TEST(Capture, GoesOnAfterABrokenJournal) {
  std::ostringstream text;
  Capture capture(text, "1.0");
  JournalBuilder journal;
  auto bytes = journal.opened(kClientOut).bytes();
  bytes.insert(bytes.end(), {0x02, 0xFF, 0xFF});
  EXPECT_FALSE(capture.add({"broken", ""}, bytes));
  EXPECT_TRUE(capture.add({"sound", ""}, journal.bytes()));
  EXPECT_EQ(File(text.str()).packets.size(), 6U);
}

TEST(ParseEndpoint, TakesWhatTheJournalHolds) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:6001").value().port, 6001);
  EXPECT_EQ(parse_endpoint("[::1]:80").value().address.size(), 16U);
  EXPECT_EQ(parse_endpoint("[fe80::1%lo]:80").value().address[15], 1);
  for (auto const* bad : {"", "127.0.0.1", "host:80", "127.0.0.1:x", "127.0.0.1:70000", "[]:1"}) {
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
  }
}

}  // namespace
}  // namespace rpchspec::reports
