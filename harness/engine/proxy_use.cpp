#include "harness/engine/proxy_use.hpp"

#include "harness/actors/way_to_proxy.hpp"
#include "harness/engine/case_place.hpp"
#include "net/asio.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

actors::ClientTarget target_of(Surroundings const& surroundings) {
  auto const& target = surroundings.target;
  std::map<std::string, std::uint16_t> ports;
  for (std::size_t i = 0; i < kServiceNames.size(); ++i) {
    if (auto const port = stated_port(target, i)) {
      ports[kServiceNames[i].first] = *port;
    }
  }
  scenario::v1::Scenario const any;
  CaseOrder order;
  order.scenario = &any;
  auto client = client_target(surroundings, order, ports);
  auto const& proxy = *target.forward_proxy;
  client.forward_proxy = actors::Origin{proxy.host, proxy.port, false};
  return client;
}

}  // namespace

Result<session::ProxyUse> determine_proxy_use(Surroundings const& surroundings) {
  auto const target = target_of(surroundings);
  Result<session::ProxyUse> found;
  net::asio::io_context io;
  auto determine = [&]() -> net::Task<> {
    found = co_await actors::determine_proxy_use(target, net::Deadline::in(kPatience));
  };
  net::asio::co_spawn(io, determine(), [](std::exception_ptr error) {
    if (error) {
      std::rethrow_exception(error);
    }
  });
  io.run();
  return found;
}

}  // namespace rpchspec::engine
