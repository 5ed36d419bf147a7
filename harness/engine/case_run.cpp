#include "harness/engine/case_run.hpp"

#include <algorithm>
#include <optional>

#include "harness/actors/client.hpp"
#include "harness/actors/server.hpp"
#include "harness/actors/step_values.hpp"
#include "harness/engine/case_place.hpp"
#include "harness/engine/case_probes.hpp"
#include "harness/engine/executor.hpp"
#include "harness/engine/forward_proxy.hpp"
#include "harness/engine/offloader.hpp"
#include "harness/loader/selector.hpp"
#include "harness/targets/process_usage.hpp"
#include "journal/recorder.hpp"
#include "mock_backend/backend.hpp"
#include "net/asio.hpp"
#include "net/task_scope.hpp"
#include "reference_proxy/reference_proxy.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::engine {
namespace {

namespace scn = scenario::v1;
using targets::Topology;

constexpr auto kTick = std::chrono::milliseconds(50);
constexpr auto kNoticeableLag = std::chrono::milliseconds(100);
// A retry runs beside other programs still; what waits for 15 s is not explained by less than this.
constexpr std::uint32_t kWorstLagMs = 2000;
constexpr Duration kFarewell = std::chrono::seconds(2);
constexpr auto kWatchdogFloor = std::chrono::seconds(90);

std::uint64_t seed_of(std::uint64_t seed, CaseOrder const& order) {
  auto mixed = (seed + order.repetition) ^ 0x9E3779B97F4A7C15ULL;
  for (auto const c : order.scenario->id()) {
    mixed = (mixed ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  }
  return mixed;
}

std::string topology_of(targets::Target const& target) {
  return std::string(targets::to_string(target.topology));
}

/// One case's whole world, on one io_context.
class Case {
 public:
  Case(Surroundings const& surroundings,
       CaseOrder const& order,
       std::filesystem::path const& journal,
       std::atomic<int> const& stop,
       std::atomic<bool> const* proxy_died)
      : surroundings_(surroundings),
        order_(order),
        stop_(stop),
        proxy_died_(proxy_died),
        recorder_({Clock::now(), seed_of(surroundings.seed, order), journal}) {}

  void play() {
    net::asio::co_spawn(io_, main(), [this](std::exception_ptr error) {
      if (error) {
        try {
          std::rethrow_exception(error);
        } catch (std::exception const& thrown) {
          failure_ = std::string("the harness: ") + thrown.what();
        }
      }
    });
    io_.run();
    finish();
  }

 private:
  net::Task<> main();
  net::Task<> perform();
  net::Task<> watch(net::TaskScope& scope);
  net::Task<> strike();
  Result<void> raise_backend();
  Result<void> raise_proxy();
  Result<void> raise_offloader();
  Result<void> raise_forward_proxy();
  void reserve_closed_ports();
  void raise_client();
  void tell_start();
  void note_resources();
  void finish();
  void attribute(VirtualConnectionCookie const& cookie, std::uint32_t number);
  void route_upstream();
  proxy::Lender lender() const;
  Receiver to_backend();
  Duration watchdog() const;
  Duration farewell() const;

  bool wants_probes() const {
    auto const& needs = scenario().needs();
    return std::find(needs.begin(), needs.end(), "raw-socket") != needs.end();
  }

  double scale() const { return surroundings_.timeout_scale; }

  scn::Scenario const& scenario() const { return *order_.scenario; }

  Surroundings const& surroundings_;
  CaseOrder const& order_;
  std::atomic<int> const& stop_;
  std::atomic<bool> const* proxy_died_;
  net::asio::io_context io_;
  journal::Recorder recorder_;
  std::optional<backend::MockBackend> backend_;
  std::optional<proxy::ReferenceProxy> proxy_;
  std::optional<Offloader> offloader_;
  std::optional<ForwardProxy> forward_proxy_;
  std::optional<actors::Client> client_;
  std::optional<actors::Server> server_;
  std::optional<CaseProbes> probes_;
  std::optional<Executor> executor_;  // listens to the recorder to the end
  actors::ClientTarget target_;
  std::map<std::string, std::uint16_t> ports_;
  std::vector<net::TcpAcceptor> closed_ports_;
  std::vector<std::string> routed_;
  std::string failure_;
  bool interrupted_ = false;
};

net::Task<> Case::main() {
  tell_start();
  for (auto const raised : {&Case::raise_backend, &Case::raise_proxy, &Case::raise_offloader,
                            &Case::raise_forward_proxy}) {
    if (failure_.empty()) {
      if (auto const done = (this->*raised)(); !done) {
        failure_ = to_string(done.error());
      }
    }
  }
  if (failure_.empty()) {
    raise_client();
    co_await net::in_scope([this](net::TaskScope& scope) -> net::Task<> {
      scope.spawn(watch(scope));
      if (wants_probes()) {
        probes_.emplace(io_.get_executor(), recorder_);
        scope.spawn(probes_->run(scope));
      }
      scope.spawn([this, &scope]() -> net::Task<> {
        co_await perform();
        scope.cancel();
      });
      co_return;
    });
  }
  co_await strike();
}

net::Task<> Case::perform() {
  server_.emplace(*backend_);
  executor_.emplace(io_.get_executor(), scenario(), Executor::Cast{*client_, *server_, recorder_},
                    scale());
  note_resources();
  auto const in_time = co_await executor_->run(net::Deadline::in(watchdog()));
  if (!in_time) {
    failure_ = "the case's watchdog ended it";
  }
  // The proxy must let go of the servers when the client leaves: monitors look at how.
  journal::Event event;
  event.mutable_note()->set_text(std::string(reports::kClientLeft));
  recorder_.append(event, Clock::now());
  co_await client_->leave();
  auto const gone = [this] { return backend_->open_connections() == 0; };
  (void)co_await backend_->changed().wait(gone, net::Deadline::in(farewell()));
  note_resources();
}

/// Only where no other case uses the proxy meanwhile, and only of a proxy that is no part of us.
void Case::note_resources() {
  if (!scenario().exclusive() || surroundings_.proxy_group == 0) {
    return;
  }
  if (auto const usage = targets::usage_of_group(surroundings_.proxy_group)) {
    journal::Event event;
    event.mutable_resources()->set_processes(usage->processes);
    event.mutable_resources()->set_descriptors(usage->descriptors);
    event.mutable_resources()->set_resident(usage->resident);
    recorder_.append(event, Clock::now());
  }
}

/// How long to wait for what the proxy has left open: where that is judged, until it can be.
Duration Case::farewell() const {
  auto const judged =
      surroundings_.target.topology != Topology::http_front && !reports::disturbs(scenario());
  auto const patience = std::chrono::duration<double>(reports::kPatienceToClose + 0.5) * scale();
  return judged ? std::chrono::duration_cast<Duration>(patience) : kFarewell;
}

/// Notes how late this thread is, and ends the case when the run is stopped.
net::Task<> Case::watch(net::TaskScope& scope) {
  for (;;) {
    auto const due = Clock::now() + kTick;
    (void)co_await net::sleep_until(net::Deadline(due));
    auto const now = Clock::now();
    if (now - due > kNoticeableLag) {
      journal::Event event;
      event.set_source(journal::v1::HARNESS);
      event.mutable_note()->set_text("the harness was late");
      event.mutable_note()->set_lag_ms(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::milliseconds>(now - due).count()));
      recorder_.append(event, now);
    }
    if (stop_ != 0 || (proxy_died_ != nullptr && *proxy_died_)) {
      interrupted_ = true;
      scope.cancel();
      co_return;
    }
  }
}

net::Task<> Case::strike() {
  for (auto* dispatcher : {surroundings_.server_legs, surroundings_.upstream}) {
    if (dispatcher == nullptr) {
      continue;
    }
    for (auto const& key : routed_) {
      dispatcher->unroute(key);
    }
    if (order_.alone) {
      dispatcher->route_all(nullptr);
    }
  }
  if (client_) {
    co_await client_->stop();
  }
  if (offloader_) {
    co_await offloader_->stop();
  }
  if (forward_proxy_) {
    co_await forward_proxy_->stop();
  }
  if (proxy_) {
    co_await proxy_->stop();
  }
  if (backend_) {
    co_await backend_->stop();
  }
}

void Case::tell_start() {
  journal::Event event;
  auto* started = event.mutable_started();
  started->set_scenario(scenario().id());
  started->set_topology(topology_of(surroundings_.target));
  started->set_seed(surroundings_.seed);
  started->set_version(surroundings_.tool_version);
  started->set_timeout_scale(scale());
  for (auto const& [name, value] : surroundings_.target.facts.given) {
    (*started->mutable_facts())[name] = value;
  }
  recorder_.append(event, recorder_.start());
}

Result<void> Case::raise_backend() {
  auto config = backend_config(surroundings_, order_);
  config.payload_key = recorder_.digest_key();
  auto const shared = surroundings_.server_legs != nullptr;
  if (shared) {
    config.ports.clear();
  }
  backend_.emplace(io_.get_executor(), config, &recorder_);
  if (auto started = backend_->start(); !started) {
    return started;
  }
  auto const& closed = scenario().server().closed_ports();
  for (std::size_t i = 0; i < kServiceNames.size(); ++i) {
    auto const& [name, service] = kServiceNames[i];
    auto const at = backend_->ports().find(service);
    ports_[name] =
        at != backend_->ports().end() ? at->second : surroundings_.target.backend_ports[i];
    if (shared && std::find(closed.begin(), closed.end(), name) != closed.end()) {
      ports_[name] = unserved_port(surroundings_.target);  // the real one serves other cases
    }
  }
  reserve_closed_ports();
  if (shared && order_.alone) {
    surroundings_.server_legs->route_all(to_backend());
  }
  return {};
}

/// A service that must not listen gets a port that nobody else can have: bound, and no listener.
void Case::reserve_closed_ports() {
  for (auto const& [name, service] : kServiceNames) {
    auto const free = uses_free_ports(surroundings_.target) || ports_[name] == 0;
    if (!backend_->ports().contains(service) && free) {
      using net::asio::ip::tcp;
      boost::system::error_code error;
      auto const address = net::asio::ip::make_address(backend_->config().bind, error);
      auto& held = closed_ports_.emplace_back(io_);
      held.open(tcp::endpoint(address, 0).protocol(), error);
      held.bind(tcp::endpoint(address, 0), error);
      ports_[name] = error ? std::uint16_t{1} : held.local_endpoint(error).port();
    }
  }
}

Result<void> Case::raise_proxy() {
  auto const topology = surroundings_.target.topology;
  if (topology != Topology::embedded && topology != Topology::http_front) {
    return {};
  }
  auto config = proxy_config(surroundings_, order_, ports_);
  if (!config) {
    return tl::unexpected(config.error());
  }
  if (topology == Topology::http_front) {
    config->observer = &recorder_;
    config->lender = lender();
    config->number_of = [this](VirtualConnectionCookie const& cookie) {
      return backend_->number_of(cookie);
    };
    for (auto const& [service, port] : ports_) {
      config->servers.push_back({server_name(surroundings_, order_), port, "127.0.0.1", port});
    }
  }
  proxy_.emplace(std::move(*config));
  auto started = proxy_->start(io_.get_executor());
  recorder_.parameter("ProxyLoads", started ? "true" : to_string(started.error()), Clock::now());
  if (!started && !scenario().proxy().refuses_to_load()) {
    return started;
  }
  if (topology == Topology::http_front) {
    route_upstream();
  }
  return {};
}

void Case::route_upstream() {
  auto const executor = io_.get_executor();
  Receiver const receiver = [this, executor](net::Handover handover, std::size_t) {
    net::asio::post(executor, [this, handover = std::move(handover)]() mutable {
      proxy_->adopt(std::move(handover));
    });
  };
  if (order_.alone) {
    surroundings_.upstream->route_all(receiver);
    return;
  }
  routed_.push_back(server_name(surroundings_, order_));
  surroundings_.upstream->route(routed_.back(), receiver);
}

/// A front may go on with another case's request on a connection that carried one of ours.
proxy::Lender Case::lender() const {
  proxy::Lender lender;
  auto const name = server_name(surroundings_, order_);
  auto const alone = order_.alone;
  lender.is_ours = [name, alone](std::string const& target) {
    return alone || server_name_of(target) == name;
  };
  lender.over_tls = !surroundings_.target.upstream_tls.empty();
  auto* const dispatcher = surroundings_.upstream;
  lender.take_back = [dispatcher](net::Handover handover) {
    dispatcher->take_back(std::move(handover), 0);
  };
  return lender;
}

Receiver Case::to_backend() {
  auto const executor = io_.get_executor();
  return [this, executor](net::Handover handover, std::size_t listener) {
    net::asio::post(executor, [this, listener, handover = std::move(handover)]() mutable {
      backend_->adopt(std::move(handover), kServiceNames[listener].second);
    });
  };
}

Result<void> Case::raise_offloader() {
  target_ = client_target(surroundings_, order_, ports_);
  if (surroundings_.target.topology == Topology::embedded) {
    target_.tls.ca_pem = surroundings_.certificate.certificate_pem;
    target_.certificate = surroundings_.certificate;
    target_.server_name = server_name(surroundings_, order_);
    for (auto const& endpoint : proxy_->endpoints()) {
      auto const origin =
          actors::Origin{endpoint.address, endpoint.port, endpoint.scheme == proxy::Scheme::https};
      (origin.tls ? target_.tls_in : target_.in) = origin;
      (origin.tls ? target_.tls_out : target_.out) = origin;
    }
    if (proxy_->endpoints().empty()) {
      target_.in = target_.out = {"127.0.0.1", 1, false};
    }
  }
  if (proxy_ && asks_for_credentials(scenario().proxy())) {
    target_.credentials = test_credentials(scenario().proxy());
  }
  if (!scenario().client().offload_tls()) {
    return {};
  }
  net::ConnectOptions to(target_.in.host, target_.in.port);
  to.resolve = target_.resolve;
  offloader_.emplace(io_.get_executor(), to);
  auto started = offloader_->start(surroundings_.certificate);
  if (started) {
    target_.tls_in = target_.tls_out = {"127.0.0.1", offloader_->port(), true};
    target_.tls.ca_pem = surroundings_.certificate.certificate_pem;
    target_.tls.ca_file.clear();
    target_.tls.server_name.clear();
  }
  return started;
}

Result<void> Case::raise_forward_proxy() {
  auto const& form = scenario().client().forward_proxy();
  if (form.empty()) {
    return {};
  }
  auto const target = form == "absolute-form" ? ForwardProxy::Target::as_it_stands
                                              : ForwardProxy::Target::origin_form;
  forward_proxy_.emplace(io_.get_executor(), target, target_.resolve);
  auto started = forward_proxy_->start();
  if (started) {
    target_.forward_proxy = actors::Origin{"127.0.0.1", forward_proxy_->port(), false};
  }
  return started;
}

void Case::raise_client() {
  actors::ClientOptions options;
  options.target = target_;
  options.conduct = scenario().client();
  options.seed = seed_of(surroundings_.seed, order_);
  options.payload_key = recorder_.digest_key();
  options.on_v1 = [this](std::uint32_t number, actors::V1Expected expected) {
    expected == actors::V1Expected::next ? backend_->expect_v1(number)
                                         : backend_->expect_v1_no_more(number);
  };
  client_.emplace(io_.get_executor(), options, recorder_,
                  [this](VirtualConnectionCookie const& cookie, std::uint32_t number) {
                    attribute(cookie, number);
                  });
}

void Case::attribute(VirtualConnectionCookie const& cookie, std::uint32_t number) {
  backend_->expect(cookie, number);
  if (surroundings_.server_legs == nullptr) {
    return;
  }
  routed_.push_back(to_hex(cookie));
  surroundings_.server_legs->route(routed_.back(), to_backend());
}

Duration Case::watchdog() const {
  auto const own = actors::to_duration(scenario().watchdog());
  Duration const floor = kWatchdogFloor;
  auto const bound =
      own > Duration::zero() ? own : floor + 3 * loader::expected_duration(scenario());
  return std::chrono::duration_cast<Duration>(bound * scale());
}

void Case::finish() {
  journal::Event event;
  event.mutable_finished()->set_interrupted(interrupted_);
  event.mutable_finished()->set_error(failure_);
  recorder_.append(event, Clock::now());
  recorder_.flush();
}

}  // namespace

CaseOutcome run_case(Surroundings const& surroundings,
                     CaseOrder const& order,
                     std::atomic<int> const& stop,
                     std::atomic<bool> const* proxy_died) {
  CaseOutcome outcome;
  std::error_code ignored;
  std::filesystem::create_directories(order.directory, ignored);
  outcome.journal = order.directory / "journal.bin";
  std::filesystem::remove(outcome.journal, ignored);
  Case(surroundings, order, outcome.journal, stop, proxy_died).play();
  reports::JudgeOptions options;
  options.rerun = order.rerun;
  options.strict = surroundings.strict;
  options.lag_is_error = order.retry;
  options.lag_threshold_ms = order.retry ? kWorstLagMs : options.lag_threshold_ms;
  outcome.judgement =
      reports::judge(*order.scenario, outcome.journal, surroundings.registry, options);
  return outcome;
}

}  // namespace rpchspec::engine
