// One direction of a connection: where it stands among heads, bodies, PDUs and what is none of
// them.

#pragma once

#include <cstdint>

#include "journal/chunk_framer.hpp"
#include "journal/exchange.hpp"
#include "journal/raw_run.hpp"
#include "journal/tap_events.hpp"

namespace rpchspec::journal {

/// Takes the bytes of one direction in any segmentation and writes what they are to the journal.
class Lane {
 public:
  enum class Role { pdus, requests, responses };

  Lane(TapEvents& events, Exchange& exchange, v1::Direction direction, Role role);

  void add(ByteView bytes, TimePoint now);

  /// No more bytes come: records what was under way.
  /// @return bytes that an unfinished PDU had got.
  std::uint64_t finish(TimePoint now);

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  enum class Place { greeting, head_start, head, body_start, pdus, body, chunks };

  void step(ByteView& bytes, TimePoint now);
  void take_greeting(ByteView& bytes, TimePoint now);
  void start_head(ByteView& bytes, TimePoint now);
  void match_response_start(ByteView& bytes, TimePoint now);
  void take_head(ByteView& bytes, TimePoint now);
  void start_body(ByteView bytes);
  void take_pdu(ByteView& bytes, TimePoint now);
  void take_body(ByteView& bytes, TimePoint now);
  void take_chunks(ByteView& bytes, TimePoint now);

  void after_request();
  void after_response();
  void expect_body(std::uint64_t length);
  void expect_head();
  void garbage_from(ByteView already_taken, TimePoint now);
  void gather(ByteView bytes, std::string_view is, TimePoint now);
  void write_raw(TimePoint now);
  void end_raw_run(TimePoint now);

  TapEvents* events_;
  Exchange* exchange_;
  v1::Direction direction_;
  Role role_;
  Place place_;
  HeadFramer head_;
  PduFramer pdus_;
  Redactor redactor_;  // sees every byte once, in order
  ChunkFramer chunks_;
  RawRun raw_;
  std::size_t matched_ = 0;  // bytes of the legacy response, or of "HTTP/"
  std::uint64_t bytes_ = 0;
  std::uint64_t length_ = 0;   // of the body; a stream of PDUs is a body without end
  std::uint64_t body_at_ = 0;  // bytes of the body that are recorded
  bool may_be_pdus_ = false;
  std::string_view body_is_;
};

}  // namespace rpchspec::journal
