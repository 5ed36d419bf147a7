// What a virtual channel does when its machine says so. Private to virtual_channel.cpp.

#pragma once

#include <fmt/format.h>

#include "protocol/wire/rpc_error.hpp"
#include "reference_proxy/virtual_channel.hpp"

namespace rpchspec::proxy {

template <class Machine>
void VirtualChannel<Machine>::pump(ByteView input) {
  while (auto const event = machine_.next_event()) {
    std::visit([&](auto const& what) { act(what, input); }, *event);
  }
  server_.notify();
  legs_.notify_room();
  if (machine_.next_deadline() < armed_) {
    earlier_.notify();
  }
}

template <class Machine>
void VirtualChannel<Machine>::act(session::LookUpCookie const& look, ByteView) {
  if (auto const other = table().find(look.cookie); other && !other->closed_) {
    joined_ = other;
    end();
    other->take_over(legs_.let_go(), request_);
  } else if (config_.latitude.one_cookie_table && others_table().find(look.cookie)) {
    give_up();  // known, and no channel of this role to join
  } else {
    machine_.on_cookie_unknown();
    is_to_repeat_ = true;
  }
}

template <class Machine>
void VirtualChannel<Machine>::act(session::AddCookie const& add, ByteView) {
  cookie_ = add.cookie;
  table().add(add.cookie, this->shared_from_this());
}

template <class Machine>
void VirtualChannel<Machine>::act(session::SwitchClient const& change, ByteView) {
  auto& former = legs_.switch_over();
  config_.shared->recycled = true;
  if (!change.keep_predecessor) {
    former.close(how_to_close_client());
  }
}

template <class Machine>
void VirtualChannel<Machine>::act(session::ConnectServer, ByteView) {
  if (kIsInbound && config_.defect == Defect::in_answered) {
    legs_.write_success();
  }
  auto const known = table().find(machine_.virtual_connection_cookie());
  if (known && config_.latitude.known_cookie != KnownCookie::passed_on) {
    if (config_.latitude.known_cookie == KnownCookie::ends_both) {
      known->give_up();
    }
    give_up();
    return;
  }
  is_connecting_ = true;
  if (config_.latitude.connects_at_request) {
    server_.notify();  // connect() is under way
  } else if (scope_ != nullptr) {
    scope_->spawn(server_.connect(request_, *scope_));
  } else {
    is_to_connect_ = true;
  }
}

template <class Machine>
void VirtualChannel<Machine>::act(session::Respond503 const& response, ByteView) {
  legs_.write_refusal(response.rpc_error);
}

template <class Machine>
void VirtualChannel<Machine>::act(session::SetTcpKeepalive const& set, ByteView) {
  server_.set_tcp_keepalive(std::chrono::milliseconds(set.interval.value));
}

template <class Machine>
void VirtualChannel<Machine>::act(session::Close const& close, ByteView) {
  if (machine_.error()) {
    log(to_string(*machine_.error()));
  }
  log(fmt::format("closed: {}", to_string(close.reason)));
  if (kIsInbound && client() && config_.defect == Defect::in_answered_at_last) {
    legs_.write_success();
  }
  auto const keeps_client = config_.defect == Defect::client_leg_kept && !client_reset_ &&
                            close.reason == session::CloseReason::client_closed;
  auto const keeps_server = kIsInbound && config_.defect == Defect::idle_end_kept &&
                            close.reason == session::CloseReason::idle;
  if (config_.latitude.refuses_at_close && is_failure(close.reason) && client()) {
    legs_.write_refusal(wire::kRpcServerUnavailable);
  }
  if (keeps_client) {
    end();
  } else if (keeps_server) {
    legs_.close_all(how_to_close_client());
  } else {
    give_up();
  }
  if (config_.latitude.ends_other_half && close.reason != session::CloseReason::recycled) {
    end_other_half();
  }
  if (config_.failure && (machine_.error() || client_reset_ || server_reset_)) {
    config_.failure->notify();
  }
}

template <class Machine>
bool VirtualChannel<Machine>::is_failure(session::CloseReason reason) {
  using enum session::CloseReason;
  return reason == server_closed || reason == protocol_error || reason == wrong_direction ||
         reason == no_first_pdu || reason == idle;
}

template <class Machine>
void VirtualChannel<Machine>::end_other_half() {
  if (auto const other = cookie_ ? others_table().find(*cookie_) : nullptr) {
    if (!other->closed()) {
      other->give_up();
    }
  }
}

}  // namespace rpchspec::proxy
