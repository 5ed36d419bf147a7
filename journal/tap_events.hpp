// Writes what a tap has framed into the journal. Private to the folder.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/connection_tap.hpp"
#include "journal/head_framer.hpp"
#include "journal/pdu_framer.hpp"
#include "journal/raw_run.hpp"
#include "protocol/wire/rts.hpp"

namespace rpchspec::journal {

/// One per tap: what the events of its connection have in common, and memory that they reuse.
class TapEvents {
 public:
  TapEvents(Recorder& recorder, TapOptions const& options);

  void identify(v1::Leg leg, std::uint32_t virtual_connection);

  /// Until the next final response.
  void log_on_leg() { log_on_ = true; }

  void pdu(v1::Direction direction, PduFramer const& framed, std::uint64_t offset, TimePoint now);
  void head(v1::Direction direction, HeadFramer const& framed, std::string_view cut, TimePoint now);
  void raw(v1::Direction direction, RawRun const& run, TimePoint now);

  /// Stamps connection and direction, and appends.
  void append(Event& event, v1::Direction direction, TimePoint now);

  [[nodiscard]] Recorder& recorder() const { return *recorder_; }

  [[nodiscard]] std::uint32_t connection() const { return connection_; }

 private:
  void stamp(Event& event, v1::Direction direction) const;
  void describe_rts(ByteView bytes, v1::Pdu& pdu);
  void mark_log_on(v1::Head& head);
  void learn_leg(TimePoint now);
  void learn_number(TimePoint now);
  void mismatch(v1::Direction direction,
                PduFramer const& framed,
                std::uint64_t offset,
                TimePoint now);

  Recorder* recorder_;
  v1::Source source_;
  v1::Leg leg_;
  std::uint32_t virtual_connection_;
  std::uint32_t connection_;
  std::function<std::uint32_t(VirtualConnectionCookie const&)> number_of_;
  bool log_on_ = false;
  Event pdu_;         // reused: a PDU costs no allocation
  wire::RtsPdu rts_;  // likewise
};

}  // namespace rpchspec::journal
