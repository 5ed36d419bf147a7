#include <filesystem>
#include <memory>

#include "harness/agent/service/server.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/cli/pem_file.hpp"
#include "harness/cli/service.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/url.hpp"
#include "model/scalars.hpp"
#include "net/address.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct ServeOptions {
  std::string listen = "127.0.0.1:7135";
  std::string tls_cert;
  std::string tls_key;
  std::string client_ca;
  std::string token_file;
  std::string folder = "rpchspec-agent";
  std::string targets;
  std::string fixture_address = "127.0.0.1";
  std::string ports = "24000-24511";
  std::string max_run_time = "2h";
  std::string max_run_bytes = "2GiB";
  std::string max_bytes = "16GiB";
  std::uint32_t max_runs = 2;
  std::uint32_t max_sessions = 32;
  bool fixtures_reach_any_server = false;
  std::uint32_t max_driven = 2;
  ServiceOptions service;
};

/// "0.0.0.0" and the like: no address of this machine.
bool is_any(std::string const& address) {
  net::error_code error;
  auto const parsed = net::asio::ip::make_address(address, error);
  return error || parsed.is_unspecified();
}

/// An agent as a command that stays. gRPC has threads of its own.
class AgentCommand final : public Service {
 public:
  AgentCommand(service::ServerOptions server,
               supervisor::SupervisorOptions supervisor,
               std::uint32_t most_driven)
      : server_options_(std::move(server)),
        supervisor_options_(std::move(supervisor)),
        most_driven_(most_driven) {}

  Result<json::object> start(net::Executor /*executor*/) override {
    auto supervisor = supervisor::Supervisor::open(supervisor_options_);
    if (!supervisor) {
      return tl::unexpected(supervisor.error());
    }
    supervisor_ = std::move(*supervisor);
    driven_ = std::make_unique<supervisor::DrivenServers>(driven_options());
    auto server = service::AgentServer::start(server_options_, *supervisor_, *driven_);
    if (!server) {
      return tl::unexpected(server.error());
    }
    server_ = std::move(*server);
    targets::Address address;
    address.host = server_options_.address;
    address.port = server_->port();
    return json::object{{"agent", targets::to_string(address)},
                        {"tls", server_options_.tls.has_value()}};
  }

  /// What it runs ends before the calls that wait for it.
  net::Task<> stop() override {
    if (server_) {
      server_->stop();
    }
    if (supervisor_) {
      supervisor_->leave();
    }
    server_.reset();
    driven_.reset();
    supervisor_.reset();
    co_return;
  }

 private:
  [[nodiscard]] supervisor::DrivenOptions driven_options() const {
    supervisor::DrivenOptions driven;
    driven.program = supervisor_options_.program;
    driven.folder = std::filesystem::path(supervisor_options_.folder) / "driven";
    driven.own_address = is_any(server_options_.address) ? "" : server_options_.address;
    driven.most = most_driven_;
    return driven;
  }

  service::ServerOptions server_options_;
  supervisor::SupervisorOptions supervisor_options_;
  std::uint32_t most_driven_;
  std::unique_ptr<supervisor::Supervisor> supervisor_;
  std::unique_ptr<supervisor::DrivenServers> driven_;
  std::unique_ptr<service::AgentServer> server_;
};

std::string pem_of(std::string const& option, std::string const& file) {
  return value_of(option, read_pem(file));
}

std::optional<service::ServerTls> tls_of(ServeOptions const& options) {
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    throw UsageError{"--tls-cert and --tls-key go together"};
  }
  if (options.tls_cert.empty()) {
    if (!options.client_ca.empty()) {
      throw UsageError{"--client-ca goes with --tls-cert and --tls-key"};
    }
    return std::nullopt;
  }
  service::ServerTls tls;
  tls.certificate = pem_of("--tls-cert", options.tls_cert);
  tls.key = pem_of("--tls-key", options.tls_key);
  if (!options.client_ca.empty()) {
    tls.client_ca = pem_of("--client-ca", options.client_ca);
  }
  return tls;
}

service::ServerOptions server_of(ServeOptions const& options) {
  auto const address =
      value_of("--listen", targets::parse_address(options.listen, targets::PortZero::allowed));
  if (!net::is_ip_address(address.host)) {
    throw UsageError{"--listen: '" + address.host + "' is no IP address"};
  }
  service::ServerOptions server;
  server.address = address.host;
  server.port = address.port;
  server.tls = tls_of(options);
  if (!options.token_file.empty()) {
    server.token = value_of("--token-file", agent::Token::load(options.token_file));
  }
  if (auto const checked = service::check(server); !checked) {
    throw UsageError{"--listen: " + checked.error().detail};
  }
  return server;
}

/// "24000-24511", at least what one lease gets.
void set_ports(std::string const& text, supervisor::SupervisorOptions& options) {
  auto const dash = text.find('-');
  auto const number = [&](std::string const& part) {
    return static_cast<std::uint16_t>(value_of("--ports", targets::parse_count(part, 1024, 65535)));
  };
  if (dash == std::string::npos) {
    throw UsageError{"--ports: '" + text + "': expected FIRST-LAST, as in 24000-24511"};
  }
  options.first_port = number(text.substr(0, dash));
  options.last_port = number(text.substr(dash + 1));
  if (options.last_port < options.first_port + supervisor::Ports::kPerLease - 1) {
    throw UsageError{"--ports: a session gets " + std::to_string(supervisor::Ports::kPerLease) +
                     " ports; '" + text + "' is not enough for one"};
  }
}

std::uint64_t size_of(std::string const& option, std::string const& text) {
  auto const bytes = model::parse_size(text);
  if (!bytes) {
    throw UsageError{option + ": " + bytes.error()};
  }
  return *bytes;
}

supervisor::SupervisorOptions supervisor_of(ServeOptions const& options) {
  supervisor::SupervisorOptions supervisor;
  std::error_code error;
  supervisor.program = fs::read_symlink("/proc/self/exe", error);
  supervisor.folder = options.folder;
  supervisor.targets = options.targets;
  supervisor.version = RPCHSPEC_VERSION;
  if (!net::is_ip_address(options.fixture_address)) {
    throw UsageError{"--fixture-address: '" + options.fixture_address + "' is no IP address"};
  }
  supervisor.fixture_address = options.fixture_address;
  supervisor.fixtures_reach_any_server = options.fixtures_reach_any_server;
  set_ports(options.ports, supervisor);
  auto& quotas = supervisor.quotas;
  quotas.run_time = std::chrono::ceil<std::chrono::seconds>(
      value_of("--max-run-time", targets::parse_positive_duration(options.max_run_time)));
  quotas.run_bytes = size_of("--max-run-bytes", options.max_run_bytes);
  quotas.disk_bytes = size_of("--max-bytes", options.max_bytes);
  if (quotas.disk_bytes < quotas.run_bytes) {
    throw UsageError{"--max-bytes: " + options.max_bytes +
                     " is less than what one run may leave, --max-run-bytes " +
                     options.max_run_bytes};
  }
  quotas.runs = options.max_runs;
  quotas.sessions = options.max_sessions;
  return supervisor;
}

int serve_agent(ServeOptions const& options) {
  AgentCommand command(server_of(options), supervisor_of(options), options.max_driven);
  return serve(command, options.service);
}

void add_limits(CLI::App& app, ServeOptions& options) {
  app.add_option("--max-runs", options.max_runs, "runs at a time, of all sessions (default 2)")
      ->type_name("N")
      ->check(CLI::Range(1, 64));
  app.add_option("--max-sessions", options.max_sessions, "sessions at a time (default 32)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  app.add_option("--max-driven", options.max_driven,
                 "runs elsewhere at a time whose servers it plays (run --backend-at grpc://...; "
                 "default 2)")
      ->type_name("N")
      ->check(CLI::Range(0, 16));
  app.add_option("--max-run-time", options.max_run_time, "of one run (default 2h)")->type_name("D");
  app.add_option("--max-run-bytes", options.max_run_bytes,
                 "that one run may leave on the disk (default 2GiB)")
      ->type_name("SIZE");
  app.add_option("--max-bytes", options.max_bytes,
                 "that all runs and fixtures may leave there (default 16GiB)")
      ->type_name("SIZE");
}

}  // namespace

void set_up_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeOptions>();
  app.add_option("--listen", options->listen,
                 "where it listens (default 127.0.0.1:7135); port 0: a free one. Anything but "
                 "loopback needs TLS, and --client-ca or --token-file")
      ->type_name("ADDR:PORT");
  app.add_option("--tls-cert", options->tls_cert, "its certificate, PEM")->type_name("F");
  app.add_option("--tls-key", options->tls_key, "the key of that")->type_name("F");
  app.add_option("--client-ca", options->client_ca, "callers show a certificate of this CA")
      ->type_name("F");
  app.add_option("--token-file", options->token_file,
                 "its first line is the bearer token that callers show")
      ->type_name("F");
  app.add_option("--targets", options->targets,
                 "folder of rpchspec.yaml files: the targets that callers may name. Without it, "
                 "the embedded proxy alone")
      ->type_name("DIR");
  app.add_option("--folder", options->folder,
                 "where runs and fixtures live (default rpchspec-agent)")
      ->type_name("DIR");
  app.add_option("--fixture-address", options->fixture_address,
                 "address that fixtures listen on (default 127.0.0.1)")
      ->type_name("ADDR");
  app.add_flag("--fixtures-reach-any-server", options->fixtures_reach_any_server,
               "proxies of fixtures connect to any server that a request names: whoever reaches "
               "such a port gets everywhere that this machine does. Without it, to servers of the "
               "same session alone");
  app.add_option("--ports", options->ports, "that sessions get, 16 each (default 24000-24511)")
      ->type_name("FIRST-LAST");
  add_limits(app, *options);
  add_service_options(app, options->service, MayDetach::no);
  app.callback([options, &exit_code] { exit_code = serve_agent(*options); });
}

}  // namespace rpchspec::cli
