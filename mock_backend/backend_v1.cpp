// What the backend knows of v1: no PDU names the virtual connection, so it is told what to expect.

#include <algorithm>

#include "mock_backend/backend.hpp"
#include "mock_backend/services.hpp"

namespace rpchspec::backend {

void MockBackend::expect_v1(std::uint32_t number) {
  v1_connections_.erase(number);
  expected_v1_.push_back(number);
}

void MockBackend::expect_v1_no_more(std::uint32_t number) {
  std::erase(expected_v1_, number);
}

std::shared_ptr<V1Connection> MockBackend::made_v1(std::shared_ptr<net::PduLeg> const& leg,
                                                   Listening service,
                                                   std::uint32_t number) {
  auto const transport =
      service == Listening::referral_tcp ? RpcTransport::Tcp : RpcTransport::RpcOverHttp;
  return std::make_shared<V1Connection>(changed_, leg, V1Number{number, config_.payload_key},
                                        make_runtime(config_, service, transport, groups_));
}

/// The oldest session that is expected gets the connection, until a first PDU says otherwise.
std::shared_ptr<V1Connection> MockBackend::expected_v1(std::shared_ptr<net::PduLeg> const& leg,
                                                       Listening service) {
  if (service == Listening::referral_tcp || expected_v1_.empty()) {
    return nullptr;
  }
  auto const number = expected_v1_.front();
  expected_v1_.pop_front();
  if (leg->stream().tap() != nullptr) {
    leg->stream().tap()->identify(journal::v1::MIXED, number, {}, Clock::now());
  }
  auto const made = made_v1(leg, service, number);
  v1_connections_[number] = made;
  changed_.notify();
  return made;
}

void MockBackend::give_back_v1(V1Connection const& taken) {
  expected_v1_.push_front(taken.number());
  v1_connections_.erase(taken.number());
}

net::Task<std::shared_ptr<V1Connection>> MockBackend::wait_for_v1(std::uint32_t number,
                                                                  net::Deadline deadline) {
  auto const there = [this, number] { return v1_connections_.contains(number); };
  if (!co_await changed_.wait(there, deadline)) {
    co_return nullptr;
  }
  co_return v1_connections_.at(number);
}

}  // namespace rpchspec::backend
