// The client of RPC over HTTP v1 (MS-RPCH 3.1.1): what it makes of the RPC connect response.

#pragma once

#include "protocol/base/time.hpp"

namespace rpchspec::session {

/// Sans-I/O. PDUs need no state: each is sent and delivered as it stands (3.1.1.4.2, 3.1.1.5.1).
class V1Client {
 public:
  /// Of figure 13. A connection error ends in `closed`, too.
  enum class State { closed, wait, opened };

  /// @param setup  of the connection setup timer (3.1.1.2.1), to which the text gives no value.
  explicit V1Client(Duration setup = std::chrono::seconds(60)) : setup_(setup) {}

  /// The RPC connect request goes out.
  void on_request_sent(TimePoint now) {
    state_ = State::wait;
    timer_ = now + setup_;
  }

  /// A final response came. 3.1.1.4.1: 200 to 299 is success, everything else a connection error.
  void on_response(unsigned status) {
    if (state_ == State::wait) {
      state_ = status >= 200 && status <= 299 ? State::opened : State::closed;
      timer_ = kNever;
    }
  }

  /// The connection ended, or was ended.
  void on_closed() {
    state_ = State::closed;
    timer_ = kNever;
  }

  void on_deadline(TimePoint now) {
    if (now >= timer_) {
      on_closed();
    }
  }

  [[nodiscard]] TimePoint next_deadline() const { return timer_; }

  [[nodiscard]] State state() const { return state_; }

 private:
  Duration setup_;
  State state_ = State::closed;
  TimePoint timer_ = kNever;
};

}  // namespace rpchspec::session
