#include "protocol/session/mixed_proxy.hpp"

#include <algorithm>
#include <utility>

#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rpc_error.hpp"

namespace rpchspec::session {

MixedProxy::MixedProxy(MixedDeviations deviations) : deviations_(deviations) {
  events_.emplace_back(ConnectServer{});
}

void MixedProxy::on_server_connected() {
  if (state_ != State::connecting) {
    return;
  }
  state_ = State::wait_for_legacy_response;
  if (deviations_.head_at_once) {
    send_head();
  }
  if (deviations_.pdus_before_legacy && !early_.empty()) {
    to_server(early_);
  }
}

void MixedProxy::on_server_failed(std::uint32_t rpc_error) {
  if (deviations_.head_on_failure) {
    send_head();
  } else if (!head_sent_) {
    events_.emplace_back(Respond503{rpc_error});
  }
  close(CloseReason::server_failed);
}

std::size_t MixedProxy::on_client_bytes(ByteView bytes) {
  if (state_ == State::closed) {
    return bytes.size();
  }
  auto const ahead = deviations_.pdus_before_legacy && state_ == State::wait_for_legacy_response;
  if ((state_ == State::opened || ahead) && !is_stopped()) {
    early_ = {};  // went on at the opening
    to_server(bytes);
    return bytes.size();
  }
  if (deviations_.lose_early_pdus) {
    return bytes.size();
  }
  auto const taken = bytes.first(std::min(bytes.size(), kMostEarlyBytes - early_.size()));
  append(early_, taken);
  return taken.size();
}

bool MixedProxy::wants_client_bytes() const {
  auto const forwards = state_ == State::opened && !is_stopped();
  return forwards || state_ == State::closed || early_.size() < kMostEarlyBytes;
}

bool MixedProxy::is_stopped() const {
  return deviations_.half_duplex && output_ != 0;
}

std::size_t MixedProxy::on_server_bytes(ByteView bytes) {
  auto left = bytes;
  if (state_ == State::wait_for_legacy_response) {
    take_legacy_response(left);
  }
  if (state_ == State::opened && !left.empty()) {
    to_client(left);
    left = {};
  } else if (state_ == State::closed) {
    left = {};
  }
  return bytes.size() - left.size();
}

// 3.1.2.5.1: only what a server says that speaks v1 opens the connection.
void MixedProxy::take_legacy_response(ByteView& bytes) {
  auto const before = bytes;
  auto found = wire::take_legacy_response(bytes);
  if (found == wire::LegacyResponse::incomplete && deviations_.legacy_in_one_piece) {
    found = wire::LegacyResponse::malformed;
  }
  switch (found) {
    case wire::LegacyResponse::incomplete:
      return;
    case wire::LegacyResponse::taken:
      open();
      if (deviations_.relay_legacy) {
        to_client(before.first(before.size() - bytes.size()));
      }
      return;
    case wire::LegacyResponse::absent:
    case wire::LegacyResponse::malformed:
      if (!head_sent_) {
        events_.emplace_back(Respond503{wire::kRpcServerUnavailable});
      }
      close(CloseReason::protocol_error);
      return;
  }
}

void MixedProxy::open() {
  state_ = State::opened;
  send_head();
  if (!early_.empty() && !deviations_.pdus_before_legacy) {
    to_server(early_);
  }
}

void MixedProxy::send_head() {
  if (!std::exchange(head_sent_, true)) {
    events_.emplace_back(ResponseHead{});
  }
}

void MixedProxy::to_server(ByteView bytes) {
  input_ += bytes.size();
  if (deviations_.most_input != 0 && input_ > deviations_.most_input) {
    close(CloseReason::lifetime_spent);
    return;
  }
  events_.emplace_back(ToServer{bytes});
}

void MixedProxy::to_client(ByteView bytes) {
  if (deviations_.hold_back_output) {
    auto next = Bytes(bytes.begin(), bytes.end());
    altered_ = std::exchange(held_, std::move(next));
    bytes = altered_;
  }
  auto const at = deviations_.flip_output_at;
  if (at > output_ && at - output_ <= bytes.size()) {
    altered_ = Bytes(bytes.begin(), bytes.end());
    altered_[at - output_ - 1] ^= 0xFF;
    bytes = altered_;
  }
  output_ += bytes.size();
  if (!bytes.empty()) {
    events_.emplace_back(ToClient{bytes});
  }
}

// 3.1.2.5.3: a close on one side is passed on to the other.
void MixedProxy::on_closed(ProxyLeg leg) {
  auto const by_client = leg == ProxyLeg::client;
  auto const kept =
      by_client ? deviations_.keep_server_on_client_close : deviations_.keep_client_on_server_close;
  if (state_ == State::closed || kept) {
    return;
  }
  if (!by_client && state_ != State::opened && !head_sent_) {
    events_.emplace_back(Respond503{wire::kRpcServerUnavailable});
  }
  close(by_client ? CloseReason::client_closed : CloseReason::server_closed);
}

void MixedProxy::close(CloseReason reason) {
  if (state_ != State::closed) {
    state_ = State::closed;
    events_.emplace_back(Close{reason});
  }
}

std::optional<MixedProxy::Event> MixedProxy::next_event() {
  if (events_.empty()) {
    return std::nullopt;
  }
  auto event = events_.front();
  events_.pop_front();
  return event;
}

}  // namespace rpchspec::session
