// Golden vectors: origin and who verified them stand in tests/data/vectors.json.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/wire/client_address.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "tests/wire/golden_vectors.hpp"

namespace rpchspec::wire {
namespace {

using boost::json::object;

std::string text(object const& json, char const* key) {
  return std::string(json.at(key).as_string());
}

std::uint32_t number(object const& json, char const* key) {
  return json.at(key).to_number<std::uint32_t>();
}

/// Compares one command with the vector's description of it, and says so when nothing was compared.
class Comparison {
 public:
  explicit Comparison(object const& expected) : expected_(expected) {}

  void operator()(ReceiveWindowSizeCommand const& c) { value(c.value.value); }

  void operator()(FlowControlAckCommand const& c) {
    EXPECT_EQ(c.bytes_received.value, number(expected_, "bytes_received"));
    EXPECT_EQ(c.available_window.value, number(expected_, "available_window"));
    EXPECT_EQ(to_hex(c.channel_cookie), text(expected_, "channel_cookie"));
  }

  void operator()(ConnectionTimeoutCommand const& c) { value(c.value.value); }

  void operator()(CookieCommand const& c) { octets(to_hex(c.value)); }

  void operator()(ChannelLifetimeCommand const& c) { value(c.value.value); }

  void operator()(ClientKeepaliveCommand const& c) { value(c.value.value); }

  void operator()(VersionCommand const& c) { value(c.value); }

  void operator()(EmptyCommand const&) {}

  void operator()(PaddingCommand const& c) {
    EXPECT_EQ(c.padding.size(), number(expected_, "conformance_count"));
  }

  void operator()(NegativeAnceCommand const&) {}

  void operator()(AnceCommand const&) {}

  void operator()(ClientAddressCommand const& c) {
    EXPECT_EQ(c.address_type, number(expected_, "address_type"));
    EXPECT_TRUE(holds_address(c, text(expected_, "address")));
  }

  void operator()(AssociationGroupIdCommand const& c) { octets(to_hex(c.value)); }

  void operator()(DestinationCommand const& c) {
    EXPECT_EQ(static_cast<std::uint32_t>(c.value), number(expected_, "number"));
  }

  void operator()(PingTrafficSentNotifyCommand const& c) { value(c.ping_traffic_sent); }

  void operator()(UnknownCommand const&) { ADD_FAILURE() << "decoded an unknown command"; }

 private:
  void value(std::uint32_t found) { EXPECT_EQ(found, number(expected_, "value")); }

  void octets(std::string const& found) { EXPECT_EQ(found, text(expected_, "value")); }

  object const& expected_;
};

TEST(GoldenVectors, AreAllFiftyEight) {
  EXPECT_EQ(golden::all().size(), 58U);
}

TEST(GoldenVectors, DecodeToTheFieldsTheyDescribe) {
  for (auto const& vector : golden::all()) {
    SCOPED_TRACE(vector.name);
    auto const pdu = decode_rts(vector.bytes);
    ASSERT_TRUE(pdu) << to_string(pdu.error());
    EXPECT_EQ(pdu->flags, number(vector.json, "flags_value"));
    EXPECT_EQ(pdu->header, RtsHeader{});
    auto const& commands = vector.json.at("commands").as_array();
    ASSERT_EQ(pdu->commands.size(), commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      auto const& expected = commands[i].as_object();
      EXPECT_EQ(static_cast<std::uint32_t>(type_of(pdu->commands[i])), number(expected, "type"));
      EXPECT_EQ(name_of(type_of(pdu->commands[i])), text(expected, "cmd"));
      std::visit(Comparison(expected), pdu->commands[i]);
    }
  }
}

TEST(GoldenVectors, EncodeBackByteForByte) {
  for (auto const& vector : golden::all()) {
    SCOPED_TRACE(vector.name);
    auto const pdu = decode_rts(vector.bytes);
    ASSERT_TRUE(pdu);
    EXPECT_EQ(encode(*pdu), vector.bytes);
    EXPECT_EQ(encoded_size(*pdu), vector.bytes.size());
  }
}

TEST(GoldenVectors, AreIdentifiedAndLegalAsTheirKind) {
  for (auto const& vector : golden::all()) {
    SCOPED_TRACE(vector.name);
    auto const pdu = decode_rts(vector.bytes);
    ASSERT_TRUE(pdu);
    EXPECT_TRUE(sender_advice(*pdu).empty());
    auto const* form = find_form(vector.kind_name());
    if (form == nullptr) {
      EXPECT_EQ(vector.kind_name(), "Padding command");
      EXPECT_TRUE(validate(*pdu).empty());
      continue;
    }
    EXPECT_EQ(form->section, text(vector.json, "section"));
    EXPECT_THAT(identify(*pdu), testing::Contains(form->kind));
    auto const violations = validate(*pdu, form->kind);
    EXPECT_TRUE(violations.empty()) << violations.front().detail;
  }
}

TEST(GoldenVectors, HaveTheirValuesByMeaning) {
  for (auto const& vector : golden::all()) {
    auto const* form = find_form(vector.kind_name());
    auto const pdu = decode_rts(vector.bytes);
    ASSERT_TRUE(pdu);
    if (form == nullptr) {
      continue;
    }
    for (auto const& entry : vector.json.at("commands").as_array()) {
      auto const& command = entry.as_object();
      auto const name =
          command.contains("meaning") ? text(command, "meaning") : text(command, "cmd");
      SCOPED_TRACE(vector.name + " " + name);
      if (!command.contains("value")) {
        continue;
      }
      auto const& value = command.at("value");
      auto const expected = value.is_string() ? std::string(value.as_string())
                                              : std::to_string(value.to_number<std::uint32_t>());
      EXPECT_EQ(get_by_meaning(*pdu, form->kind, name), expected);
    }
  }
}

TEST(GoldenVectors, FailToDecodeWhenCutAtAnyOffset) {
  for (auto const& vector : golden::all()) {
    for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
      auto cut =
          Bytes(vector.bytes.begin(), vector.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(decode_rts(cut)) << vector.name << " cut to " << size;
      if (size >= kRtsHeaderSize) {
        store<std::uint16_t>(cut, 8, static_cast<std::uint16_t>(size));
        auto const pdu = decode_rts(cut);
        ASSERT_FALSE(pdu) << vector.name << " shortened to " << size;
        EXPECT_EQ(pdu.error().code, ErrorCode::truncated);
        EXPECT_FALSE(requirement_of(pdu.error()).empty());
      }
    }
  }
}

TEST(GoldenVectors, AreDissectedWithoutGaps) {
  for (auto const& vector : golden::all()) {
    for (std::size_t size = 0; size <= vector.bytes.size(); ++size) {
      SCOPED_TRACE(vector.name + " cut to " + std::to_string(size));
      std::uint64_t next = 0;
      for (auto const& field : dissect_rts(ByteView(vector.bytes).first(size))) {
        ASSERT_EQ(field.offset, next);
        EXPECT_FALSE(field.section.empty());
        next += field.size;
      }
      ASSERT_EQ(next, size);
    }
  }
}

TEST(GoldenVectors, ComeOutOfAStreamOneByOne) {
  Bytes stream;
  for (auto const& vector : golden::all()) {
    append(stream, vector.bytes);
  }
  RtsPdu reused;
  ByteView left(stream);
  for (auto const& vector : golden::all()) {
    auto const pdu = next_pdu(left);
    ASSERT_TRUE(pdu && *pdu);
    EXPECT_TRUE((*pdu)->is_rts());
    ASSERT_TRUE(decode_rts_into((*pdu)->bytes, reused));
    EXPECT_EQ(encode(reused), vector.bytes) << vector.name;
  }
  EXPECT_TRUE(left.empty());
}

}  // namespace
}  // namespace rpchspec::wire
