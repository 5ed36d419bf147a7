#include "harness/engine/case_world.hpp"

#include <set>

#include "harness/engine/case_place.hpp"
#include "harness/engine/case_proxy.hpp"
#include "harness/engine/tls_upstream.hpp"
#include "net/address.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::engine {

using targets::Topology;

namespace {

/// What the affinity monitor has to know (reports::kUpstreams). Behind TLS of ours the connections
/// come to the dispatcher's own ports, and several addresses may have one port.
std::string upstreams_told(std::vector<targets::Address> const& known,
                           std::vector<std::uint16_t> const& ports,
                           bool over_tls) {
  auto const apart = std::set(ports.begin(), ports.end()).size() == ports.size();
  std::string text;
  for (std::size_t i = 0; i < known.size() && i < ports.size(); ++i) {
    auto const end = ":" + std::to_string(ports[i]);
    auto const port = over_tls ? ":" + std::to_string(known[i].port) : end;
    text += text.empty() ? "" : ";";
    text += apart ? end : known[i].host + end;
    text.append(" ").append(known[i].host).append(port);
  }
  return text;
}

}  // namespace

CaseWorld::CaseWorld(net::asio::io_context& io,
                     Surroundings const& surroundings,
                     CaseOrder const& order,
                     Servers& servers,
                     journal::Recorder& recorder)
    : io_(io), surroundings_(surroundings), order_(order), servers_(servers), recorder_(recorder) {}

Result<void> CaseWorld::raise(ServersPlace const& at) {
  servers_at_ = "127.0.0.1";
  if (surroundings_.elsewhere != nullptr && surroundings_.target.topology == Topology::http_front) {
    servers_at_ = at.server_name;  // the name that the front sees is ours to make up
  } else {
    order_.server_name = at.server_name;
  }
  ports_ = at.ports;
  for (auto const each : {&CaseWorld::raise_proxy, &CaseWorld::raise_offloaders,
                          &CaseWorld::raise_forward_proxy, &CaseWorld::raise_client}) {
    if (auto raised = (this->*each)(); !raised) {
      return raised;
    }
  }
  return {};
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
      auto const known = numbers_.find(cookie);
      return known == numbers_.end() ? 0U : known->second;
    };
  }
  config->servers = servers_of_case();
  config->unmapped = proxy::Unmapped::unreachable;
  proxy_.emplace(std::move(*config));
  auto started = proxy_->start(io_.get_executor());
  recorder_.parameter("ProxyLoads", started ? "true" : to_string(started.error()), Clock::now());
  if (!started && !scenario().proxy().refuses_to_load()) {
    return started;
  }
  return topology == Topology::http_front ? route_upstream() : Result<void>();
}

/// All that a proxy of ours connects to, whatever a scenario names.
std::vector<proxy::ServerOverride> CaseWorld::servers_of_case() const {
  auto const own = server_name(surroundings_, order_);
  std::vector<proxy::ServerOverride> servers;
  for (auto const& [service, port] : ports_) {
    if (surroundings_.target.topology == Topology::http_front) {
      servers.push_back({own, port, servers_at_, port});
      continue;
    }
    servers.push_back({own, port, own, port});
    if (net::is_loopback(own)) {
      for (auto const* name : {"localhost", "127.0.0.1", "::1"}) {
        servers.push_back({name, port, name, port});
      }
    }
  }
  return servers;
}

Result<void> CaseWorld::route_upstream() {
  auto const& target = surroundings_.target;
  if (target.upstream_listen.size() > 1) {
    auto const told = upstreams_told(target.upstream_listen, surroundings_.upstream->ports(),
                                     !target.upstream_tls.empty());
    recorder_.parameter(std::string(reports::kUpstreams), told, Clock::now());
  }
  auto const executor = io_.get_executor();
  Receiver const receiver = [this, executor](net::Handover handover, std::size_t) {
    net::asio::post(executor, [this, handover = std::move(handover)]() mutable {
      proxy_->adopt(std::move(handover));
    });
  };
  if (order_.alone) {
    surroundings_.upstream->route_all(receiver);
    return negotiate();
  }
  if (scenario().proxy().alpn_size() != 0) {
    return fail({ErrorCode::bad_value, 0, "alpn", "", "a case that says it has to be exclusive"});
  }
  routed_.push_back(server_name(surroundings_, order_));
  surroundings_.upstream->route(routed_.back(), receiver);
  return {};
}

/// TLS is agreed on before anybody can tell whose a connection is: the case has all of them.
Result<void> CaseWorld::negotiate() {
  auto const& names = scenario().proxy().alpn();
  if (names.empty() || surroundings_.tls_upstream == nullptr) {
    return {};
  }
  auto const executor = io_.get_executor();
  return surroundings_.tls_upstream->negotiate(
      {names.begin(), names.end()}, [this, executor](net::TlsSummary const& summary) {
        journal::Event event;
        event.set_source(journal::v1::UPSTREAM);
        event.mutable_tls()->set_version(summary.version);
        event.mutable_tls()->set_cipher(summary.cipher);
        event.mutable_tls()->set_alpn(summary.alpn);
        net::asio::post(executor,
                        [this, event]() mutable { recorder_.append(event, Clock::now()); });
      });
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

/// Where the client finds our proxy: on ports that the system picked.
void CaseWorld::find_embedded_proxy() {
  target_.tls.ca_pem = surroundings_.certificates.own.certificate_pem;
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
  target_.tls.ca_pem = surroundings_.certificates.own.certificate_pem;
  target_.tls.ca_file.clear();
  target_.tls.server_name.clear();
  return started;
}

/// Each node has one of its own.
Result<void> CaseWorld::raise_offloader_of(actors::Origin const& plain, actors::Origin& secure) {
  net::ConnectOptions to(plain.host, plain.port);
  to.resolve = target_.resolve;
  auto& offloader = offloaders_.emplace_back(io_.get_executor(), to);
  auto started = offloader.start(surroundings_.certificates.own);
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
  ForwardReach reach(actors::authorities_of(target_), target_.resolve);
  forward_proxy_.emplace(
      io_.get_executor(), target, std::move(reach),
      [this](std::string const& why) { recorder_.note(journal::v1::HARNESS, why, Clock::now()); });
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
  options.faults = faults::may_fault(scenario(), faults::Actor::client);
  options.on_v1 = [this](std::uint32_t number, actors::V1Expected expected) {
    expected == actors::V1Expected::next ? servers_.expect_v1(number)
                                         : servers_.expect_v1_no_more(number);
  };
  if (surroundings_.elsewhere != nullptr) {
    options.announced = [this] { return servers_.announced(); };
  }
  client_.emplace(io_.get_executor(), options, recorder_,
                  [this](VirtualConnectionCookie const& cookie, std::uint32_t number) {
                    attribute(cookie, number);
                  });
  return {};
}

void CaseWorld::attribute(VirtualConnectionCookie const& cookie, std::uint32_t number) {
  numbers_[cookie] = number;
  servers_.expect(cookie, number);
}

/// The dispatcher outlives us: nothing may be handed here any more.
void CaseWorld::unroute() {
  auto* const dispatcher = surroundings_.upstream;
  if (dispatcher == nullptr) {
    return;
  }
  for (auto const& key : routed_) {
    dispatcher->unroute(key);
  }
  if (order_.alone) {
    dispatcher->route_all(nullptr);
  }
  if (surroundings_.tls_upstream != nullptr && scenario().proxy().alpn_size() != 0) {
    static_cast<void>(surroundings_.tls_upstream->negotiate({}, nullptr));
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
}

}  // namespace rpchspec::engine
