// Association set-up: bind, alter_context and their answers (C706 9.3, 12.6.4; MS-RPCE 3.3.1.5.3).

#include <algorithm>

#include "mock_backend/rpc_runtime.hpp"

namespace rpchspec::backend {

namespace {

constexpr std::uint16_t kMustRecvFragSize =
    1432;  // every implementation takes this much, C706 12.6.2

std::uint16_t smaller(std::uint16_t asked, std::uint16_t ours) {
  return std::min(std::max(asked, kMustRecvFragSize), std::max(ours, kMustRecvFragSize));
}

std::string_view own_port(Service service) {
  switch (service) {
    case Service::Store:
      return "6001";
    case Service::Referral:
      return "6002";
    case Service::AddressBook:
      return "6004";
    case Service::EndpointMapper:
      return "593";
    case Service::Script:
      return "";
  }
  return "";
}

wire::PresentationResult reject(wire::ProviderReason reason) {
  return {static_cast<std::uint16_t>(wire::ContextResult::provider_rejection),
          static_cast<std::uint16_t>(reason),
          {}};
}

/// The bits that a context asks about, when it is a feature negotiation.
std::optional<std::uint64_t> features_asked(wire::PresentationContext const& offered) {
  if (offered.transfer_syntaxes.size() != 1) {
    return std::nullopt;
  }
  return wire::feature_bitmask(offered.transfer_syntaxes.front());
}

}  // namespace

std::optional<wire::RejectReason> RpcRuntime::reason_to_refuse(wire::RpcPdu const& pdu) const {
  auto const& bind = std::get<wire::BindBody>(pdu.body);
  if (environment_.policies.refuse_bind) {
    return environment_.policies.refuse_bind;
  }
  if (pdu.header.rpc_vers_minor > 1) {
    return wire::RejectReason::protocol_version_not_supported;
  }
  if (pdu.auth) {
    return wire::RejectReason::authentication_type_not_recognized;
  }
  bool const unknown_group = bind.assoc_group_id != 0 && !groups_->find(bind.assoc_group_id);
  if (bound() || bind.contexts.empty() || unknown_group) {
    return wire::RejectReason::reason_not_specified;
  }
  if (bind.contexts.size() > environment_.max_contexts) {
    return wire::RejectReason::local_limit_exceeded;
  }
  return std::nullopt;
}

void RpcRuntime::refuse_bind(std::uint32_t call_id,
                             wire::RejectReason reason,
                             RuntimeReply& reply) {
  wire::BindNakBody nak;
  nak.provider_reject_reason = static_cast<std::uint16_t>(reason);
  nak.versions = {{5, 0}, {5, 1}};
  reply.pdus.push_back(wire::encode(wire::make_pdu(wire::Ptype::bind_nak, call_id, nak)));
  reply.reason = "bind refused: " + std::string(wire::name_of(reason));
}

void RpcRuntime::negotiate_sizes(wire::BindBody const& bind) {
  max_xmit_frag_ = smaller(bind.max_recv_frag, environment_.max_frag);
  max_recv_frag_ = smaller(bind.max_xmit_frag, environment_.max_frag);
}

void RpcRuntime::on_bind(wire::RpcPdu const& pdu, RuntimeReply& reply) {
  auto const& bind = std::get<wire::BindBody>(pdu.body);
  if (auto const reason = reason_to_refuse(pdu)) {
    refuse_bind(pdu.header.call_id, *reason, reply);
    return;
  }
  association_ = bind.assoc_group_id == 0 ? groups_->create() : groups_->find(bind.assoc_group_id);
  negotiate_sizes(bind);

  wire::BindAckBody ack;
  ack.max_xmit_frag = max_xmit_frag_;
  ack.max_recv_frag = max_recv_frag_;
  ack.assoc_group_id = association_->id();
  ack.sec_addr = environment_.secondary_address.empty()
                     ? std::string(own_port(environment_.service))
                     : environment_.secondary_address;
  ack.sec_addr += '\0';
  ack.results = negotiate(bind.contexts, Negotiates::features);
  reply.pdus.push_back(
      wire::encode(wire::make_pdu(wire::Ptype::bind_ack, pdu.header.call_id, std::move(ack))));
}

void RpcRuntime::on_alter_context(wire::RpcPdu const& pdu, RuntimeReply& reply) {
  if (!bound()) {
    protocol_error(pdu.header, "alter_context before bind", reply);
    return;
  }
  if (pdu.auth) {
    constexpr std::uint32_t kRpcAccessDenied = 5;
    fault(pdu.header, 0, kRpcAccessDenied, reply);
    return;
  }
  wire::BindAckBody response;
  response.max_xmit_frag = max_xmit_frag_;
  response.max_recv_frag = max_recv_frag_;
  response.assoc_group_id = association_->id();
  response.results =
      negotiate(std::get<wire::BindBody>(pdu.body).contexts, Negotiates::contexts_only);
  reply.pdus.push_back(wire::encode(
      wire::make_pdu(wire::Ptype::alter_context_resp, pdu.header.call_id, std::move(response))));
}

std::vector<wire::PresentationResult> RpcRuntime::negotiate(
    std::vector<wire::PresentationContext> const& offered, Negotiates what) {
  std::vector<wire::PresentationResult> results;
  results.reserve(offered.size());
  for (auto const& context : offered) {
    results.push_back(negotiate(context, what));
  }
  return results;
}

wire::PresentationResult RpcRuntime::negotiate(wire::PresentationContext const& offered,
                                               Negotiates what) {
  if (auto const asked = features_asked(offered); asked && what == Negotiates::features) {
    auto const granted = *asked & wire::kKeepConnectionOnOrphan;
    return {static_cast<std::uint16_t>(wire::ContextResult::negotiate_ack),
            static_cast<std::uint16_t>(granted),
            {}};
  }
  auto const* interface = find_interface(environment_, offered.abstract_syntax);
  if (interface == nullptr) {
    return reject(wire::ProviderReason::abstract_syntax_not_supported);
  }
  if (std::ranges::find(offered.transfer_syntaxes, wire::kNdr) == offered.transfer_syntaxes.end()) {
    return reject(wire::ProviderReason::proposed_transfer_syntaxes_not_supported);
  }
  auto const known = contexts_.find(offered.p_cont_id);
  if (known == contexts_.end() && contexts_.size() >= environment_.max_contexts) {
    return reject(wire::ProviderReason::local_limit_exceeded);
  }
  Context const context{interface, offered.abstract_syntax};
  auto const is_other = known != contexts_.end() &&
                        (known->second.interface != interface ||
                         (interface == &scripted_interface() && known->second != context));
  if (is_other) {
    return reject(wire::ProviderReason::reason_not_specified);
  }
  contexts_[offered.p_cont_id] = context;
  return {static_cast<std::uint16_t>(wire::ContextResult::acceptance), 0, wire::kNdr};
}

}  // namespace rpchspec::backend
