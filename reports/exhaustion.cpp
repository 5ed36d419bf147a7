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
    lane.status = event.head().status();
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

/// It ended, or may be asked for something else; what was asked for is not passed on.
bool Exhaustion::refused(Connection const& connection) const {
  auto const found = lanes_.find(connection.number);
  return found != lanes_.end() && found->second.status >= 400 &&
         (answered(connection.number) || connection.over());
}

/// One whose leg is not known yet may become the subject's.
bool Exhaustion::refused_at(Subject const& subject, ConnectionTable const& table) const {
  auto asked = subject;
  asked.source = v1::CLIENT;
  asked.ordinal = 0;
  std::size_t covered = 0;
  for (auto const& [number, connection] : table.all()) {
    bool const is_clients = asked.covers(connection);
    covered += is_clients ? 1 : 0;
    if (connection.source == subject.source || (is_clients && !refused(connection))) {
      return false;
    }
  }
  return covered != 0;
}

bool Exhaustion::of(Subject const& subject, ConnectionTable const& table) const {
  if (subject.source != v1::CLIENT) {
    return refused_at(subject, table);
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
