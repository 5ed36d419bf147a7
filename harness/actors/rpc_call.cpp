#include "harness/actors/rpc_call.hpp"

#include <algorithm>

#include "harness/loader/scenario_words.hpp"
#include "model/suggestion.hpp"
#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/tower.hpp"

namespace rpchspec::actors {
namespace {

constexpr std::uint16_t kServiceContext = 0;
constexpr std::uint16_t kMgmtContext = 1;

wire::SyntaxId interface_of(std::string const& service) {
  if (service == "referral") {
    return wire::kReferralInterface;
  }
  if (service == "mapper") {
    return wire::kMapperInterface;
  }
  return service == "address-book" ? wire::kAddressBookInterface : wire::kStoreInterface;
}

/// The Store by ncacn_http, as Outlook asks.
wire::EptMap::Request map_of_store() {
  wire::EptMap::Request parameters;
  parameters.map_tower = wire::encode(wire::make_tower({wire::kStoreInterface}));
  return parameters;
}

std::string hex(std::uint32_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "0x";
  for (auto shift = 28; shift >= 0; shift -= 4) {
    text += kDigits[value >> shift & 15];
  }
  return text;
}

Result<void> returned(std::uint32_t value, std::uint32_t success = wire::kSuccess) {
  if (value != success) {
    return fail({ErrorCode::unexpected, 0, "", "", "the call returned " + hex(value)});
  }
  return {};
}

/// Nothing, or why the first tower is not the Store's.
Result<void> maps_store(wire::EptMap::Response const& response) {
  if (response.status != wire::kSuccess) {
    return returned(response.status);
  }
  auto const has_one = !response.towers.empty() && response.towers.front().has_value();
  auto const tower = wire::decode_tower(has_one ? *response.towers.front() : Bytes());
  auto const found = tower ? wire::binding_of(*tower) : tl::unexpected(tower.error());
  if (!found) {
    return tl::unexpected(found.error());
  }
  if (found->interface != wire::kStoreInterface || found->port == 0) {
    return fail({ErrorCode::unexpected, 0, "ITowers", "C706 appendix O",
                 "a tower of something that was not asked for"});
  }
  return {};
}

}  // namespace

Bytes RpcCaller::bind() {
  wire::BindBody body;
  if (service_ == "mgmt") {
    body.contexts = {{kMgmtContext, wire::kMgmtInterface, {wire::kNdr}, std::nullopt, 0}};
    return wire::encode(wire::make_pdu(wire::Ptype::bind, call_id_, body));
  }
  body.contexts = {{kServiceContext, interface_of(service_), {wire::kNdr}, std::nullopt, 0},
                   {kMgmtContext, wire::kMgmtInterface, {wire::kNdr}, std::nullopt, 0}};
  return wire::encode(wire::make_pdu(wire::Ptype::bind, call_id_, body));
}

template <class Call>
Bytes RpcCaller::call(std::uint16_t context, typename Call::Request const& parameters) {
  auto const stub = wire::encode_stub(parameters);
  wire::RequestBody body;
  body.alloc_hint = static_cast<std::uint32_t>(stub.size());
  body.p_cont_id = context;
  body.opnum = Call::kOpnum;
  body.stub = stub;
  return wire::encode(wire::make_pdu(wire::Ptype::request, call_id_, body));
}

Result<Bytes> RpcCaller::request(std::string const& operation) {
  ++call_id_;
  operation_ = operation;
  if (operation == "bind") {
    return bind();
  }
  if (operation == "RfrGetNewDSA") {
    return call<wire::RfrGetNewDSA>(kServiceContext, {0, "/o=x/cn=user", {}, {true, std::nullopt}});
  }
  if (operation == "RfrGetFQDNFromServerDN") {
    return call<wire::RfrGetFQDNFromServerDN>(
        kServiceContext,
        {0, "/o=rpchspec/ou=Exchange Administrative Group/cn=Configuration/cn=Servers/cn=EXCH01"});
  }
  if (operation == "NspiBind") {
    return call<wire::NspiBind>(kServiceContext, {});
  }
  if (operation == "NspiUnbind") {
    return call<wire::NspiUnbind>(kServiceContext, {handle_, 0});
  }
  if (operation == "EcDoConnectEx") {
    wire::EcDoConnectEx::Request parameters;
    parameters.user_dn = "/o=x/cn=Recipients/cn=user";
    return call<wire::EcDoConnectEx>(kServiceContext, parameters);
  }
  if (operation == "EcDoDisconnect") {
    return call<wire::EcDoDisconnect>(kServiceContext, {handle_});
  }
  if (operation == "EcDummyRpc") {
    return call<wire::EcDummyRpc>(kServiceContext, {});
  }
  if (operation == "inq_if_ids") {
    return call<wire::MgmtInqIfIds>(kMgmtContext, {});
  }
  if (operation == "is_server_listening") {
    return call<wire::MgmtIsServerListening>(kMgmtContext, {});
  }
  if (operation == "ept_map") {
    return call<wire::EptMap>(kServiceContext, map_of_store());
  }
  if (operation == "ept_lookup") {
    return call<wire::EptLookup>(kServiceContext, {});
  }
  return fail(
      {ErrorCode::not_found, 0, "operation", "",
       "no operation '" + operation + "'" + model::suggestion(operation, loader::operations())});
}

bool RpcCaller::answers(ByteView pdu) const {
  auto const decoded = wire::decode_dcerpc(pdu);
  return decoded && decoded->header.call_id == call_id_;
}

Result<void> RpcCaller::on_reply(ByteView pdu) {
  auto const decoded = wire::decode_dcerpc(pdu);
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  if (auto const* ack = std::get_if<wire::BindAckBody>(&decoded->body)) {
    return on_bind_ack(*ack);
  }
  if (auto const* nak = std::get_if<wire::BindNakBody>(&decoded->body)) {
    auto const reason = static_cast<wire::RejectReason>(nak->provider_reject_reason);
    return fail({ErrorCode::unexpected, 0, "", "C706 12.6.4.5",
                 "bind_nak: " + std::string(wire::name_of(reason))});
  }
  if (auto const* fault = std::get_if<wire::FaultBody>(&decoded->body)) {
    return fail(
        {ErrorCode::unexpected, 0, "", "C706 12.6.4.7",
         "fault " + hex(fault->status) + " " + std::string(wire::name_of_fault(fault->status))});
  }
  if (auto const* response = std::get_if<wire::ResponseBody>(&decoded->body)) {
    return on_response(response->stub);
  }
  return fail({ErrorCode::unexpected, 2, "PTYPE", "C706 12.6.4",
               "answered by " + std::string(wire::name_of(decoded->ptype()))});
}

Result<void> RpcCaller::on_bind_ack(wire::BindAckBody const& ack) const {
  for (auto const& result : ack.results) {
    if (result.result != static_cast<std::uint16_t>(wire::ContextResult::acceptance)) {
      return fail(
          {ErrorCode::unexpected, 0, "p_result", "C706 12.6.4.4",
           "a presentation context was refused: " +
               std::string(wire::name_of(static_cast<wire::ProviderReason>(result.reason)))});
    }
  }
  return {};
}

Result<void> RpcCaller::on_response(ByteView stub) {
  auto const read = [&]<class Call>(std::type_identity<Call>, auto use) -> Result<void> {
    auto const response = wire::decode_stub<typename Call::Response>(stub);
    if (!response) {
      return tl::unexpected(response.error());
    }
    return use(*response);
  };
  auto const value = [](auto const& response) { return returned(response.return_value); };
  auto const status = [](auto const& response) { return returned(response.status); };
  if (operation_ == "RfrGetNewDSA") {
    return read(std::type_identity<wire::RfrGetNewDSA>(), value);
  }
  if (operation_ == "RfrGetFQDNFromServerDN") {
    return read(std::type_identity<wire::RfrGetFQDNFromServerDN>(), value);
  }
  if (operation_ == "NspiBind") {
    return read(std::type_identity<wire::NspiBind>(), [this](auto const& response) {
      handle_ = response.context;
      return returned(response.return_value);
    });
  }
  if (operation_ == "NspiUnbind") {
    return read(std::type_identity<wire::NspiUnbind>(), [](auto const& response) {
      return returned(response.return_value, wire::kUnbindSuccess);
    });
  }
  if (operation_ == "EcDoConnectEx") {
    return read(std::type_identity<wire::EcDoConnectEx>(), [this](auto const& response) {
      handle_ = response.cxh;
      return returned(response.return_value);
    });
  }
  if (operation_ == "EcDoDisconnect") {
    return read(std::type_identity<wire::EcDoDisconnect>(), value);
  }
  if (operation_ == "EcDummyRpc") {
    return read(std::type_identity<wire::EcDummyRpc>(), value);
  }
  if (operation_ == "ept_map") {
    return read(std::type_identity<wire::EptMap>(), maps_store);
  }
  if (operation_ == "ept_lookup") {
    return read(std::type_identity<wire::EptLookup>(), status);
  }
  if (operation_ == "inq_if_ids") {
    return read(std::type_identity<wire::MgmtInqIfIds>(), status);
  }
  return read(std::type_identity<wire::MgmtIsServerListening>(), status);
}

}  // namespace rpchspec::actors
