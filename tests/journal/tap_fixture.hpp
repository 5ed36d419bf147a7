// A tap on a journal in memory, fed in any segmentation, and what it recorded.

#pragma once

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/connection_tap.hpp"
#include "journal/payload.hpp"
#include "journal/reader.hpp"

namespace rpchspec::journal {

inline constexpr std::uint64_t kKey = 99;

/// Bytes of one direction; a recording is made by passing several in order.
struct Piece {
  v1::Direction direction;
  Bytes bytes;
};

inline Bytes text(std::string_view characters) {
  auto const view = as_bytes(characters);
  return {view.begin(), view.end()};
}

template <class... Parts>
Bytes joined(Parts const&... parts) {
  Bytes all;
  (append(all, ByteView(parts)), ...);
  return all;
}

/// A request PDU with this stub.
inline Bytes rpc_pdu(ByteView stub, std::uint8_t ptype = 0, std::uint32_t call_id = 7) {
  Bytes pdu{5, 0, ptype, 3, 0x10, 0, 0, 0, 0, 0, 0, 0};
  append(pdu, call_id);
  append(pdu, std::uint64_t{0});
  append(pdu, stub);
  store(MutableByteView(pdu), 8, static_cast<std::uint16_t>(pdu.size()));
  return pdu;
}

inline Bytes payload_pdu_of(std::size_t stub_size, PayloadPosition const& position) {
  Bytes stub(stub_size);
  fill_payload(stub, kKey, position);
  return rpc_pdu(stub);
}

/// An RTS PDU with flags PING and no command.
inline Bytes ping_pdu() {
  Bytes pdu{5, 0, 20, 3, 0x10, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0};
  return pdu;
}

/// How a sequence of bytes is cut: size of the next cut, given what is left.
using Cuts = std::function<std::size_t(std::size_t)>;

inline Cuts whole() {
  return [](std::size_t left) { return left; };
}

inline Cuts pieces_of(std::size_t size) {
  return [size](std::size_t left) { return std::min(size, left); };
}

inline Cuts at_random(unsigned seed) {
  return [random = std::mt19937(seed)](std::size_t left) mutable {
    return std::min<std::size_t>(left, 1 + random() % (random() % 4 == 0 ? 200 : 9));
  };
}

/// Records and reads back. Raw records of one sort that follow each other are joined, because how
/// many there are depends on the segmentation.
inline std::vector<Event> record(TapOptions const& options,
                                 std::vector<Piece> const& pieces,
                                 Cuts cuts = whole()) {
  Recorder recorder({.start = {}, .digest_key = kKey});
  ConnectionTap tap(recorder, options);
  for (auto const& piece : pieces) {
    for (ByteView left = piece.bytes; !left.empty();) {
      auto const part = left.first(cuts(left.size()));
      piece.direction == v1::SENT ? tap.sent(part, {}) : tap.received(part, {});
      left = left.subspan(part.size());
    }
  }
  tap.ended(v1::NO_DIRECTION, v1::FIN, "", {});
  std::vector<Event> events;
  EXPECT_TRUE(read(recorder.memory(), [&](Event const& event) {
    if (event.has_raw() && !events.empty() && events.back().has_raw() &&
        events.back().raw().is() == event.raw().is() &&
        events.back().direction() == event.direction()) {
      auto& raw = *events.back().mutable_raw();
      raw.set_prefix((raw.prefix() + event.raw().prefix()).substr(0, 256));
      raw.set_size(raw.size() + event.raw().size());
    } else {
      events.push_back(event);
    }
  }));
  return events;
}

/// One word or two about each event, for short assertions.
inline std::vector<std::string> outline(std::vector<Event> const& events) {
  std::vector<std::string> lines;
  for (auto const& event : events) {
    auto const side = event.direction() == v1::SENT       ? "> "
                      : event.direction() == v1::RECEIVED ? "< "
                                                          : "";
    std::string what;
    if (event.has_head()) {
      auto const& head = event.head();
      what = head.response() ? std::to_string(head.status()) : head.method();
      what += head.error().empty() ? "" : " (" + head.error() + ")";
    } else if (event.has_pdu()) {
      what = "pdu " + std::to_string(event.pdu().ptype()) + " at " +
             std::to_string(event.pdu().offset());
    } else if (event.has_raw()) {
      what = event.raw().is() + " " + std::to_string(event.raw().size());
    } else if (event.has_mismatch()) {
      what = "mismatch " + std::to_string(event.mismatch().offset());
    } else if (event.has_ended()) {
      what = "end, cut " + std::to_string(event.ended().cut_pdu());
    }
    lines.push_back(side + what);
  }
  return lines;
}

inline void expect_same_for_every_segmentation(TapOptions const& options,
                                               std::vector<Piece> const& pieces) {
  auto const serialized = [](std::vector<Event> const& events) {
    std::string all;
    for (auto const& event : events) {
      all += event.DebugString();
    }
    return all;
  };
  auto const expected = serialized(record(options, pieces));
  for (std::size_t size = 1; size < 30; ++size) {
    ASSERT_EQ(serialized(record(options, pieces, pieces_of(size))), expected) << size;
  }
  for (unsigned seed = 0; seed < 100; ++seed) {
    ASSERT_EQ(serialized(record(options, pieces, at_random(seed))), expected) << "seed " << seed;
  }
}

}  // namespace rpchspec::journal
