#include "harness/engine/event_feed.hpp"

namespace rpchspec::engine {
namespace {

constexpr std::size_t kGathered = std::size_t{64} << 10;  // bytes of one frame

}  // namespace

EventFeed::EventFeed(net::Executor executor, Link& link, journal::Recorder& recorder)
    : executor_(std::move(executor)), link_(link) {
  recorder.listen([this, alive = std::weak_ptr(alive_)](journal::Event const& event) {
    if (!alive.expired()) {
      add(event);
    }
  });
}

void EventFeed::add(journal::Event const& event) {
  if (bytes_ == 0) {
    net::asio::post(executor_, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        flush();
      }
    });
  }
  bytes_ += event.ByteSizeLong();
  *gathered_.mutable_events()->add_event() = event;
  if (bytes_ >= kGathered) {
    flush();
  }
}

void EventFeed::flush() {
  if (bytes_ == 0) {
    return;
  }
  bytes_ = 0;
  if (auto const posted = link_.post(gathered_); !posted && error_.empty()) {
    error_ = posted.error().detail;
    link_.close();  // whoever reads it learns that there is nothing more to be done
  }
  gathered_.mutable_events()->Clear();
}

void EventFeed::post(Frame const& frame) {
  flush();
  if (auto const posted = link_.post(frame); !posted && error_.empty()) {
    error_ = posted.error().detail;
    link_.close();
  }
}

}  // namespace rpchspec::engine
