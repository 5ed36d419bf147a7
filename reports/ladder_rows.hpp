// The rows of a ladder: what happened in a case, from top to bottom, for whoever draws it.
// Private to reports.

#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "journal/journal.pb.h"
#include "reports/connections.hpp"

namespace rpchspec::reports {

struct LadderRow {
  std::uint64_t at_ns = 0;
  enum class Place { between, client, server } place = Place::between;  // between: of the harness
  enum class Way { none, right, left } way = Way::none;                 // as drawn: client at left
  std::uint32_t connection = 0;  // its number; 0 where it belongs to none
  std::string tag;        // "IN", "OUT 2": the leg, and the virtual connection if not the first
  std::string words;      // whole, and not cleaned of what a peer put there
  std::size_t count = 1;  // of RPC PDUs; above 1 this row stands for a run of them
  std::span<journal::v1::Event const> events = {};  // of a run the first ones; valid in the call
};

struct LadderRuns {
  std::size_t longest = 3;  // more RPC PDUs in a row on one leg, one way, become one row
  std::size_t kept = 0;     // how many events such a row shows, at least `longest`
};

/// Makes rows of events. Payload runs interleave: the client's sending and the server's receiving
/// are runs side by side, and each becomes rows when something else happens.
class LadderRows {
 public:
  LadderRows(LadderRuns const& runs, std::function<void(LadderRow const&)> each);

  void on_event(journal::v1::Event const& event);

  /// No event follows.
  void finish();

 private:
  struct Run {
    std::vector<journal::v1::Event> first;
    journal::v1::Event last;
    std::size_t count = 0;
    std::uint64_t bytes = 0;
  };

  void add_rpc(journal::v1::Event const& event);
  void end_runs();
  void tell(journal::v1::Event const& event, std::string words);
  void tell(Run const& run);
  [[nodiscard]] LadderRow row_of(journal::v1::Event const& event) const;

  LadderRuns runs_;
  std::function<void(LadderRow const&)> each_;
  ConnectionTable table_;
  std::vector<Run> open_;
};

}  // namespace rpchspec::reports
