#include "protocol/wire/dcerpc.hpp"

#include <algorithm>

namespace rpchspec::wire {

namespace {

// The first eight bytes of a feature negotiation's UUID: 6cb71c2c-9812-4540.
constexpr Uuid kFeaturePrefix = parse_uuid("6cb71c2c-9812-4540-0000-000000000000").value();

}  // namespace

SyntaxId bind_time_features(std::uint64_t bitmask) {
  SyntaxId syntax{kFeaturePrefix, 1};
  store<std::uint64_t>(syntax.uuid.clock_seq_and_node, 0, bitmask);
  return syntax;
}

std::optional<std::uint64_t> feature_bitmask(SyntaxId const& syntax) {
  auto prefix = syntax.uuid;
  prefix.clock_seq_and_node = {};
  if (prefix != kFeaturePrefix || syntax.version != 1) {
    return std::nullopt;
  }
  return load<std::uint64_t>(syntax.uuid.clock_seq_and_node, 0);
}

RpcPdu make_pdu(Ptype ptype, std::uint32_t call_id, RpcBody body) {
  RpcPdu pdu;
  pdu.header.ptype = static_cast<std::uint8_t>(ptype);
  pdu.header.call_id = call_id;
  pdu.body = std::move(body);
  return pdu;
}

std::string_view name_of(Ptype ptype) {
  switch (ptype) {
    case Ptype::request:
      return "request";
    case Ptype::response:
      return "response";
    case Ptype::fault:
      return "fault";
    case Ptype::bind:
      return "bind";
    case Ptype::bind_ack:
      return "bind_ack";
    case Ptype::bind_nak:
      return "bind_nak";
    case Ptype::alter_context:
      return "alter_context";
    case Ptype::alter_context_resp:
      return "alter_context_resp";
    case Ptype::auth3:
      return "auth3";
    case Ptype::shutdown:
      return "shutdown";
    case Ptype::co_cancel:
      return "co_cancel";
    case Ptype::orphaned:
      return "orphaned";
  }
  return "unknown";
}

std::string_view name_of(RejectReason reason) {
  static constexpr std::string_view kNames[] = {"reason_not_specified",
                                                "temporary_congestion",
                                                "local_limit_exceeded",
                                                "called_paddr_unknown",
                                                "protocol_version_not_supported",
                                                "default_context_not_supported",
                                                "user_data_not_readable",
                                                "no_psap_available",
                                                "authentication_type_not_recognized",
                                                "invalid_checksum"};
  auto const index = static_cast<std::size_t>(reason);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

std::string_view name_of(ContextResult result) {
  static constexpr std::string_view kNames[] = {"acceptance", "user_rejection",
                                                "provider_rejection", "negotiate_ack"};
  auto const index = static_cast<std::size_t>(result);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

std::string_view name_of(ProviderReason reason) {
  static constexpr std::string_view kNames[] = {
      "reason_not_specified", "abstract_syntax_not_supported",
      "proposed_transfer_syntaxes_not_supported", "local_limit_exceeded"};
  auto const index = static_cast<std::size_t>(reason);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

std::string_view name_of_fault(std::uint32_t status) {
  switch (status) {
    case kNcaOpRngError:
      return "nca_s_op_rng_error";
    case kNcaUnkIf:
      return "nca_s_unk_if";
    case kNcaProtoError:
      return "nca_s_proto_error";
    case kNcaServerTooBusy:
      return "nca_s_server_too_busy";
    case kNcaFaultCancel:
      return "nca_s_fault_cancel";
    case kNcaFaultContextMismatch:
      return "nca_s_fault_context_mismatch";
    case kNcaFaultRemoteNoMemory:
      return "nca_s_fault_remote_no_memory";
    case kRpcXBadStubData:
      return "rpc_x_bad_stub_data";
    default:
      return "unknown";
  }
}

}  // namespace rpchspec::wire
