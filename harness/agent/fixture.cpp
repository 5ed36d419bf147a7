#include "harness/agent/fixture.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "reports/exit_code.hpp"

namespace rpchspec::agent {

using backend::Listening;

namespace {

void describe(backend::MockBackend const& backend, api::Ready& ready) {
  auto& out = *ready.mutable_backends();
  out.set_address(backend.config().bind);
  out.set_server_name(backend.config().server_name);
  for (auto const& [service, port] : backend.ports()) {
    (*out.mutable_ports())[std::string(to_string(service))] = port;
  }
}

}  // namespace

Fixture::Fixture(FixtureOptions options) : options_(std::move(options)) {
  if (options_.judge) {
    judge_.emplace(*options_.judge);
  }
}

Fixture::~Fixture() = default;

/// Everything that passes is told to the events and to the judge. It is kept in a file only.
void Fixture::record(net::Executor executor) {
  traffic_ = std::make_unique<Traffic>(executor);
  journal::RecorderOptions recorded;
  recorded.start = Clock::now();
  recorded.file = judge_ && !options_.judge->out.empty() ? options_.judge->out / kJudgeJournal
                                                         : std::filesystem::path("/dev/null");
  recorder_ = std::make_unique<journal::Recorder>(std::move(recorded));
  recorder_->listen([this](journal::v1::Event const& event) {
    traffic_->on_event(event);
    if (judge_) {
      judge_->on_event(event);
    }
  });
  journal::v1::Event started;
  started.mutable_started()->set_topology("embedded");
  started.mutable_started()->set_version(options_.version.version());
  started.mutable_started()->set_timeout_scale(1);
  recorder_->append(started, Clock::now());
  if (!options_.wrong_certificate.empty()) {
    recorder_->parameter("certificate", options_.wrong_certificate, Clock::now());
  }
}

FaultHooks Fixture::hooks() {
  FaultHooks hooks;
  if (options_.proxy) {
    auto const configured = options_.proxy->defect;
    hooks.set_defect = [this, configured](std::string const& name) -> Result<void> {
      auto const* const found = proxy::find_defect(name);
      return proxy_->set_defect(found == nullptr ? configured : found->defect);
    };
  }
  if (options_.backend) {
    auto const configured = options_.backend->session.recycle_out_at;
    hooks.set_recycle_out_at = [this, configured](std::optional<std::uint32_t> bytes) {
      backend_->set_recycle_out_at(bytes ? bytes : configured);
    };
  }
  return hooks;
}

Result<void> Fixture::start_backend(net::Executor executor, api::Ready& ready) {
  auto& config = *options_.backend;
  config.watch = faults_.get();
  if (recorder_) {
    config.number_of = [this](VirtualConnectionCookie const& cookie) {
      return traffic_->number_of(cookie);
    };
  }
  backend_.emplace(executor, config, recorder_.get());
  if (auto begun = backend_->start(); !begun) {
    return begun;
  }
  describe(*backend_, ready);
  return {};
}

Result<void> Fixture::start_proxy(net::Executor executor, api::Ready& ready) {
  auto& config = *options_.proxy;
  config.watch = faults_.get();
  config.observer = recorder_.get();
  if (recorder_) {
    config.number_of = [this](VirtualConnectionCookie const& cookie) {
      return traffic_->number_of(cookie);
    };
  }
  add_mappings();
  proxy_.emplace(config);
  if (auto begun = proxy_->start(executor); !begun) {
    return begun;
  }
  auto& out = *ready.mutable_proxy();
  for (auto const& endpoint : proxy_->endpoints()) {
    out.add_urls(endpoint.url());
  }
  auto const has_https = !proxy_->certificate_pem().empty();
  out.set_certificate_pem(has_https && !options_.trusted_pem.empty() ? options_.trusted_pem
                                                                     : proxy_->certificate_pem());
  return {};
}

Result<void> Fixture::start_control(net::Executor executor, api::Ready& ready) {
  Controlled controlled{*traffic_, *faults_, {}, {}, {}, {}, {}, {}};
  controlled.now_ns = [this] {
    auto const since = Clock::now() - recorder_->start();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
  };
  controlled.reset_connections = [this] { return reset_connections(); };
  if (judge_) {
    controlled.findings = [this] { return judge_->findings(); };
    controlled.forget_findings = [this] {  // by the journal: who judges that anew forgets, too
      recorder_->parameter(reports::kForgotten, "findings", Clock::now());
    };
  }
  if (backend_) {
    controlled.script = backend_->config().script;
    controlled.answer_released = [this] { backend_->answer_released(); };
  }
  control_ = std::make_unique<Control>(std::move(controlled), options_.version);
  auto handler = [this](HttpRequest request) { return control_->handle(std::move(request)); };
  server_ = std::make_unique<ControlServer>(executor, *options_.control, handler);
  if (auto begun = server_->start(); !begun) {
    return begun;
  }
  ready.set_control(server_->url());
  control_->set_ready(ready);
  return {};
}

Result<api::Ready> Fixture::start(net::Executor executor) {
  api::Ready ready;
  ready.set_pid(getpid());
  if (judge_) {
    if (auto const opened = judge_->open({}); !opened) {
      return tl::unexpected(opened.error());
    }
  }
  if (options_.control || judge_) {
    record(executor);
    faults_ = std::make_unique<FaultBoard>(executor, hooks());
  }
  Result<void> begun;
  if (options_.backend) {
    begun = start_backend(executor, ready);
  }
  if (begun && options_.proxy) {
    begun = start_proxy(executor, ready);
  }
  if (begun && options_.control) {
    begun = start_control(executor, ready);
  }
  if (!begun) {
    return tl::unexpected(begun.error());
  }
  return ready;
}

std::size_t Fixture::reset_connections() {
  auto const of_proxy = proxy_ ? proxy_->reset_connections() : 0;
  return of_proxy + (backend_ ? backend_->reset_connections() : 0);
}

void Fixture::map(std::string const& host, std::uint16_t port, Listening service) {
  auto const found = backend_->ports().find(service);
  if (found != backend_->ports().end()) {
    options_.proxy->servers.push_back({host, port, options_.backend->bind, found->second});
  }
}

void Fixture::add_mappings() {
  if (!backend_) {
    return;
  }
  for (auto const& mapping : options_.mappings) {
    map(mapping.host, mapping.port, mapping.service);
  }
  for (auto const& host : {options_.backend->server_name, options_.backend->server_fqdn}) {
    for (auto const& [service, port] : backend_->ports()) {
      map(host, port, service);  // where the mapper sends a client
    }
    map(host, 593, Listening::mapper);
    map(host, 6001, Listening::store);
    map(host, 6002, Listening::referral);
    map(host, 6004, Listening::address_book);
  }
  map(options_.backend->global_catalog, 6004, Listening::address_book);
}

net::Task<> Fixture::stop() {
  if (server_) {
    co_await server_->stop();
  }
  if (faults_) {
    co_await faults_->stop();
  }
  if (proxy_) {
    co_await proxy_->stop();
  }
  if (backend_) {
    co_await backend_->stop();
  }
  if (recorder_) {
    recorder_->flush();
  }
  if (judge_) {
    auto const written = judge_->close();
    spdlog::info("{}", judge_->summary());
    if (!written) {
      spdlog::error("{}", written.error().detail);
    }
    exit_code_ = judge_->failed() ? reports::kExitFailed
                 : written        ? reports::kExitPassed
                                  : reports::kExitUnjudged;
  }
}

}  // namespace rpchspec::agent
