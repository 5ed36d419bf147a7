#include "harness/engine/local_servers.hpp"

#include <algorithm>
#include <utility>

#include "harness/engine/case_place.hpp"

namespace rpchspec::engine {

namespace scn = scenario::v1;

LocalServers::LocalServers(net::asio::io_context& io,
                           Surroundings const& surroundings,
                           CaseOrder const& order,
                           journal::Recorder& recorder)
    : io_(io),
      surroundings_(surroundings),
      order_(order),
      recorder_(recorder),
      faults_(io.get_executor(), faults::Actor::server, hooks()) {}

faults::FaultHooks LocalServers::hooks() {
  faults::FaultHooks hooks;
  hooks.set_recycle_out_at = [this](std::optional<std::uint32_t> bytes) {
    backend_->set_recycle_out_at(bytes ? bytes : usual_config().session.recycle_out_at);
  };
  return hooks;
}

net::Task<Result<ServersPlace>> LocalServers::raise() {
  place_.server_name = server_name(surroundings_, order_);
  auto const unlisted = targets::asks_for_refused(*order_.scenario, surroundings_.target);
  auto const raised = unlisted ? raise_unlisted(*unlisted) : raise_where_listed();
  if (!raised) {
    co_return tl::unexpected(raised.error());
  }
  reserve_closed_ports();
  if (is_shared() && order_.alone) {
    surroundings_.server_legs->route_all(to_backend());
  }
  co_return place_;
}

Result<void> LocalServers::raise_at(backend::BackendConfig config) {
  if (faults::may_fault(*order_.scenario, faults::Actor::server)) {
    config.watch = &faults_.watch();
  }
  actor_.reset();
  backend_.emplace(io_.get_executor(), std::move(config), &recorder_);
  actor_.emplace(*backend_, faults_);
  auto started = backend_->start();
  find_ports();
  return started;
}

Result<void> LocalServers::raise_where_listed() {
  auto config = usual_config();
  if (is_shared()) {
    config.advertised = std::exchange(config.ports, {});
  }
  return raise_at(config);
}

/// Where the proxy's own rule does not let it connect, we listen all the same: a proxy that passes
/// over its rule shall be seen.
Result<void> LocalServers::raise_unlisted(targets::Refused what) {
  return what == targets::Refused::server ? raise_unlisted_server() : raise_unlisted_port(what);
}

Result<void> LocalServers::raise_unlisted_server() {
  auto config = usual_config();
  if (targets::is_on_loopback(surroundings_.target)) {
    config.bind = place_.server_name = loopback_address(order_.number);
  } else {
    auto const bound = targets::bound_address(surroundings_.target);
    place_.server_name = bound.empty() ? surroundings_.own_address : bound;
    config.ports.clear();
  }
  auto const& rule = surroundings_.target.facts.valid_ports;
  auto const port = Port(surroundings_.target.backend_ports.front());
  if (!rule || rule->allows(place_.server_name, port)) {
    return fail({ErrorCode::bad_value, 0, "valid_ports", "",
                 "the stated rule lists " + place_.server_name + ", our only other name"});
  }
  return raise_at(config);
}

/// The Store, and nothing else, on a port that is not listed: one of the usual ones, or another.
Result<void> LocalServers::raise_unlisted_port(targets::Refused what) {
  auto const& target = surroundings_.target;
  auto config = usual_config();
  config.bind = target.backend_bind == "auto" ? surroundings_.own_address : target.backend_bind;
  Result<void> raised = fail({ErrorCode::bad_value, 0, "valid_ports", "",
                              "the stated rule lists every such port of " + place_.server_name});
  auto const& rule = target.facts.valid_ports;
  auto const ports =
      rule ? targets::refused_ports(*rule, place_.server_name, what) : std::vector<std::uint16_t>();
  for (auto const port : ports) {
    auto const& usual = target.backend_ports;
    auto const served = is_shared() && std::find(usual.begin(), usual.end(), port) != usual.end();
    config.ports.clear();
    if (!served) {
      config.ports[backend::Listening::store] = port;
    }
    raised = raise_at(config);
    if (raised) {
      place_.ports["store"] = port;
      break;
    }
  }
  return raised;
}

backend::BackendConfig LocalServers::usual_config() const {
  auto config = backend_config(surroundings_, order_);
  config.payload_key = recorder_.digest_key();
  return config;
}

bool LocalServers::is_shared() const {
  return surroundings_.server_legs != nullptr;
}

void LocalServers::find_ports() {
  auto const& closed = order_.scenario->server().closed_ports();
  for (std::size_t i = 0; i < kServiceNames.size(); ++i) {
    auto const& [name, service] = kServiceNames[i];
    auto const at = backend_->ports().find(service);
    auto const stated = stated_port(surroundings_.target, i);
    if (at == backend_->ports().end() && !stated) {
      continue;
    }
    place_.ports[name] = at != backend_->ports().end() ? at->second : *stated;
    auto const is_foreign = surroundings_.target.topology == targets::Topology::live;
    if ((is_shared() || is_foreign) &&
        std::find(closed.begin(), closed.end(), name) != closed.end()) {
      place_.ports[name] = unserved_port(surroundings_.target);  // the real one serves other cases
    }
  }
}

/// A service that must not listen gets a port that nobody else can have: bound, and no listener.
void LocalServers::reserve_closed_ports() {
  for (auto const& [name, service] : kServiceNames) {
    if (!place_.ports.contains(name)) {
      continue;
    }
    auto& port = place_.ports[name];
    auto const free = uses_free_ports(surroundings_.target) || port == 0;
    if (!backend_->ports().contains(service) && free) {
      using net::asio::ip::tcp;
      boost::system::error_code error;
      auto const address = net::asio::ip::make_address(backend_->config().bind, error);
      auto& held = closed_ports_.emplace_back(io_);
      held.open(tcp::endpoint(address, 0).protocol(), error);
      held.bind(tcp::endpoint(address, 0), error);
      port = error ? std::uint16_t{1} : held.local_endpoint(error).port();
    }
  }
}

Receiver LocalServers::to_backend() {
  auto const executor = io_.get_executor();
  return [this, executor](net::Handover handover, std::size_t listener) {
    net::asio::post(executor, [this, listener, handover = std::move(handover)]() mutable {
      backend_->adopt(std::move(handover), kServiceNames[listener].second);
    });
  };
}

void LocalServers::expect(VirtualConnectionCookie const& cookie, std::uint32_t number) {
  backend_->expect(cookie, number);
  if (surroundings_.server_legs != nullptr) {
    routed_.push_back(to_hex(cookie));
    surroundings_.server_legs->route(routed_.back(), to_backend());
  }
}

void LocalServers::expect_v1(std::uint32_t number) {
  backend_->expect_v1(number);
}

void LocalServers::expect_v1_no_more(std::uint32_t number) {
  backend_->expect_v1_no_more(number);
}

net::Task<> LocalServers::announced() {
  co_return;
}

net::Task<> LocalServers::caught_up() {
  co_return;
}

net::Task<Result<void>> LocalServers::act(scn::Step const& step, net::Deadline deadline) {
  auto const vc = std::max(step.vc(), 1U);
  switch (step.action_case()) {
    case scn::Step::kServerSend:
      co_return co_await actor_->send(vc, step.server_send(), deadline);
    case scn::Step::kServerClose:
      co_return co_await actor_->close(vc, step.server_close(), deadline);
    case scn::Step::kServerAck:
      co_return co_await actor_->ack(vc, step.server_ack(), deadline);
    case scn::Step::kServerRecycle:
      co_return co_await actor_->recycle(vc, step.server_recycle(), deadline);
    case scn::Step::kServerRelease:
      co_return co_await actor_->release(vc, step.server_release(), deadline);
    case scn::Step::kServerReading:
      co_return co_await actor_->reading(vc, step.server_reading(), deadline);
    case scn::Step::kServerFault:
      co_return co_await actor_->fault(vc, step.server_fault(), deadline);
    default:
      co_return fail({ErrorCode::not_supported, 0, "", "", "a step that no server does"});
  }
}

net::Task<> LocalServers::left(net::Deadline deadline) {
  auto const gone = [this] { return backend_->open_connections() == 0; };
  (void)co_await backend_->changed().wait(gone, deadline);
}

net::Task<> LocalServers::strike() {
  // The dispatcher outlives us: nothing may be handed here any more.
  if (auto* const dispatcher = surroundings_.server_legs; dispatcher != nullptr) {
    for (auto const& key : routed_) {
      dispatcher->unroute(key);
    }
    if (order_.alone) {
      dispatcher->route_all(nullptr);
    }
  }
  if (backend_) {
    co_await backend_->stop();
  }
  co_await faults_.stop();
}

Result<void> LocalServers::complete(std::filesystem::path const& /*journal*/) {
  return {};
}

}  // namespace rpchspec::engine
