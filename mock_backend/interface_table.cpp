#include "mock_backend/interface_table.hpp"

#include <algorithm>

#include "mock_backend/script.hpp"

namespace rpchspec::backend {

Operation const* Interface::find(std::uint16_t opnum) const {
  auto const found = std::ranges::find(operations, opnum, &Operation::opnum);
  return found == operations.end() ? nullptr : &*found;
}

std::vector<Interface const*> registered_interfaces(RuntimeEnvironment const& environment) {
  switch (environment.service) {
    case Service::Store:
      return {&store_interface(), &async_store_interface()};
    case Service::Referral:
      if (environment.placement == Placement::CoLocated) {
        return {};
      }
      return {&referral_interface()};
    case Service::AddressBook:
      return {&address_book_interface()};
    case Service::EndpointMapper:
      return {&mapper_interface()};
    case Service::Script:
      return {};
  }
  return {};
}

Interface const& scripted_interface() {
  static constexpr Interface kInterface{{}, "script", {}};
  return kInterface;
}

Interface const* find_interface(RuntimeEnvironment const& environment,
                                wire::SyntaxId const& asked) {
  auto const* script = environment.service == Service::Script ? environment.script.get() : nullptr;
  if (script != nullptr && script->names(asked)) {
    return &scripted_interface();
  }
  auto const serves = [&](Interface const& offered) {
    return offered.id.uuid == asked.uuid && offered.id.major_version() == asked.major_version() &&
           offered.id.minor_version() >= asked.minor_version();
  };
  for (auto const* offered : registered_interfaces(environment)) {
    if (serves(*offered)) {
      return offered;
    }
  }
  if (serves(mgmt_interface())) {
    return &mgmt_interface();
  }
  return script != nullptr && script->serves(asked) ? &scripted_interface() : nullptr;
}

}  // namespace rpchspec::backend
