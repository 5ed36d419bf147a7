#include "reference_proxy/client_legs.hpp"

#include "protocol/wire/rpc_error.hpp"

namespace rpchspec::proxy {

std::optional<session::ProxyLeg> ClientLegs::which(ClientLeg const& leg) const {
  if (&leg == present_.get()) {
    return session::ProxyLeg::client;
  }
  return &leg == successor_.get() ? std::optional(session::ProxyLeg::successor) : std::nullopt;
}

void ClientLegs::add_successor(std::shared_ptr<ClientLeg> leg) {
  if (successor_) {
    leg->close(net::CloseHow::fin);  // the machine refuses a third one, and closes the others
  } else {
    successor_ = std::move(leg);
  }
}

ClientLeg& ClientLegs::switch_over() {
  former_ = std::exchange(present_, std::exchange(successor_, nullptr));
  return *former_;
}

void ClientLegs::close_successor() {
  if (successor_) {
    std::exchange(successor_, nullptr)->close(net::CloseHow::fin);
  }
}

void ClientLegs::close_all(net::CloseHow how) const {
  for (auto* leg : {present_.get(), successor_.get()}) {
    if (leg != nullptr) {
      leg->close(how);
    }
  }
}

void ClientLegs::notify_room() const {
  for (auto* leg : {present_.get(), successor_.get()}) {
    if (leg != nullptr && leg->room.waiters() != 0) {
      leg->room.notify();
    }
  }
}

void ClientLegs::pass(ByteView bytes, ByteView input) const {
  if (present_->gate) {
    present_->gate->pass(bytes);
  } else {
    present_->out.write(bytes, input);
  }
}

void ClientLegs::write_head(session::ProxyLeg to) const {
  auto& leg = to == session::ProxyLeg::successor ? *successor_ : *present_;
  leg.answered = true;
  auto const head = wire::encode(out_head(config_));
  if (config_.defect == Defect::head_buffered) {
    leg.out.write(head, ByteView());
  } else {
    leg.out.write(head);
  }
}

void ClientLegs::write_refusal(std::uint32_t rpc_error) const {
  auto refusal = proxy::rpc_error(rpc_error, config_);
  dress(refusal, config_);
  for (auto* leg : {present_.get(), successor_.get()}) {
    if (leg != nullptr && !std::exchange(leg->answered, true)) {
      auto bytes = wire::encode(refusal.head);
      append(bytes, as_bytes(refusal.body));
      leg->out.write(std::move(bytes));
    }
  }
}

void ClientLegs::write_success() const {
  present_->out.write(wire::encode(wire::out_success(0)));
}

}  // namespace rpchspec::proxy
