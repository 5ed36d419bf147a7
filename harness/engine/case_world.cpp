#include "harness/engine/case_world.hpp"

#include <algorithm>

#include "harness/engine/case_place.hpp"

namespace rpchspec::engine {

using targets::Topology;

CaseWorld::CaseWorld(net::asio::io_context& io,
                     Surroundings const& surroundings,
                     CaseOrder const& order,
                     journal::Recorder& recorder)
    : io_(io), surroundings_(surroundings), order_(order), recorder_(recorder) {}

Result<void> CaseWorld::raise() {
  for (auto const each :
       {&CaseWorld::raise_backend, &CaseWorld::raise_proxy, &CaseWorld::raise_offloaders,
        &CaseWorld::raise_forward_proxy, &CaseWorld::raise_client}) {
    if (auto raised = (this->*each)(); !raised) {
      return raised;
    }
  }
  return {};
}

Result<void> CaseWorld::raise_backend() {
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
void CaseWorld::reserve_closed_ports() {
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

Result<void> CaseWorld::raise_proxy() {
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

void CaseWorld::route_upstream() {
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
proxy::Lender CaseWorld::lender() const {
  proxy::Lender lender;
  auto const name = server_name(surroundings_, order_);
  auto const alone = order_.alone;
  lender.is_ours = [name, alone](std::string const& target) {
    return alone || server_name_of(target) == name;
  };
  lender.over_tls = !surroundings_.target.upstream_tls.empty();
  lender.channel_binding = surroundings_.upstream_binding;
  auto* const dispatcher = surroundings_.upstream;
  lender.take_back = [dispatcher](net::Handover handover) {
    dispatcher->take_back(std::move(handover), 0);
  };
  return lender;
}

Receiver CaseWorld::to_backend() {
  auto const executor = io_.get_executor();
  return [this, executor](net::Handover handover, std::size_t listener) {
    net::asio::post(executor, [this, listener, handover = std::move(handover)]() mutable {
      backend_->adopt(std::move(handover), kServiceNames[listener].second);
    });
  };
}

/// Where the client finds our proxy: on ports that the system picked.
void CaseWorld::find_embedded_proxy() {
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

void CaseWorld::find_proxy() {
  target_ = client_target(surroundings_, order_, ports_);
  if (surroundings_.target.topology == Topology::embedded) {
    find_embedded_proxy();
  }
  if (proxy_ && asks_for_credentials(scenario().proxy())) {
    target_.credentials = test_credentials(scenario().proxy());
  }
}

Result<void> CaseWorld::raise_offloaders() {
  find_proxy();
  if (!scenario().client().offload_tls()) {
    return {};
  }
  auto started = raise_offloader_of(target_.in, target_.tls_in);
  if (started && target_.has_two_nodes()) {
    started = raise_offloader_of(target_.out, target_.tls_out);
  } else {
    target_.tls_out = target_.tls_in;
  }
  target_.tls.ca_pem = surroundings_.certificate.certificate_pem;
  target_.tls.ca_file.clear();
  target_.tls.server_name.clear();
  return started;
}

/// Each node has one of its own.
Result<void> CaseWorld::raise_offloader_of(actors::Origin const& plain, actors::Origin& secure) {
  net::ConnectOptions to(plain.host, plain.port);
  to.resolve = target_.resolve;
  auto& offloader = offloaders_.emplace_back(io_.get_executor(), to);
  auto started = offloader.start(surroundings_.certificate);
  if (started) {
    secure = {"127.0.0.1", offloader.port(), true};
  }
  return started;
}

Result<void> CaseWorld::raise_forward_proxy() {
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

Result<void> CaseWorld::raise_client() {
  actors::ClientOptions options;
  options.target = target_;
  options.conduct = client_conduct(surroundings_, order_);
  options.seed = seed_of(surroundings_, order_);
  options.payload_key = recorder_.digest_key();
  options.on_v1 = [this](std::uint32_t number, actors::V1Expected expected) {
    expected == actors::V1Expected::next ? backend_->expect_v1(number)
                                         : backend_->expect_v1_no_more(number);
  };
  client_.emplace(io_.get_executor(), options, recorder_,
                  [this](VirtualConnectionCookie const& cookie, std::uint32_t number) {
                    attribute(cookie, number);
                  });
  return {};
}

void CaseWorld::attribute(VirtualConnectionCookie const& cookie, std::uint32_t number) {
  backend_->expect(cookie, number);
  if (surroundings_.server_legs == nullptr) {
    return;
  }
  routed_.push_back(to_hex(cookie));
  surroundings_.server_legs->route(routed_.back(), to_backend());
}

/// The dispatchers outlive us: nothing may be handed here any more.
void CaseWorld::unroute() {
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
}

net::Task<> CaseWorld::strike() {
  unroute();
  if (client_) {
    co_await client_->stop();
  }
  for (auto& offloader : offloaders_) {
    co_await offloader.stop();
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

}  // namespace rpchspec::engine
