#include "protocol/wire/dcerpc_fragments.hpp"

#include <algorithm>

#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::wire {

namespace {

constexpr std::string_view kSection = "C706 12.6.3.1";

/// The part of `pdu` that every fragment has in common, and its stub; empty for other PDUs.
std::optional<std::pair<AssembledCall, ByteView>> look_at(RpcPdu const& pdu) {
  AssembledCall call;
  call.call_id = pdu.header.call_id;
  call.byte_order = pdu.header.byte_order();
  call.ptype = pdu.ptype();
  if (auto const* request = std::get_if<RequestBody>(&pdu.body)) {
    call.p_cont_id = request->p_cont_id;
    call.opnum = request->opnum;
    call.object = request->object;
    return std::pair(std::move(call), request->stub);
  }
  if (auto const* response = std::get_if<ResponseBody>(&pdu.body)) {
    call.p_cont_id = response->p_cont_id;
    return std::pair(std::move(call), response->stub);
  }
  return std::nullopt;
}

void set_stub(RpcBody& body, ByteView stub, std::uint32_t alloc_hint) {
  if (auto* request = std::get_if<RequestBody>(&body)) {
    request->stub = stub;
    request->alloc_hint = alloc_hint;
  } else if (auto* response = std::get_if<ResponseBody>(&body)) {
    response->stub = stub;
    response->alloc_hint = alloc_hint;
  }
}

}  // namespace

Result<std::vector<Bytes>> fragment(RpcPdu const& whole, std::uint16_t max_frag) {
  auto const looked = look_at(whole);
  if (!looked || whole.auth) {
    return fail({ErrorCode::not_supported, 0, "PTYPE", kSection,
                 "only a request or response without verifier can be cut"});
  }
  auto left = looked->second;
  auto piece = whole;
  set_stub(piece.body, {}, 0);
  auto const header_size = encode(piece).size();
  if (max_frag < header_size + 8) {
    return fail({ErrorCode::bad_value, 0, "max_xmit_frag", kSection,
                 std::to_string(max_frag) + " has no room for a header of " +
                     std::to_string(header_size) + " and 8 bytes of stub"});
  }
  auto const room = max_frag - header_size;
  auto const other_flags = whole.header.pfc_flags & ~(kPfcFirstFrag | kPfcLastFrag);
  std::vector<Bytes> pdus;
  do {
    auto const last = left.size() <= room;
    auto const size = last ? left.size() : room & ~std::size_t{7};
    piece.header.pfc_flags = static_cast<std::uint8_t>(
        other_flags | (pdus.empty() ? kPfcFirstFrag : 0) | (last ? kPfcLastFrag : 0));
    set_stub(piece.body, left.first(size), static_cast<std::uint32_t>(left.size()));
    pdus.push_back(encode(piece));
    left = left.subspan(size);
  } while (!left.empty());
  return pdus;
}

Result<std::optional<AssembledCall>> Reassembler::add(RpcPdu const& pdu) {
  auto looked = look_at(pdu);
  if (!looked) {
    return fail({ErrorCode::not_supported, 2, "PTYPE", kSection,
                 std::string(name_of(pdu.ptype())) + " does not fragment"});
  }
  auto& [fragment, stub] = *looked;
  bool const first = (pdu.header.pfc_flags & kPfcFirstFrag) != 0;
  auto const call_id = fragment.call_id;
  auto found = calls_.find(call_id);
  if (first != (found == calls_.end())) {
    abandon(call_id);
    return fail({ErrorCode::unexpected, 3, "pfc_flags", kSection,
                 "call " + std::to_string(call_id) +
                     (first ? " begins anew before its last fragment"
                            : " continues without a first fragment")});
  }
  if (first) {
    if (calls_.size() >= limits_.max_calls) {
      return fail({ErrorCode::too_large, 12, "call_id", kSection,
                   "more than " + std::to_string(limits_.max_calls) + " calls begun"});
    }
    found = calls_.emplace(call_id, fragment).first;
  }
  if (auto joined = join(found->second, fragment, stub); !joined) {
    calls_.erase(found);
    return fail(std::move(joined.error()));
  }
  if ((pdu.header.pfc_flags & kPfcLastFrag) == 0) {
    return std::optional<AssembledCall>();
  }
  std::optional<AssembledCall> call(std::move(found->second));
  calls_.erase(found);
  return call;
}

Result<void> Reassembler::join(AssembledCall& call,
                               AssembledCall const& fragment,
                               ByteView stub) const {
  if (fragment.ptype != call.ptype || fragment.p_cont_id != call.p_cont_id ||
      fragment.opnum != call.opnum || fragment.byte_order != call.byte_order) {
    return fail({ErrorCode::bad_value, 16, "p_cont_id", kSection,
                 "a fragment of call " + std::to_string(call.call_id) +
                     " differs from its first in type, context, opnum or byte order"});
  }
  if (stub.size() > limits_.max_stub - call.stub.size()) {
    return fail({ErrorCode::too_large, 8, "frag_length", kSection,
                 "the stub of call " + std::to_string(call.call_id) + " exceeds " +
                     std::to_string(limits_.max_stub) + " bytes"});
  }
  append(call.stub, stub);
  return {};
}

}  // namespace rpchspec::wire
