#include "harness/engine/past.hpp"

#include <algorithm>

namespace rpchspec::engine {
namespace {

constexpr std::size_t kMost = std::size_t{16} << 20;  // bytes

/// What an expectation must know of, also where it looks only at what comes later.
bool is_state(journal::v1::Event const& event) {
  return event.has_started() || event.has_parameter() || event.has_opened() ||
         event.has_identified() || event.has_ended() || event.has_head();
}

}  // namespace

void Past::add(journal::v1::Event const& event) {
  ++last_;
  if (is_state(event)) {
    state_.push_back({last_, event, 0});
    if (!event.has_head()) {
      return;
    }
    state_.back().event.mutable_head()->clear_text();
  }
  auto const size = sizeof(Kept) + event.ByteSizeLong();
  rest_.push_back({last_, event, size});
  rest_size_ += size;
  while (rest_size_ > kMost) {
    rest_size_ -= rest_.front().size;
    rest_.pop_front();
  }
}

std::uint64_t Past::show(reports::ExpectationWatch& watch, std::uint64_t from) const {
  auto const behind = [](std::uint64_t number, Kept const& kept) { return number < kept.number; };
  auto state = state_.begin();
  if (from > 0) {
    watch.mute();
    for (; state != state_.end() && state->number <= from; ++state) {
      watch.on_event(state->event);
    }
    watch.restart_scope();
  }
  std::uint64_t satisfied = 0;
  auto const feed = [&](Kept const& kept) {
    watch.on_event(kept.event);
    satisfied = satisfied == 0 && watch.satisfied() ? kept.number : satisfied;
  };
  for (auto rest = std::upper_bound(rest_.begin(), rest_.end(), from, behind);
       state != state_.end() || rest != rest_.end();) {
    if (rest == rest_.end() || (state != state_.end() && state->number < rest->number)) {
      feed(*state++);
    } else {
      if (state != state_.end() && state->number == rest->number) {
        ++state;  // the same head, without its text
      }
      feed(*rest++);
    }
  }
  return satisfied;
}

}  // namespace rpchspec::engine
