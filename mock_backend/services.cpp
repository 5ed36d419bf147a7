#include "mock_backend/services.hpp"

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
  }
  return Service::Store;
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
  return RpcRuntime(std::move(environment));
}

}  // namespace rpchspec::backend
