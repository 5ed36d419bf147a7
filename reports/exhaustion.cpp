#include "reports/exhaustion.hpp"

#include <algorithm>

#include "reports/http_head.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

void Exhaustion::on_event(v1::Event const& event) {
  if (event.source() != v1::CLIENT || event.connection() == 0) {
    return;
  }
  auto& lane = lanes_[event.connection()];
  if (event.has_head() && !event.head().response()) {
    ++lane.requests;
    lane.unclear = lane.unclear || !event.head().error().empty();
  } else if (event.has_head() && (event.head().status() >= 200 || !event.head().error().empty())) {
    auto const length = content_length(event.head().text());
    ++lane.answers;
    lane.owed = length.value_or(0);
    lane.unclear = lane.unclear || !length || !event.head().error().empty();
  } else if (event.has_raw() && event.direction() == v1::SENT) {
    lane.unclear = true;  // perhaps a request that the tap doesn't know for one
  } else if (event.direction() == v1::RECEIVED) {
    auto const size = event.has_pdu() ? event.pdu().size() : event.raw().size();
    lane.owed -= std::min<std::uint64_t>(lane.owed, size);
  }
}

bool Exhaustion::answered(std::uint32_t connection) const {
  auto const found = lanes_.find(connection);
  if (found == lanes_.end()) {
    return false;
  }
  auto const& lane = found->second;
  return lane.requests != 0 && lane.answers >= lane.requests && lane.owed == 0 && !lane.unclear;
}

bool Exhaustion::of(Subject const& subject, ConnectionTable const& table) const {
  if (subject.source != v1::CLIENT) {
    return false;
  }
  std::size_t covered = 0;
  for (auto const& [number, connection] : table.all()) {
    if (!subject.covers(connection)) {
      continue;
    }
    ++covered;
    if (!connection.over() && !answered(number)) {
      return false;
    }
  }
  return covered != 0;
}

}  // namespace rpchspec::reports
