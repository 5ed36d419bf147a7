#include "mock_backend/services.hpp"

#include "mock_backend/interface_table.hpp"
#include "net/asio.hpp"

namespace rpchspec::backend {
namespace {

Service service_of(Listening service) {
  switch (service) {
    case Listening::store:
      return Service::Store;
    case Listening::referral:
    case Listening::referral_tcp:
      return Service::Referral;
    case Listening::address_book:
      return Service::AddressBook;
    case Listening::script:
      return Service::Script;
    case Listening::mapper:
      return Service::EndpointMapper;
  }
  return Service::Store;
}

std::string_view annotation_of(Service service) {
  switch (service) {
    case Service::Store:
      return "Exchange Store";
    case Service::Referral:
      return "Exchange Referral";
    case Service::AddressBook:
      return "Exchange Address Book";
    case Service::Script:
    case Service::EndpointMapper:
      return "";
  }
  return "";
}

/// All zero where a tower has no room for it (IPv6) or we listen on every one: the client has just
/// used the address.
std::array<std::uint8_t, 4> tower_address(std::string const& bind) {
  boost::system::error_code error;
  return net::asio::ip::make_address_v4(bind, error).to_bytes();
}

/// The mapper itself is where it is known to be, and nobody can say what a script serves.
std::vector<Endpoint> endpoints_of(BackendConfig const& config) {
  std::vector<Endpoint> all;
  for (auto const& [listening, port] : config.advertised) {
    RuntimeEnvironment there;
    there.service = service_of(listening);
    there.placement = config.placement;
    if (there.service == Service::EndpointMapper) {
      continue;
    }
    for (auto const* interface : registered_interfaces(there)) {
      auto const transport = listening == Listening::referral_tcp ? wire::TowerProtocol::tcp
                                                                  : wire::TowerProtocol::http;
      all.push_back({{interface->id, wire::kNdr, transport, port, tower_address(config.bind)},
                     std::string(annotation_of(there.service))});
    }
  }
  return all;
}

}  // namespace

RpcRuntime make_runtime(BackendConfig const& config,
                        Listening service,
                        RpcTransport transport,
                        std::shared_ptr<AssociationGroups> groups) {
  RuntimeEnvironment environment;
  environment.service = service_of(service);
  environment.placement = config.placement;
  environment.transport = transport;
  environment.server_name = config.server_fqdn;
  environment.global_catalog_name = config.global_catalog;
  environment.server_dn = config.server_dn;
  environment.max_frag = config.max_fragment;
  environment.longest_wait = config.longest_wait;
  environment.script = config.script;
  environment.groups = std::move(groups);
  if (environment.service == Service::EndpointMapper) {
    environment.endpoints = endpoints_of(config);
  }
  return RpcRuntime(std::move(environment));
}

}  // namespace rpchspec::backend
