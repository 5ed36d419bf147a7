// Connection-oriented DCE/RPC PDUs (C706 chapter 12, MS-RPCE 2.2.2). Encode, decode, validate.
//
// Encoding is total: illegal values, wrong counts and lengths have an encoding too. A decoded PDU
// looks into the bytes it was read from and lives no longer than they do.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "protocol/wire/rts.hpp"
#include "protocol/wire/uuid.hpp"

namespace rpchspec::wire {

/// PDU types of the connection-oriented protocol (C706 12.6.1, MS-RPCE 2.2.2.5 for auth3).
enum class Ptype : std::uint8_t {
  request = 0,
  response = 2,
  fault = 3,
  bind = 11,
  bind_ack = 12,
  bind_nak = 13,
  alter_context = 14,
  alter_context_resp = 15,
  auth3 = 16,
  shutdown = 17,
  co_cancel = 18,
  orphaned = 19,
};

/// pfc_flags (C706 12.6.3.1, MS-RPCE 2.2.2.3 for 0x04).
enum PfcFlags : std::uint8_t {
  kPfcFirstFrag = 0x01,
  kPfcLastFrag = 0x02,
  kPfcSupportHeaderSign = 0x04,  // in bind and alter_context; elsewhere PFC_PENDING_CANCEL
  kPfcConcMpx = 0x10,
  kPfcDidNotExecute = 0x20,
  kPfcMaybe = 0x40,
  kPfcObjectUuid = 0x80,
};

/// p_reject_reason_t (C706 12.6.3.1; 8 and 9: MS-RPCE 2.2.2.5).
enum class RejectReason : std::uint16_t {
  reason_not_specified = 0,
  temporary_congestion = 1,
  local_limit_exceeded = 2,
  called_paddr_unknown = 3,
  protocol_version_not_supported = 4,
  default_context_not_supported = 5,
  user_data_not_readable = 6,
  no_psap_available = 7,
  authentication_type_not_recognized = 8,
  invalid_checksum = 9,
};

/// p_cont_def_result_t (C706 12.6.3.1; negotiate_ack: MS-RPCE 2.2.2.4).
enum class ContextResult : std::uint16_t {
  acceptance = 0,
  user_rejection = 1,
  provider_rejection = 2,
  negotiate_ack = 3,
};

/// p_provider_reason_t (C706 12.6.3.1). Beside negotiate_ack the same 16 bits are a bit mask.
enum class ProviderReason : std::uint16_t {
  reason_not_specified = 0,
  abstract_syntax_not_supported = 1,
  proposed_transfer_syntaxes_not_supported = 2,
  local_limit_exceeded = 3,
};

/// Fault status codes (C706 appendix E; 0x6f7: MS-ERREF).
inline constexpr std::uint32_t kNcaOpRngError = 0x1C010002;
inline constexpr std::uint32_t kNcaUnkIf = 0x1C010003;
inline constexpr std::uint32_t kNcaProtoError = 0x1C01000B;
inline constexpr std::uint32_t kNcaServerTooBusy = 0x1C010014;
inline constexpr std::uint32_t kNcaFaultCancel = 0x1C00000D;
inline constexpr std::uint32_t kNcaFaultContextMismatch = 0x1C00001A;
inline constexpr std::uint32_t kNcaFaultRemoteNoMemory = 0x1C00001B;
inline constexpr std::uint32_t kRpcXBadStubData = 0x000006F7;  // also called nca_s_fault_ndr

/// p_syntax_id_t: a UUID and a version, major in the low half (C706 12.6.3.1).
struct SyntaxId {
  Uuid uuid;
  std::uint32_t version = 0;

  friend constexpr bool operator==(SyntaxId const&, SyntaxId const&) = default;

  [[nodiscard]] constexpr std::uint16_t major_version() const {
    return static_cast<std::uint16_t>(version);
  }

  [[nodiscard]] constexpr std::uint16_t minor_version() const {
    return static_cast<std::uint16_t>(version >> 16);
  }
};

[[nodiscard]] constexpr SyntaxId syntax_id(Uuid const& uuid,
                                           std::uint16_t major_version,
                                           std::uint16_t minor_version) {
  return {uuid, std::uint32_t{minor_version} << 16 | major_version};
}

/// A syntax whose UUID is known at compile time; `text` must be a UUID.
[[nodiscard]] constexpr SyntaxId syntax_id(std::string_view text,
                                           std::uint16_t major_version,
                                           std::uint16_t minor_version = 0) {
  return syntax_id(parse_uuid(text).value(), major_version, minor_version);
}

/// NDR 2.0 (C706 chapter 14) and NDR64 (MS-RPCE 2.2.5), as transfer syntaxes.
inline constexpr SyntaxId kNdr = syntax_id("8a885d04-1ceb-11c9-9fe8-08002b104860", 2);
inline constexpr SyntaxId kNdr64 = syntax_id("71710533-beba-4937-8319-b5dbef9ccc36", 1);

/// Bind time feature negotiation (MS-RPCE 3.3.1.5.3): a transfer syntax whose UUID carries bits.
inline constexpr std::uint64_t kSecurityContextMultiplexing = 1;
inline constexpr std::uint64_t kKeepConnectionOnOrphan = 2;
[[nodiscard]] SyntaxId bind_time_features(std::uint64_t bitmask);

/// The bit mask when the syntax is a feature negotiation, else empty.
[[nodiscard]] std::optional<std::uint64_t> feature_bitmask(SyntaxId const& syntax);

/// The 16 bytes that every PDU begins with (C706 12.6.3.1). Empty lengths are computed.
struct RpcHeader {
  std::uint8_t rpc_vers = 5;
  std::uint8_t rpc_vers_minor = 0;
  std::uint8_t ptype = 0;
  std::uint8_t pfc_flags = kPfcFirstFrag | kPfcLastFrag;
  std::array<std::uint8_t, 4> packed_drep{0x10, 0, 0, 0};
  std::optional<std::uint16_t> frag_length{};
  std::optional<std::uint16_t> auth_length{};
  std::uint32_t call_id = 0;

  [[nodiscard]] ByteOrder byte_order() const {
    return (packed_drep[0] & 0xF0) == 0x10 ? ByteOrder::little : ByteOrder::big;
  }
};

/// p_cont_elem_t.
struct PresentationContext {
  std::uint16_t p_cont_id = 0;
  SyntaxId abstract_syntax;
  std::vector<SyntaxId> transfer_syntaxes;
  std::optional<std::uint8_t> n_transfer_syn{};  // set to lie about the count
  std::uint8_t reserved = 0;
};

/// Body of bind and alter_context (C706 12.6.4.3, 12.6.4.1).
struct BindBody {
  std::uint16_t max_xmit_frag = 5840;  // bytes
  std::uint16_t max_recv_frag = 5840;  // bytes
  std::uint32_t assoc_group_id = 0;
  std::vector<PresentationContext> contexts;
  std::optional<std::uint8_t> n_context_elem{};  // set to lie about the count
};

/// p_result_t.
struct PresentationResult {
  std::uint16_t result = 0;  // ContextResult
  std::uint16_t reason = 0;  // ProviderReason, or a feature bit mask
  SyntaxId transfer_syntax;
};

/// Body of bind_ack and alter_context_resp (C706 12.6.4.4, 12.6.4.2).
struct BindAckBody {
  std::uint16_t max_xmit_frag = 5840;  // bytes
  std::uint16_t max_recv_frag = 5840;  // bytes
  std::uint32_t assoc_group_id = 0;
  std::string sec_addr;  // as on the wire: with its NUL, where it has one
  std::vector<PresentationResult> results;
  std::optional<std::uint8_t> n_results{};  // set to lie about the count
};

struct ProtocolVersion {
  std::uint8_t major = 5;
  std::uint8_t minor = 0;
};

/// Body of bind_nak (C706 12.6.4.5). What follows the versions (MS-RPCE 2.2.2.9) is `trailing`.
struct BindNakBody {
  std::uint16_t provider_reject_reason = 0;  // RejectReason
  std::optional<std::vector<ProtocolVersion>> versions{};
};

/// Body of request (C706 12.6.4.9). The object is written when it is there; PFC_OBJECT_UUID, by
/// which a receiver tells, is the header's business.
struct RequestBody {
  std::uint32_t alloc_hint = 0;
  std::uint16_t p_cont_id = 0;
  std::uint16_t opnum = 0;
  std::optional<Uuid> object{};
  ByteView stub{};
};

/// Body of response (C706 12.6.4.10).
struct ResponseBody {
  std::uint32_t alloc_hint = 0;
  std::uint16_t p_cont_id = 0;
  std::uint8_t cancel_count = 0;
  std::uint8_t reserved = 0;
  ByteView stub{};
};

/// Body of fault (C706 12.6.4.7; bit 0 of `reserved`: extended error follows, MS-RPCE 2.2.2.8).
struct FaultBody {
  std::uint32_t alloc_hint = 0;
  std::uint16_t p_cont_id = 0;
  std::uint8_t cancel_count = 0;
  std::uint8_t reserved = 0;
  std::uint32_t status = 0;
  std::uint32_t reserved2 = 0;
  ByteView stub{};
};

/// Body of auth3 (MS-RPCE 2.2.2.5): four bytes without meaning before the verifier.
struct Auth3Body {
  std::array<std::uint8_t, 4> pad{};
};

/// Body of shutdown, co_cancel and orphaned (C706 12.6.4.11, .6, .8), and of types not known here.
struct OpaqueBody {
  ByteView bytes{};
};

using RpcBody = std::variant<OpaqueBody,
                             BindBody,
                             BindAckBody,
                             BindNakBody,
                             RequestBody,
                             ResponseBody,
                             FaultBody,
                             Auth3Body>;

/// sec_trailer and what it trails (MS-RPCE 2.2.2.11, 2.2.2.12).
struct AuthVerifier {
  ByteView auth_pad{};  // between the body and the trailer
  std::uint8_t auth_type = 0;
  std::uint8_t auth_level = 0;
  std::optional<std::uint8_t> auth_pad_length{};  // set to lie about the padding
  std::uint8_t auth_reserved = 0;
  std::uint32_t auth_context_id = 0;
  ByteView auth_value{};
};

inline constexpr std::size_t kSecTrailerSize = 8;

/// One PDU: `body` follows `header`, then bytes that the body's structure leaves over, then the
/// verifier.
struct RpcPdu {
  RpcHeader header;
  RpcBody body;
  ByteView trailing{};
  std::optional<AuthVerifier> auth{};

  [[nodiscard]] Ptype ptype() const { return static_cast<Ptype>(header.ptype); }
};

/// A PDU of the given type, first and last fragment, little-endian.
[[nodiscard]] RpcPdu make_pdu(Ptype ptype, std::uint32_t call_id, RpcBody body);

/// Bytes of a PDU; never fails. Lengths and counts that are left empty are computed (modulo their
/// width).
[[nodiscard]] Bytes encode(RpcPdu const& pdu);

/// Reads one whole PDU in the byte order that its packed_drep names: `bytes` is frag_length long.
///
/// Bounds only: lengths and counts must fit; values are kept as found for `validate`. Lengths and
/// counts are left empty where they agree with the content.
/// @return truncated or bad_value, with the offset of the field.
[[nodiscard]] Result<RpcPdu> decode_dcerpc(ByteView bytes);

/// Values against C706 and MS-RPCE; `requirement` is the document and section. Empty means legal.
[[nodiscard]] std::vector<Violation> validate(RpcPdu const& pdu);

/// Every field that can be read, also of a broken PDU: stops where the bytes end.
[[nodiscard]] std::vector<DissectedField> dissect_dcerpc(ByteView bytes);

/// The document's names: "bind_ack", "abstract_syntax_not_supported"; "unknown" otherwise.
[[nodiscard]] std::string_view name_of(Ptype ptype);
[[nodiscard]] std::string_view name_of(RejectReason reason);
[[nodiscard]] std::string_view name_of(ContextResult result);
[[nodiscard]] std::string_view name_of(ProviderReason reason);
[[nodiscard]] std::string_view name_of_fault(std::uint32_t status);

}  // namespace rpchspec::wire
