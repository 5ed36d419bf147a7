// Whether the client must go through an HTTP proxy that it knows of (MS-RPCH 3.2.2.4.1.1).

#pragma once

#include "protocol/base/time.hpp"

namespace rpchspec::session {

/// How the RPC over HTTP proxy is reached: the variable of 3.2.2.1.2.
enum class ProxyUse { direct, indirect };

/// Proxy use determination. Sans-I/O: the caller sends one echo request each way, and tells what
/// comes of them.
class ProxyUseDetermination {
 public:
  /// `wait_direct`: the answer through the HTTP proxy was the first; the direct one may still come.
  enum class State { wait, wait_direct, determined, failed };

  struct Times {
    Duration answer = std::chrono::seconds(30);        // for the first of both; no value is given
    Duration direct = std::chrono::milliseconds(200);  // 3.2.2.2.3, fn29
  };

  /// Both echo requests go out now.
  ProxyUseDetermination(Times times, TimePoint now) : times_(times), timer_(now + times.answer) {}

  /// An echo response came this way (3.2.2.5.1).
  void on_echo_response(ProxyUse way, TimePoint now);

  /// No echo response can come this way any more.
  void on_failed(ProxyUse way);

  void on_deadline(TimePoint now);

  [[nodiscard]] TimePoint next_deadline() const { return timer_; }

  [[nodiscard]] State state() const { return state_; }

  [[nodiscard]] bool over() const { return state_ == State::determined || state_ == State::failed; }

  /// Of `determined`.
  [[nodiscard]] ProxyUse use() const { return use_; }

 private:
  void end(State state, ProxyUse use);

  Times times_;
  TimePoint timer_;
  State state_ = State::wait;
  ProxyUse use_ = ProxyUse::direct;  // 3.2.2.3
  bool direct_failed_ = false;
  bool indirect_failed_ = false;
};

}  // namespace rpchspec::session
