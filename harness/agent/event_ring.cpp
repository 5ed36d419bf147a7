#include "harness/agent/event_ring.hpp"

#include <algorithm>

namespace rpchspec::agent {

void EventRing::drop_oldest() {
  bytes_ -= kept_.front().bytes;
  kept_.pop_front();
  ++first_;
}

void EventRing::add(journal::v1::Event event) {
  auto const bytes = event.ByteSizeLong();
  kept_.push_back({std::move(event), bytes});
  bytes_ += bytes;
  while (kept_.size() > limits_.events || (bytes_ > limits_.bytes && kept_.size() > 1)) {
    drop_oldest();
  }
}

api::Events EventRing::since(std::uint64_t since, std::size_t limit) const {
  api::Events events;
  auto const wanted = std::max<std::uint64_t>(since, 1);
  auto const from = std::max(wanted, first_);
  auto const until = std::min<std::uint64_t>(next(), from + limit);
  for (auto number = from; number < until; ++number) {
    auto& record = *events.add_events();
    record.set_sequence(number);
    *record.mutable_event() = kept_[number - first_].event;
  }
  events.set_next(std::max(until, wanted));
  events.set_lost(from - wanted);
  return events;
}

void EventRing::clear() {
  first_ = next();
  kept_.clear();
  bytes_ = 0;
}

}  // namespace rpchspec::agent
