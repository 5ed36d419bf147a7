// What may be done to a backend from outside while it serves.

#include "mock_backend/backend.hpp"

namespace rpchspec::backend {

/// The gate of a leg whose channel is known; null where nobody watches.
std::shared_ptr<net::SendGate> MockBackend::watched(std::shared_ptr<net::PduLeg> const& leg,
                                                    session::Channel channel,
                                                    std::uint32_t virtual_connection) {
  if (config_.watch == nullptr) {
    return nullptr;
  }
  net::LegFacts facts;
  facts.name = channel == session::Channel::in ? "server.in" : "server.out";
  facts.connection = leg->stream().connection();
  facts.virtual_connection = virtual_connection;
  return config_.watch->opened(std::move(facts), net::controls_of(leg));
}

void MockBackend::answer_released() {
  for (auto const& [cookie, virtual_connection] : virtual_connections_) {
    virtual_connection->answer_released();
  }
}

std::size_t MockBackend::reset_connections() {
  std::size_t count = 0;
  for (auto const& weak : legs_) {
    if (auto const leg = weak.lock()) {
      leg->stream().abort();
      ++count;
    }
  }
  return count;
}

}  // namespace rpchspec::backend
