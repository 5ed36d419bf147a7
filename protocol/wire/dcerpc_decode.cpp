#include <algorithm>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/dcerpc_cursor.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::wire {

namespace {

constexpr std::string_view kHeaderSection = "C706 12.6.3.1";
constexpr std::string_view kTrailerSection = "MS-RPCE 2.2.2.11";

RpcHeader read_header(PduCursor& cursor, std::size_t size, std::uint16_t& auth_length) {
  RpcHeader header;
  header.rpc_vers = cursor.u8("rpc_vers", kHeaderSection);
  header.rpc_vers_minor = cursor.u8("rpc_vers_minor", kHeaderSection);
  header.ptype = cursor.u8("PTYPE", kHeaderSection);
  cursor.explain(name_of(static_cast<Ptype>(header.ptype)));
  header.pfc_flags = cursor.u8("pfc_flags", kHeaderSection);
  std::ranges::copy(cursor.raw(4, "packed_drep", kHeaderSection), header.packed_drep.begin());
  cursor.set_order(header.byte_order());
  auto const frag_length = cursor.u16("frag_length", kHeaderSection);
  if (frag_length != size) {
    header.frag_length = frag_length;
  }
  auth_length = cursor.u16("auth_length", kHeaderSection);
  header.call_id = cursor.u32("call_id", kHeaderSection);
  return header;
}

PresentationContext read_context(PduCursor& cursor) {
  constexpr std::string_view kSection = "C706 12.6.4.3";
  PresentationContext context;
  context.p_cont_id = cursor.u16("p_cont_id", kSection);
  auto const count = cursor.u8("n_transfer_syn", kSection);
  context.reserved = cursor.u8("reserved", kSection);
  context.abstract_syntax = cursor.syntax("abstract_syntax", kSection);
  for (unsigned i = 0; i < count && !cursor.error(); ++i) {
    auto const syntax = cursor.syntax("transfer_syntaxes", kSection);
    if (!cursor.error()) {
      context.transfer_syntaxes.push_back(syntax);
    }
  }
  return context;
}

BindBody read_bind(PduCursor& cursor) {
  constexpr std::string_view kSection = "C706 12.6.4.3";
  BindBody body;
  body.max_xmit_frag = cursor.u16("max_xmit_frag", kSection);
  body.max_recv_frag = cursor.u16("max_recv_frag", kSection);
  body.assoc_group_id = cursor.u32("assoc_group_id", kSection);
  auto const count = cursor.u8("n_context_elem", kSection);
  cursor.u8("reserved", kSection);
  cursor.u16("reserved2", kSection);
  for (unsigned i = 0; i < count && !cursor.error(); ++i) {
    if (cursor.recording()) {
      cursor.set_prefix("p_cont_elem[" + std::to_string(i) + "].");
    }
    body.contexts.push_back(read_context(cursor));
  }
  cursor.set_prefix({});
  return body;
}

PresentationResult read_result(PduCursor& cursor) {
  constexpr std::string_view kSection = "C706 12.6.4.4";
  PresentationResult result;
  result.result = cursor.u16("result", kSection);
  cursor.explain(name_of(static_cast<ContextResult>(result.result)));
  result.reason = cursor.u16("reason", kSection);
  if (result.result == static_cast<std::uint16_t>(ContextResult::provider_rejection)) {
    cursor.explain(name_of(static_cast<ProviderReason>(result.reason)));
  }
  result.transfer_syntax = cursor.syntax("transfer_syntax", kSection);
  return result;
}

BindAckBody read_bind_ack(PduCursor& cursor) {
  constexpr std::string_view kSection = "C706 12.6.4.4";
  BindAckBody body;
  body.max_xmit_frag = cursor.u16("max_xmit_frag", kSection);
  body.max_recv_frag = cursor.u16("max_recv_frag", kSection);
  body.assoc_group_id = cursor.u32("assoc_group_id", kSection);
  auto const length = cursor.u16("sec_addr.length", kSection);
  body.sec_addr = as_text(cursor.raw(length, "sec_addr.port_spec", kSection));
  cursor.raw((4 - cursor.offset() % 4) % 4, "pad2", kSection);
  auto const count = cursor.u8("n_results", kSection);
  cursor.u8("reserved", kSection);
  cursor.u16("reserved2", kSection);
  for (unsigned i = 0; i < count && !cursor.error(); ++i) {
    if (cursor.recording()) {
      cursor.set_prefix("p_results[" + std::to_string(i) + "].");
    }
    body.results.push_back(read_result(cursor));
  }
  cursor.set_prefix({});
  return body;
}

BindNakBody read_bind_nak(PduCursor& cursor) {
  constexpr std::string_view kSection = "C706 12.6.4.5";
  BindNakBody body;
  body.provider_reject_reason = cursor.u16("provider_reject_reason", kSection);
  cursor.explain(name_of(static_cast<RejectReason>(body.provider_reject_reason)));
  if (cursor.left() == 0) {
    return body;  // the versions are left out by servers in the field
  }
  auto const count = cursor.u8("n_protocols", kSection);
  body.versions.emplace();
  for (unsigned i = 0; i < count && !cursor.error(); ++i) {
    ProtocolVersion version;
    version.major = cursor.u8("p_protocols.major", kSection);
    version.minor = cursor.u8("p_protocols.minor", kSection);
    body.versions->push_back(version);
  }
  return body;
}

RequestBody read_request(PduCursor& cursor, std::uint8_t pfc_flags) {
  constexpr std::string_view kSection = "C706 12.6.4.9";
  RequestBody body;
  body.alloc_hint = cursor.u32("alloc_hint", kSection);
  body.p_cont_id = cursor.u16("p_cont_id", kSection);
  body.opnum = cursor.u16("opnum", kSection);
  if ((pfc_flags & kPfcObjectUuid) != 0) {
    body.object = cursor.uuid("object", kSection);
  }
  body.stub = cursor.raw(cursor.left(), "stub data", kSection);
  return body;
}

ResponseBody read_response(PduCursor& cursor) {
  constexpr std::string_view kSection = "C706 12.6.4.10";
  ResponseBody body;
  body.alloc_hint = cursor.u32("alloc_hint", kSection);
  body.p_cont_id = cursor.u16("p_cont_id", kSection);
  body.cancel_count = cursor.u8("cancel_count", kSection);
  body.reserved = cursor.u8("reserved", kSection);
  body.stub = cursor.raw(cursor.left(), "stub data", kSection);
  return body;
}

FaultBody read_fault(PduCursor& cursor) {
  constexpr std::string_view kSection = "C706 12.6.4.7";
  FaultBody body;
  body.alloc_hint = cursor.u32("alloc_hint", kSection);
  body.p_cont_id = cursor.u16("p_cont_id", kSection);
  body.cancel_count = cursor.u8("cancel_count", kSection);
  body.reserved = cursor.u8("reserved", kSection);
  body.status = cursor.u32("status", kSection);
  cursor.explain(name_of_fault(body.status));
  body.reserved2 = cursor.u32("reserved2", kSection);
  body.stub = cursor.raw(cursor.left(), "stub data", kSection);
  return body;
}

Auth3Body read_auth3(PduCursor& cursor) {
  Auth3Body body;
  std::ranges::copy(cursor.raw(4, "pad", "MS-RPCE 2.2.2.5"), body.pad.begin());
  return body;
}

RpcBody read_body(PduCursor& cursor, RpcHeader const& header) {
  switch (static_cast<Ptype>(header.ptype)) {
    case Ptype::request:
      return read_request(cursor, header.pfc_flags);
    case Ptype::response:
      return read_response(cursor);
    case Ptype::fault:
      return read_fault(cursor);
    case Ptype::bind:
    case Ptype::alter_context:
      return read_bind(cursor);
    case Ptype::bind_ack:
    case Ptype::alter_context_resp:
      return read_bind_ack(cursor);
    case Ptype::bind_nak:
      return read_bind_nak(cursor);
    case Ptype::auth3:
      return read_auth3(cursor);
    case Ptype::shutdown:
    case Ptype::co_cancel:
    case Ptype::orphaned:
      return OpaqueBody{};
  }
  return OpaqueBody{cursor.raw(cursor.left(), "body", kHeaderSection)};
}

/// Where the sec_trailer's padding begins. Precondition: the header was read.
Result<std::size_t> find_auth_pad(ByteView bytes, std::uint16_t auth_length) {
  auto const needed = kCommonHeaderSize + kSecTrailerSize + auth_length;
  if (bytes.size() < needed) {
    return fail({ErrorCode::bad_value, 10, "auth_length", kTrailerSection,
                 std::to_string(auth_length) + " leaves no room for sec_trailer in " +
                     std::to_string(bytes.size()) + " bytes"});
  }
  auto const trailer = bytes.size() - auth_length - kSecTrailerSize;
  auto const pad = bytes[trailer + 2];
  if (pad > trailer - kCommonHeaderSize) {
    return fail({ErrorCode::bad_value, trailer + 2, "auth_pad_length", kTrailerSection,
                 std::to_string(pad) + ", but only " + std::to_string(trailer - kCommonHeaderSize) +
                     " bytes before it"});
  }
  return trailer - pad;
}

AuthVerifier read_verifier(PduCursor& cursor, std::uint16_t auth_length, std::size_t pad) {
  AuthVerifier auth;
  auth.auth_pad = cursor.raw(pad, "auth_pad", kTrailerSection);
  auth.auth_type = cursor.u8("auth_type", kTrailerSection);
  auth.auth_level = cursor.u8("auth_level", kTrailerSection);
  cursor.u8("auth_pad_length", kTrailerSection);
  auth.auth_reserved = cursor.u8("auth_reserved", kTrailerSection);
  auth.auth_context_id = cursor.u32("auth_context_id", kTrailerSection);
  auth.auth_value = cursor.raw(auth_length, "auth_value", kTrailerSection);
  return auth;
}

RpcPdu walk(PduCursor& cursor, ByteView bytes) {
  RpcPdu pdu;
  std::uint16_t auth_length = 0;
  pdu.header = read_header(cursor, bytes.size(), auth_length);
  if (cursor.error()) {
    return pdu;
  }
  if (pdu.header.frag_length && !cursor.recording()) {
    cursor.fail_with({ErrorCode::bad_value, 8, "frag_length", kHeaderSection,
                      std::to_string(*pdu.header.frag_length) + ", but the PDU has " +
                          std::to_string(bytes.size()) + " bytes"});
    return pdu;
  }
  auto body_end = bytes.size();
  std::optional<Error> auth_error;
  if (auth_length > 0) {
    if (auto const found = find_auth_pad(bytes, auth_length)) {
      body_end = *found;
    } else {
      auth_error = found.error();
    }
  }
  cursor.set_end(body_end);
  pdu.body = read_body(cursor, pdu.header);
  pdu.trailing = cursor.raw(cursor.left(), "trailing bytes", kHeaderSection);
  if (auth_error) {
    cursor.fail_with(*auth_error);
  } else if (auth_length > 0) {
    cursor.set_end(bytes.size());
    auto const trailer = bytes.size() - auth_length - kSecTrailerSize;
    pdu.auth = read_verifier(cursor, auth_length, trailer - body_end);
  }
  return pdu;
}

}  // namespace

Result<RpcPdu> decode_dcerpc(ByteView bytes) {
  PduCursor cursor(bytes, nullptr);
  auto pdu = walk(cursor, bytes);
  if (cursor.error()) {
    return fail(*cursor.error());
  }
  return pdu;
}

std::vector<DissectedField> dissect_dcerpc(ByteView bytes) {
  std::vector<DissectedField> fields;
  PduCursor cursor(bytes, &fields);
  walk(cursor, bytes);
  return fields;
}

}  // namespace rpchspec::wire
