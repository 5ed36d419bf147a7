// The mock backend's virtual connections: made by a leg's first PDU, found, and forgotten.

#include "mock_backend/backend.hpp"
#include "mock_backend/services.hpp"

namespace rpchspec::backend {

std::shared_ptr<VirtualConnection> MockBackend::virtual_connection(
    VirtualConnectionCookie const& cookie, Listening service) {
  auto& known = virtual_connections_[cookie];
  if (!known) {
    VirtualConnectionOptions options;
    options.session = config_.session;
    options.cookie = cookie;
    options.number = number_of(cookie);
    options.patient = config_.patient;
    options.payload_key = config_.payload_key;
    known = std::make_shared<VirtualConnection>(
        changed_, options, make_runtime(config_, service, RpcTransport::RpcOverHttp, groups_));
    // Held from now on: it may be forgotten before the task begins.
    scope_.spawn([known]() -> net::Task<> { co_await known->run_timers(); });
  }
  return known;
}

void MockBackend::forget(std::shared_ptr<VirtualConnection> const& gone) {
  for (auto const channel : {session::Channel::in, session::Channel::out}) {
    auto const leg = gone->leg(channel);
    if (leg && !leg->stream().receive_ending()) {
      return;  // its other leg goes on
    }
  }
  auto const at = virtual_connections_.find(gone->cookie());
  if (at != virtual_connections_.end() && at->second == gone) {
    virtual_connections_.erase(at);
  }
  gone->finish();
}

std::uint32_t MockBackend::number_of(VirtualConnectionCookie const& cookie) const {
  auto const known = numbers_.find(cookie);
  return known == numbers_.end() ? 0 : known->second;
}

void MockBackend::expect(VirtualConnectionCookie const& cookie, std::uint32_t number) {
  numbers_[cookie] = number;
}

std::shared_ptr<VirtualConnection> MockBackend::find(std::uint32_t number) const {
  for (auto const& [cookie, virtual_connection] : virtual_connections_) {
    if (virtual_connection->number() == number) {
      return virtual_connection;
    }
  }
  return nullptr;
}

net::Task<std::shared_ptr<VirtualConnection>> MockBackend::wait_for(std::uint32_t number,
                                                                    session::Channel channel,
                                                                    net::Deadline deadline) {
  auto const there = [&] {
    auto const found = find(number);
    return found && found->leg(channel);
  };
  if (!co_await changed_.wait(there, deadline)) {
    co_return nullptr;
  }
  co_return find(number);
}

/// By its cookie, or by another one that a client made up for it to force another proxy.
std::shared_ptr<VirtualConnection> MockBackend::joined_by(
    VirtualConnectionCookie const& cookie) const {
  auto const known = virtual_connections_.find(cookie);
  auto const number = number_of(cookie);
  return known != virtual_connections_.end() ? known->second : number != 0 ? find(number) : nullptr;
}

}  // namespace rpchspec::backend
