// Sends what a recorder writes over a link, in the order of all that is sent.

#pragma once

#include <memory>

#include "harness/engine/link.hpp"
#include "journal/recorder.hpp"

namespace rpchspec::engine {

/// Single-threaded. Gathers events for as long as the thread has other things to do.
class EventFeed {
 public:
  /// Both outlive it.
  EventFeed(net::Executor executor, Link& link, journal::Recorder& recorder);
  EventFeed(EventFeed const&) = delete;
  EventFeed& operator=(EventFeed const&) = delete;

  /// Behind all events so far.
  void post(Frame const& frame);

  /// Why nothing more is sent; empty: all is well.
  [[nodiscard]] std::string const& error() const { return error_; }

 private:
  void add(journal::Event const& event);
  void flush();

  net::Executor executor_;
  Link& link_;
  Frame gathered_;
  std::size_t bytes_ = 0;
  std::string error_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rpchspec::engine
