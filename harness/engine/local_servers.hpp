// The servers of a case, played by this process.

#pragma once

#include <optional>
#include <vector>

#include "harness/actors/server.hpp"
#include "harness/engine/case_run.hpp"
#include "harness/engine/servers.hpp"
#include "harness/targets/stated_rule.hpp"
#include "journal/recorder.hpp"
#include "mock_backend/backend.hpp"

namespace rpchspec::engine {

class LocalServers final : public Servers {
 public:
  /// All outlive it.
  LocalServers(net::asio::io_context& io,
               Surroundings const& surroundings,
               CaseOrder const& order,
               journal::Recorder& recorder);

  [[nodiscard]] net::Task<Result<ServersPlace>> raise() override;
  void expect(VirtualConnectionCookie const& cookie, std::uint32_t number) override;
  void expect_v1(std::uint32_t number) override;
  void expect_v1_no_more(std::uint32_t number) override;
  [[nodiscard]] net::Task<> announced() override;
  [[nodiscard]] net::Task<Result<void>> act(scenario::v1::Step const& step,
                                            net::Deadline deadline) override;
  [[nodiscard]] net::Task<> caught_up() override;

  [[nodiscard]] Duration lateness() const override { return {}; }

  [[nodiscard]] net::Task<> left(net::Deadline deadline) override;
  [[nodiscard]] net::Task<> strike() override;

  [[nodiscard]] std::string const& broken() const override { return broken_; }

  [[nodiscard]] Result<void> complete(std::filesystem::path const& journal) override;

 private:
  [[nodiscard]] faults::FaultHooks hooks();
  [[nodiscard]] bool is_shared() const;
  [[nodiscard]] backend::BackendConfig usual_config() const;
  [[nodiscard]] Result<void> raise_at(backend::BackendConfig config);
  [[nodiscard]] Result<void> raise_where_listed();
  [[nodiscard]] Result<void> raise_unlisted(targets::Refused what);
  [[nodiscard]] Result<void> raise_unlisted_server();
  [[nodiscard]] Result<void> raise_unlisted_port(targets::Refused what);
  void find_ports();
  void reserve_closed_ports();
  [[nodiscard]] Receiver to_backend();

  net::asio::io_context& io_;
  Surroundings const& surroundings_;
  CaseOrder const& order_;
  journal::Recorder& recorder_;
  actors::ActorFaults faults_;
  std::optional<backend::MockBackend> backend_;
  std::optional<actors::Server> actor_;
  ServersPlace place_;
  std::vector<net::TcpAcceptor> closed_ports_;
  std::vector<std::string> routed_;
  std::string broken_;
};

}  // namespace rpchspec::engine
