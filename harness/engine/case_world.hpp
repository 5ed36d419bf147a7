// The peers of one case: its servers, its proxy where that is ours, its relays, its client.

#pragma once

#include <list>
#include <map>
#include <optional>

#include "harness/actors/client.hpp"
#include "harness/engine/case_run.hpp"
#include "harness/engine/forward_proxy.hpp"
#include "harness/engine/offloader.hpp"
#include "harness/engine/servers.hpp"
#include "journal/recorder.hpp"
#include "net/asio.hpp"
#include "reference_proxy/reference_proxy.hpp"

namespace rpchspec::engine {

/// Lives on one thread, and longer than everything that runs on its io_context.
class CaseWorld {
 public:
  CaseWorld(net::asio::io_context& io,
            Surroundings const& surroundings,
            CaseOrder const& order,
            Servers& servers,
            journal::Recorder& recorder);

  /// Raises all peers but the servers, the client last.
  /// @param at  where the servers are, which are raised already.
  /// Errors: what could not listen, or a proxy that does not load though it should.
  [[nodiscard]] Result<void> raise(ServersPlace const& at);

  /// Ends what was raised, also after an error of raise().
  [[nodiscard]] net::Task<> strike();

  /// Once raised.
  [[nodiscard]] actors::Client& client() { return *client_; }

 private:
  Result<void> raise_proxy();
  Result<void> raise_offloaders();
  Result<void> raise_offloader_of(actors::Origin const& plain, actors::Origin& secure);
  Result<void> raise_forward_proxy();
  Result<void> raise_client();
  void find_proxy();
  void find_embedded_proxy();
  void attribute(VirtualConnectionCookie const& cookie, std::uint32_t number);
  [[nodiscard]] std::vector<proxy::ServerOverride> servers_of_case() const;
  [[nodiscard]] Result<void> route_upstream();
  [[nodiscard]] Result<void> negotiate();
  void unroute();
  [[nodiscard]] proxy::Lender lender() const;

  [[nodiscard]] scenario::v1::Scenario const& scenario() const { return *order_.scenario; }

  net::asio::io_context& io_;
  Surroundings const& surroundings_;
  CaseOrder order_;
  Servers& servers_;
  journal::Recorder& recorder_;
  std::optional<proxy::ReferenceProxy> proxy_;
  std::list<Offloader> offloaders_;
  std::optional<ForwardProxy> forward_proxy_;
  std::optional<actors::Client> client_;
  actors::ClientTarget target_;
  std::string servers_at_;  // their address, towards our proxy behind a front
  std::map<std::string, std::uint16_t> ports_;
  std::map<VirtualConnectionCookie, std::uint32_t> numbers_;
  std::vector<std::string> routed_;
};

}  // namespace rpchspec::engine
