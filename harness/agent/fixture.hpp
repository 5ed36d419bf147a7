// A proxy and servers that run in this process, one of them or both; with a control API and a judge
// where they are asked for.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/agent/control.hpp"
#include "harness/agent/judge.hpp"
#include "journal/recorder.hpp"
#include "mock_backend/backend.hpp"
#include "reference_proxy/reference_proxy.hpp"

namespace rpchspec::agent {

/// HOST:PORT of a request is this service.
struct ServiceMapping {
  std::string host;
  std::uint16_t port = 0;
  backend::Listening service = backend::Listening::store;
};

struct FixtureOptions {
  std::optional<backend::BackendConfig> backend{};
  std::optional<proxy::ProxyConfig> proxy{};
  std::vector<ServiceMapping> mappings{};
  std::optional<ControlListen> control{};
  std::optional<JudgeOptions> judge{};
  api::Version version{};
  std::string wrong_certificate{};  // what is wrong with the proxy's, for the judge; empty: nothing
  std::string trusted_pem{};        // told to clients instead of the proxy's own
};

/// Single-threaded; runs on one executor.
class Fixture {
 public:
  explicit Fixture(FixtureOptions options);
  ~Fixture();
  Fixture(Fixture const&) = delete;
  Fixture& operator=(Fixture const&) = delete;

  /// Accepts connections from here on. Errors: as of MockBackend and ReferenceProxy. After one,
  /// stop.
  [[nodiscard]] Result<api::Ready> start(net::Executor executor);

  /// Ends every connection, then writes the judge's reports.
  [[nodiscard]] net::Task<> stop();

  /// After stop(): 1 where a client broke a MUST, 3 where a report could not be written; else 0.
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void record(net::Executor executor);
  [[nodiscard]] FaultHooks hooks();
  [[nodiscard]] Result<void> start_backend(net::Executor executor, api::Ready& ready);
  [[nodiscard]] Result<void> start_proxy(net::Executor executor, api::Ready& ready);
  [[nodiscard]] Result<void> start_control(net::Executor executor, api::Ready& ready);
  void map(std::string const& host, std::uint16_t port, backend::Listening service);
  void add_mappings();
  [[nodiscard]] std::size_t reset_connections();

  FixtureOptions options_;
  int exit_code_ = 0;
  // Each is told of, or used by, those below it.
  std::optional<Judge> judge_;
  std::unique_ptr<Traffic> traffic_;
  std::unique_ptr<journal::Recorder> recorder_;
  std::unique_ptr<FaultBoard> faults_;
  std::optional<backend::MockBackend> backend_;
  std::optional<proxy::ReferenceProxy> proxy_;
  std::unique_ptr<Control> control_;
  std::unique_ptr<ControlServer> server_;
};

}  // namespace rpchspec::agent
