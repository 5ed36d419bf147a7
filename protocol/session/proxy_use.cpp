#include "protocol/session/proxy_use.hpp"

namespace rpchspec::session {

void ProxyUseDetermination::end(State state, ProxyUse use) {
  state_ = state;
  use_ = use;
  timer_ = kNever;
}

void ProxyUseDetermination::on_echo_response(ProxyUse way, TimePoint now) {
  if (over()) {
    return;
  }
  if (way == ProxyUse::direct) {
    end(State::determined, ProxyUse::direct);
  } else if (direct_failed_) {
    end(State::determined, ProxyUse::indirect);  // there is nothing to wait for
  } else if (state_ == State::wait) {
    state_ = State::wait_direct;
    timer_ = now + times_.direct;
  }
}

void ProxyUseDetermination::on_failed(ProxyUse way) {
  (way == ProxyUse::direct ? direct_failed_ : indirect_failed_) = true;
  if (state_ == State::wait_direct && direct_failed_) {
    end(State::determined, ProxyUse::indirect);
  } else if (state_ == State::wait && direct_failed_ && indirect_failed_) {
    end(State::failed, ProxyUse::direct);
  }
}

void ProxyUseDetermination::on_deadline(TimePoint now) {
  if (over() || now < timer_) {
    return;
  }
  if (state_ == State::wait_direct) {
    end(State::determined, ProxyUse::indirect);  // 3.2.2.6.3
  } else {
    end(State::failed, ProxyUse::direct);
  }
}

}  // namespace rpchspec::session
