// The peers of one case: its servers, its proxy where that is ours, its relays, its client.

#pragma once

#include <list>
#include <map>
#include <optional>

#include "harness/actors/client.hpp"
#include "harness/engine/case_run.hpp"
#include "harness/engine/forward_proxy.hpp"
#include "harness/engine/offloader.hpp"
#include "journal/recorder.hpp"
#include "mock_backend/backend.hpp"
#include "net/asio.hpp"
#include "reference_proxy/reference_proxy.hpp"

namespace rpchspec::engine {

/// Lives on one thread, and longer than everything that runs on its io_context.
class CaseWorld {
 public:
  CaseWorld(net::asio::io_context& io,
            Surroundings const& surroundings,
            CaseOrder const& order,
            journal::Recorder& recorder);

  /// Raises all peers, the servers first and the client last.
  /// Errors: what could not listen, or a proxy that does not load though it should.
  [[nodiscard]] Result<void> raise();

  /// Ends what was raised, also after an error of raise().
  [[nodiscard]] net::Task<> strike();

  /// Once raised.
  [[nodiscard]] actors::Client& client() { return *client_; }

  [[nodiscard]] backend::MockBackend& backend() { return *backend_; }

 private:
  Result<void> raise_backend();
  Result<void> raise_proxy();
  Result<void> raise_offloaders();
  Result<void> raise_offloader_of(actors::Origin const& plain, actors::Origin& secure);
  Result<void> raise_forward_proxy();
  Result<void> raise_client();
  void reserve_closed_ports();
  void find_proxy();
  void find_embedded_proxy();
  void attribute(VirtualConnectionCookie const& cookie, std::uint32_t number);
  void route_upstream();
  void unroute();
  [[nodiscard]] proxy::Lender lender() const;
  [[nodiscard]] Receiver to_backend();

  [[nodiscard]] scenario::v1::Scenario const& scenario() const { return *order_.scenario; }

  net::asio::io_context& io_;
  Surroundings const& surroundings_;
  CaseOrder const& order_;
  journal::Recorder& recorder_;
  std::optional<backend::MockBackend> backend_;
  std::optional<proxy::ReferenceProxy> proxy_;
  std::list<Offloader> offloaders_;
  std::optional<ForwardProxy> forward_proxy_;
  std::optional<actors::Client> client_;
  actors::ClientTarget target_;
  std::map<std::string, std::uint16_t> ports_;
  std::vector<net::TcpAcceptor> closed_ports_;
  std::vector<std::string> routed_;
};

}  // namespace rpchspec::engine
