// The endpoint mapper (C706 appendix O): which interface is on which port, of what really listens.
// Nobody registers here, so that the calls that would are out of range.

#include <algorithm>

#include "mock_backend/interface_table.hpp"

namespace rpchspec::backend {

namespace {

using wire::EptInquiry;
using wire::EptVersions;

/// One portion of what a lookup found.
struct Portion {
  std::size_t first = 0;
  std::size_t count = 0;
  wire::ContextHandle handle{};  // for the next one; zero: there is none
};

/// Behind what the calls before with this handle told. A handle ends with the last element.
std::variant<Portion, CallFault> portion_of(std::size_t found,
                                            Association& association,
                                            wire::ContextHandle const& handle,
                                            std::uint32_t most) {
  constexpr auto kKind = HandleKind::EndpointLookup;
  if (!handle.is_nil() && !association.is_open(kKind, handle)) {
    return CallFault{wire::kNcaFaultContextMismatch};
  }
  Portion portion;
  portion.first = std::min(association.told(handle), found);
  portion.count = std::min<std::size_t>(most, found - portion.first);
  if (portion.first + portion.count == found) {
    association.close(kKind, handle);
    return portion;
  }
  auto const next = handle.is_nil() ? association.open(kKind) : handle;
  if (!next) {
    return CallFault{wire::kNcaFaultRemoteNoMemory};
  }
  association.set_told(*next, portion.first + portion.count);
  portion.handle = *next;
  return portion;
}

template <class Matches>
std::vector<Endpoint const*> found_in(CallContext const& context, Matches matches) {
  std::vector<Endpoint const*> found;
  for (auto const& endpoint : context.environment.endpoints) {
    if (matches(endpoint)) {
      found.push_back(&endpoint);
    }
  }
  return found;
}

/// `tell` puts one element into the response.
template <class Response, class Tell>
CallOutcome answer(std::vector<Endpoint const*> const& found,
                   CallContext& context,
                   wire::ContextHandle const& handle,
                   std::uint32_t most,
                   Response& response,
                   Tell tell) {
  auto const portion = portion_of(found.size(), context.association, handle, most);
  if (auto const* fault = std::get_if<CallFault>(&portion)) {
    return *fault;
  }
  auto const& [first, count, next] = std::get<Portion>(portion);
  for (auto i = first; i < first + count; ++i) {
    tell(*found[i], wire::encode(wire::make_tower(found[i]->binding)));
  }
  response.entry_handle = next;
  response.status = first == found.size() ? wire::kEptNotRegistered : wire::kSuccess;
  return wire::encode_stub(response);
}

bool are_compatible(wire::SyntaxId const& has, wire::SyntaxId const& asked) {
  return has.major_version() == asked.major_version() &&
         has.minor_version() >= asked.minor_version();
}

bool is_version(wire::SyntaxId const& has, wire::SyntaxId const& asked, EptVersions versions) {
  switch (versions) {
    case EptVersions::all:
      return true;
    case EptVersions::compatible:
      return are_compatible(has, asked);
    case EptVersions::exact:
      return has.version == asked.version;
    case EptVersions::major:
      return has.major_version() == asked.major_version();
    case EptVersions::up_to:
      return has.major_version() < asked.major_version() ||
             (has.major_version() == asked.major_version() &&
              has.minor_version() <= asked.minor_version());
  }
  return false;
}

bool is_lawful(wire::EptLookup::Request const& request) {
  auto const type = static_cast<EptInquiry>(request.inquiry_type);
  auto const by_interface = type == EptInquiry::by_interface || type == EptInquiry::by_both;
  auto const by_object = type == EptInquiry::by_object || type == EptInquiry::by_both;
  auto const has_versions = request.vers_option >= static_cast<std::uint32_t>(EptVersions::all) &&
                            request.vers_option <= static_cast<std::uint32_t>(EptVersions::up_to);
  return request.inquiry_type <= static_cast<std::uint32_t>(EptInquiry::by_both) &&
         (!by_interface || (request.interface_id && has_versions)) &&
         (!by_object || request.object);
}

/// All elements have the nil object.
bool matches(Endpoint const& endpoint, wire::EptLookup::Request const& request) {
  auto const type = static_cast<EptInquiry>(request.inquiry_type);
  auto const& has = endpoint.binding.interface;
  if ((type == EptInquiry::by_object || type == EptInquiry::by_both) && !request.object->is_nil()) {
    return false;
  }
  auto const versions = static_cast<EptVersions>(request.vers_option);
  return (type != EptInquiry::by_interface && type != EptInquiry::by_both) ||
         (has.uuid == request.interface_id->uuid &&
          is_version(has, *request.interface_id, versions));
}

CallOutcome lookup(CallContext& context, wire::EptLookup::Request const& request) {
  wire::EptLookup::Response response;
  response.max_ents = request.max_ents;
  if (!is_lawful(request)) {
    response.status = wire::kEptCantPerformOp;
    return wire::encode_stub(response);
  }
  auto const found =
      found_in(context, [&](Endpoint const& endpoint) { return matches(endpoint, request); });
  return answer(found, context, request.entry_handle, request.max_ents, response,
                [&](Endpoint const& endpoint, Bytes octets) {
                  response.entries.push_back({{}, std::move(octets), endpoint.annotation});
                });
}

/// The asked port and address say nothing. An object that nobody registered gets those of the nil
/// one.
bool matches(wire::TowerBinding const& has, wire::TowerBinding const& asked) {
  return has.interface.uuid == asked.interface.uuid &&
         are_compatible(has.interface, asked.interface) &&
         has.transfer_syntax == asked.transfer_syntax && has.transport == asked.transport;
}

CallOutcome map(CallContext& context, wire::EptMap::Request const& request) {
  wire::EptMap::Response response;
  response.max_towers = request.max_towers;
  auto const tower = request.map_tower
                         ? wire::decode_tower(*request.map_tower)
                         : Result<wire::Tower>(fail({ErrorCode::bad_value, 0, "map_tower"}));
  if (!tower) {
    response.status = wire::kEptCantPerformOp;
    return wire::encode_stub(response);
  }
  auto const asked = wire::binding_of(*tower);
  auto const found = found_in(context, [&](Endpoint const& endpoint) {
    return asked && matches(endpoint.binding, *asked);
  });
  return answer(
      found, context, request.entry_handle, request.max_towers, response,
      [&](Endpoint const&, Bytes octets) { response.towers.emplace_back(std::move(octets)); });
}

CallOutcome lookup_handle_free(CallContext& context,
                               wire::EptLookupHandleFree::Request const& request) {
  auto const& handle = request.entry_handle;
  if (!handle.is_nil() && !context.association.close(HandleKind::EndpointLookup, handle)) {
    return CallFault{wire::kNcaFaultContextMismatch};
  }
  return wire::encode_stub(wire::EptLookupHandleFree::Response{});
}

constexpr Operation kOperations[] = {
    {wire::EptLookup::kOpnum, "ept_lookup", decoded<wire::EptLookup, lookup>},
    {wire::EptMap::kOpnum, "ept_map", decoded<wire::EptMap, map>},
    {wire::EptLookupHandleFree::kOpnum, "ept_lookup_handle_free",
     decoded<wire::EptLookupHandleFree, lookup_handle_free>},
};

}  // namespace

Interface const& mapper_interface() {
  static constexpr Interface kInterface{wire::kMapperInterface, "epm", kOperations};
  return kInterface;
}

}  // namespace rpchspec::backend
