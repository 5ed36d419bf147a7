#include "harness/agent/traffic.hpp"

namespace rpchspec::agent {

namespace v1 = journal::v1;

namespace {

constexpr std::size_t kCookiesKept = 65536;
constexpr std::uint64_t kSecond = 1'000'000'000;

}  // namespace

std::uint32_t Traffic::number_of(VirtualConnectionCookie const& cookie) {
  auto const [known, is_new] = numbers_.try_emplace(cookie, last_number_ + 1);
  if (is_new) {
    ++last_number_;
    order_.push_back(cookie);
    if (order_.size() > kCookiesKept) {
      numbers_.erase(order_.front());
      order_.pop_front();
    }
    return last_number_;
  }
  return known->second;
}

void Traffic::name_leg(Open& open, v1::Leg leg) {
  std::string name = open.source == v1::SERVER ? "server" : "client";
  switch (leg) {
    case v1::IN:
      name += ".in";
      break;
    case v1::OUT:
      name += ".out";
      break;
    case v1::MIXED:
      name += ".v1";
      break;
    default:
      break;
  }
  open.connection.set_leg(std::move(name));
}

void Traffic::on_ended(v1::Event const& event, Open& open) {
  auto const is_reset = event.ended().ending() == v1::RST;
  auto const both = event.direction() == v1::NO_DIRECTION || is_reset;
  open.received_end = open.received_end || both || event.direction() == v1::RECEIVED;
  open.sent_end = open.sent_end || both || event.direction() == v1::SENT;
  if (open.received_end && open.sent_end) {
    open_.erase(event.connection());
  }
}

void Traffic::on_event(v1::Event const& event) {
  ring_.add(event);
  if (event.connection() != 0) {
    auto known = open_.find(event.connection());
    if (event.has_opened()) {
      known = open_.emplace(event.connection(), Open()).first;
      auto& open = known->second;
      open.source = event.source();
      open.opened_ns = event.at_ns();
      open.connection.set_number(event.connection());
      open.connection.set_service(event.opened().service());
      open.connection.set_local(event.opened().local());
      open.connection.set_remote(event.opened().remote());
    }
    if (known != open_.end()) {
      auto& open = known->second;
      name_leg(open, event.leg());
      open.connection.set_virtual_connection(event.virtual_connection());
      if (event.has_head() && !event.head().response()) {
        open.connection.set_target(event.head().target());
      } else if (event.has_pdu() && event.direction() == v1::SENT) {
        open.connection.set_pdus_sent(open.connection.pdus_sent() + 1);
      } else if (event.has_pdu()) {
        open.connection.set_pdus_received(open.connection.pdus_received() + 1);
      } else if (event.has_ended()) {
        on_ended(event, open);
      }
    }
  }
  changed_.notify();
}

api::Connections Traffic::connections(std::uint64_t now_ns) const {
  api::Connections all;
  for (auto const& [number, open] : open_) {
    auto& connection = *all.add_connections();
    connection = open.connection;
    auto const age = now_ns > open.opened_ns ? now_ns - open.opened_ns : 0;
    connection.mutable_age()->set_seconds(static_cast<std::int64_t>(age / kSecond));
    connection.mutable_age()->set_nanos(static_cast<std::int32_t>(age % kSecond));
  }
  return all;
}

}  // namespace rpchspec::agent
