// The TCP connections of a journal, as far as its events tell. Private to reports.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "journal/journal.pb.h"

namespace rpchspec::reports {

/// How one direction ended, and when.
struct End {
  journal::v1::Ending ending = journal::v1::ENDING_UNKNOWN;
  std::uint64_t at_ns = 0;
  std::uint64_t cut_pdu = 0;  // bytes of a PDU that was under way
  std::string detail;
};

struct Connection {
  std::uint32_t number = 0;
  journal::v1::Source source = journal::v1::HARNESS;
  journal::v1::Leg leg = journal::v1::LEG_UNKNOWN;
  std::uint32_t virtual_connection = 0;
  std::uint32_t ordinal =
      0;  // of this leg of this virtual connection, from 1 as they come; 0: not known
  std::string service;
  bool accepted = false;
  bool opened = false;  // an Opened event was seen
  std::uint64_t opened_at_ns = 0;
  std::optional<End> by_peer;  // the peer's bytes ended, or all of it did
  std::optional<End> by_us;    // our bytes ended, by our own doing

  /// Nothing more can come from the peer: it ended, or we reset it.
  [[nodiscard]] bool over() const {
    return by_peer.has_value() || (by_us && by_us->ending == journal::v1::RST);
  }
};

/// Follows events and keeps every connection's leg, virtual connection and end.
class ConnectionTable {
 public:
  /// @return the event's connection; null when it belongs to none.
  Connection* on_event(journal::v1::Event const& event);

  void forget(std::uint32_t number) { connections_.erase(number); }

  [[nodiscard]] Connection const* find(std::uint32_t number) const;

  [[nodiscard]] std::map<std::uint32_t, Connection> const& all() const { return connections_; }

 private:
  void count(Connection& connection);

  std::map<std::uint32_t, Connection> connections_;
};

/// "client.out", "upstream.in", "server": what an expectation speaks of. "client.out#2" is the
/// second connection of that leg: where channels are recycled, the first successor.
struct Subject {
  journal::v1::Source source = journal::v1::CLIENT;
  journal::v1::Leg leg = journal::v1::LEG_UNKNOWN;  // unknown: either
  std::uint32_t virtual_connection = 0;             // 0: 1, or not known
  std::uint32_t ordinal = 0;                        // 0: any

  [[nodiscard]] bool covers(Connection const& connection) const;
};

[[nodiscard]] std::optional<Subject> parse_subject(std::string_view text, std::uint32_t vc);

/// "client.out", "server" for a leg that is not known.
[[nodiscard]] std::string leg_name(journal::v1::Source source, journal::v1::Leg leg);

/// "FIN", "RST", "a TLS close", ...
[[nodiscard]] std::string_view name_of(journal::v1::Ending ending);

}  // namespace rpchspec::reports
