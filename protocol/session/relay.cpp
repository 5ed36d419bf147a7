#include "protocol/session/relay.hpp"

#include <algorithm>

namespace rpchspec::session {
namespace {

RpcPduSize size_of(std::size_t pdu) {
  return RpcPduSize(static_cast<std::uint32_t>(pdu));
}

bool misforwards(RelayDeviations const& d) {
  return d.drop_every != 0 || d.duplicate_every != 0 || d.swap_every != 0 || d.flip_byte_at != 0 ||
         d.rewrite_call_id || d.wait_for_next || d.flip_byte_every != 0 || d.lose_above != 0 ||
         d.lose_rare_types || d.lose_behind_rts || d.lose_verified;
}

}  // namespace

Relay::Relay(Options const& options, ProxyOutputs& outputs)
    : outputs_(outputs),
      options_(options),
      plug_(options.plug),
      receive_window_(options.receive_window, options.ack_policy),
      misforwards_(misforwards(options.deviations)) {}

void Relay::unplug() {
  plug_ = PlugState::unplugged;
  drain();
}

bool Relay::has_room(std::size_t pdu) const {
  return fits(queue_, pdu) || options_.deviations.acks == AckDeviation::at_receipt;
}

bool Relay::successor_has_room(std::size_t pdu) const {
  return !successor_ || fits(successor_->queue, pdu);
}

bool Relay::fits(PduQueue const& queue, std::size_t pdu) const {
  auto const limit =
      std::max<std::size_t>(receive_window_.receive_window().value, wire::kMaxPduSize);
  return queue.empty() || queue.size() + pdu <= limit + wire::kMaxPduSize;
}

bool Relay::may_send(std::size_t pdu) {
  if (plug_ == PlugState::plugged) {
    return false;
  }
  auto const& d = options_.deviations;
  auto const any_left = d.window_not_empty && send_window_.available().value != 0;
  auto const admitted = options_.strict_window ? send_window_.admits_strictly(size_of(pdu))
                                               : send_window_.admits(size_of(pdu));
  if (!admitted && !d.ignore_window && !any_left) {
    return false;
  }
  return options_.budget == nullptr || options_.budget->take(pdu);
}

ReceiveWindow::Arrival Relay::on_pdu(ByteView pdu) {
  auto const arrival = receive_window_.on_received(size_of(pdu.size()));
  if (late_ack_) {
    ack_ = std::exchange(late_ack_, std::nullopt);
  }
  if (options_.deviations.acks == AckDeviation::at_receipt) {
    acknowledge(pdu.size());
  }
  if (misforwards_) {
    misforward(pdu);
    return arrival;
  }
  pass(pdu, Source::input);
  while (!overdue_.empty()) {
    pass(overdue_.view(overdue_.pop()), Source::copy);
  }
  return arrival;
}

void Relay::pass(ByteView pdu, Source source) {
  auto const& d = options_.deviations;
  auto const waits_behind = !queue_.empty() && !d.smaller_first;
  if (waits_behind || has_barrier() || !may_send(pdu.size())) {
    if (d.longest_queue != 0 && waiting_ == d.longest_queue) {
      consumed(pdu.size());
      return;
    }
    queue_.push(pdu);
    ++waiting_;
    return;
  }
  if (source == Source::input) {
    outputs_.forward(options_.to, pdu);
  } else {
    outputs_.send_copy(options_.to, pdu);
  }
  send_window_.on_sent_regardless(size_of(pdu.size()));
  consumed(pdu.size());
}

void Relay::consumed(std::size_t pdu) {
  if (predecessors_bytes_ != 0) {
    predecessors_bytes_ -= std::min(predecessors_bytes_, pdu);
    return;
  }
  if (options_.deviations.acks != AckDeviation::at_receipt) {
    acknowledge(pdu);
  }
}

void Relay::acknowledge(std::size_t pdu) {
  if (auto const ack = receive_window_.on_consumed(size_of(pdu))) {
    (options_.deviations.acks == AckDeviation::one_pdu_late ? late_ack_ : ack_) = ack;
  }
}

void Relay::drain() {
  while (!queue_.empty() && barrier_ != 0 && may_send(queue_.front_size())) {
    auto const slot = queue_.pop();
    waiting_ -= std::min<std::size_t>(waiting_, 1);
    if (barrier_) {
      *barrier_ -= std::min(*barrier_, slot.size);
    }
    outputs_.release(options_.to, queue_, slot);
    send_window_.on_sent_regardless(size_of(slot.size));
    consumed(slot.size);
  }
}

void Relay::restart_count() {
  receive_window_.restart_count();
  if (ack_) {
    ack_->bytes_received = {};  // it goes out with the new cookie
  }
}

void Relay::set_barrier() {
  barrier_ = queue_.size();
}

bool Relay::at_barrier() const {
  return barrier_ == 0 || (has_barrier() && options_.deviations.ignore_barrier);
}

void Relay::pass_barrier(std::optional<ReceiveWindowSize> peer, PlugState plug) {
  barrier_.reset();
  plug_ = plug;
  if (peer) {
    send_window_ = SendWindow(*peer);
  }
  drain();
}

void Relay::add_successor() {
  successor_.emplace(
      Successor{ReceiveWindow(options_.receive_window, options_.ack_policy), PduQueue()});
}

ReceiveWindow::Arrival Relay::on_successor_pdu(ByteView pdu) {
  successor_->queue.push(pdu);
  return successor_->window.on_received(size_of(pdu.size()));
}

void Relay::drop_successor() {
  successor_.reset();
}

void Relay::switch_to_successor() {
  if (options_.deviations.drop_queue) {
    queue_.clear();
  }
  predecessors_bytes_ = queue_.size();
  if (options_.deviations.acks == AckDeviation::continue_count) {
    received_before_ += receive_window_.bytes_received().value;
  }
  receive_window_ = successor_->window;
  ack_.reset();
  if (options_.deviations.successor_first) {
    std::swap(queue_, successor_->queue);
  }
  auto& held = options_.deviations.held_last ? overdue_ : queue_;
  while (!successor_->queue.empty()) {
    held.push(successor_->queue.view(successor_->queue.pop()));
  }
  successor_.reset();
  drain();
}

Result<void> Relay::on_ack(wire::FlowControlAckCommand const& ack) {
  auto const& deviations = options_.deviations;
  if (deviations.forget_acks) {
    return {};
  }
  auto applied = send_window_.on_ack(ack);
  if (applied && deviations.forget_in_flight) {
    send_window_.forget_in_flight(ack);
  }
  if (!applied && deviations.believe_bad_acks) {
    send_window_.believe(ack);
    applied = {};
  }
  if (applied) {
    drain();
  }
  return applied;
}

std::optional<wire::FlowControlAckCommand> Relay::take_ack() {
  auto ack = std::exchange(ack_, std::nullopt);
  if (!ack) {
    return ack;
  }
  ++acks_;
  switch (options_.deviations.acks) {
    case AckDeviation::none:
      break;
    case AckDeviation::never:
      return std::nullopt;
    case AckDeviation::once:
      return acks_ == 1 ? ack : std::nullopt;
    case AckDeviation::wrong_cookie:  // the role, which knows the cookies, sees to that
    case AckDeviation::one_pdu_late:  // on_pdu sees to that
    case AckDeviation::at_receipt:
      break;
    case AckDeviation::since_last:
      ack->bytes_received.value -= std::exchange(told_, ack->bytes_received.value);
      break;
    case AckDeviation::one_byte_short:
      ack->bytes_received.value -= std::min(ack->bytes_received.value, 1U);
      break;
    case AckDeviation::whole_window:
      ack->available_window.value = receive_window_.receive_window().value;
      break;
    case AckDeviation::in_16_bits:
      ack->bytes_received.value &= 0xFFFF;
      break;
    case AckDeviation::shrinks_window:
      ack->available_window.value -= std::min(ack->available_window.value, 2048 * acks_);
      break;
    case AckDeviation::count_rts:
      ack->bytes_received.value += rts_bytes_;
      break;
    case AckDeviation::continue_count:
      ack->bytes_received.value += received_before_;
      break;
    case AckDeviation::above_window:
      ack->available_window.value = receive_window_.receive_window().value + 4096;
      break;
  }
  return ack;
}

}  // namespace rpchspec::session
