#include "mock_backend/rpc_runtime.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace rpchspec::backend {

namespace {

constexpr std::uint32_t kRpcAccessDenied = 5;
constexpr std::uint32_t kEcRejected = 0x000007EE;
constexpr std::uint32_t kNotificationPending = 1;
constexpr std::uint32_t kFaultPduSize = 32;

/// A header to answer to, of a PDU that did not decode.
wire::RpcHeader header_of(wire::PduView pdu) {
  wire::RpcHeader header;
  header.ptype = pdu.ptype();
  header.pfc_flags = pdu.pfc_flags();
  header.call_id = pdu.call_id();
  return header;
}

/// What did not run may be called again safely (C706 12.6.3.1).
bool did_not_execute(std::uint32_t status) {
  return status == wire::kNcaOpRngError || status == wire::kNcaUnkIf ||
         status == wire::kNcaProtoError || status == wire::kNcaServerTooBusy;
}

}  // namespace

RpcRuntime::RpcRuntime(RuntimeEnvironment environment)
    : environment_(std::move(environment)),
      groups_(environment_.groups ? environment_.groups : std::make_shared<AssociationGroups>()),
      max_xmit_frag_(environment_.max_frag),
      max_recv_frag_(environment_.max_frag),
      reassembler_(environment_.reassembly) {}

RuntimeReply RpcRuntime::on_pdu(wire::PduView bytes, TimePoint now) {
  RuntimeReply reply;
  ++statistics_.pdus_in;
  auto const pdu = wire::decode_dcerpc(bytes.bytes);
  if (!pdu) {
    if (bytes.ptype() == static_cast<std::uint8_t>(wire::Ptype::bind)) {
      refuse_bind(bytes.call_id(), wire::RejectReason::reason_not_specified, reply);
      reply.reason += ", " + to_string(pdu.error());
    } else {
      protocol_error(header_of(bytes), to_string(pdu.error()), reply);
    }
    return finish(std::move(reply));
  }
  switch (pdu->ptype()) {
    case wire::Ptype::bind:
      on_bind(*pdu, reply);
      return finish(std::move(reply));
    case wire::Ptype::alter_context:
      on_alter_context(*pdu, reply);
      return finish(std::move(reply));
    case wire::Ptype::request:
      on_request(*pdu, bytes.bytes.size(), now, reply);
      return finish(std::move(reply));
    case wire::Ptype::co_cancel:
      on_cancel(pdu->header.call_id, reply);
      return finish(std::move(reply));
    case wire::Ptype::orphaned:
      reassembler_.abandon(pdu->header.call_id);
      waits_.erase(pdu->header.call_id);
      forget_held(pdu->header.call_id);
      return finish(std::move(reply));
    case wire::Ptype::response:
    case wire::Ptype::fault:
    case wire::Ptype::bind_ack:
    case wire::Ptype::bind_nak:
    case wire::Ptype::alter_context_resp:
    case wire::Ptype::auth3:
    case wire::Ptype::shutdown:
      break;
  }
  protocol_error(pdu->header,
                 "PTYPE " + std::to_string(pdu->header.ptype) + " (" +
                     std::string(wire::name_of(pdu->ptype())) +
                     ") is nothing a client may send here",
                 reply);
  return finish(std::move(reply));
}

RuntimeReply RpcRuntime::finish(RuntimeReply reply) {
  statistics_.pdus_out += static_cast<std::uint32_t>(reply.pdus.size());
  return reply;
}

void RpcRuntime::on_request(wire::RpcPdu const& pdu,
                            std::size_t size,
                            TimePoint now,
                            RuntimeReply& reply) {
  if (!bound()) {
    protocol_error(pdu.header, "request before bind", reply);
    return;
  }
  if (size > max_recv_frag_) {
    protocol_error(pdu.header,
                   "a request longer than max_recv_frag " + std::to_string(max_recv_frag_), reply);
    return;
  }
  if (pdu.auth) {
    reassembler_.abandon(pdu.header.call_id);
    fault(pdu.header, std::get<wire::RequestBody>(pdu.body).p_cont_id, kRpcAccessDenied, reply);
    return;
  }
  if (waits_.contains(pdu.header.call_id) || held_.contains(pdu.header.call_id)) {
    protocol_error(pdu.header, "the call_id of a call that still waits", reply);
    return;
  }
  auto const call = reassembler_.add(pdu);
  if (!call && call.error().code == ErrorCode::too_large) {
    fault(pdu.header, std::get<wire::RequestBody>(pdu.body).p_cont_id,
          wire::kNcaFaultRemoteNoMemory, reply);
    reply.after = AfterReply::close;  // the rest of the call would come without its first fragment
    reply.reason = to_string(call.error());
  } else if (!call) {
    protocol_error(pdu.header, to_string(call.error()), reply);
  } else if (call->has_value()) {
    bool const maybe = (pdu.header.pfc_flags & wire::kPfcMaybe) != 0;
    dispatch(**call, now, reply);
    if (maybe || environment_.policies.withhold_responses) {
      reply.pdus.clear();
    }
  }
}

void RpcRuntime::dispatch(wire::AssembledCall const& call, TimePoint now, RuntimeReply& reply) {
  ++statistics_.calls_in;
  CallRecord record;
  record.call_id = call.call_id;
  record.opnum = call.opnum;
  record.stub_in = call.stub.size();

  CallOutcome outcome = CallFault{wire::kNcaUnkIf};
  if (auto const context = contexts_.find(call.p_cont_id); context != contexts_.end()) {
    record.interface = context->second.interface->name;
    if (context->second.interface != &scripted_interface()) {
      outcome = run(context->second, call, record);
    } else if (!ask_script(context->second, call, outcome)) {
      reply.calls.push_back(record);  // held
      return;
    }
  }
  if (auto const* stub = std::get_if<Bytes>(&outcome)) {
    record.stub_out = stub->size();
    respond(call.call_id, call.p_cont_id, *stub, reply);
  } else if (auto const* failed = std::get_if<CallFault>(&outcome)) {
    record.fault = failed->status;
    wire::RpcHeader to;
    to.call_id = call.call_id;
    fault(to, call.p_cont_id, failed->status, reply);
  } else {
    park(call, std::get<CallWaits>(outcome), now, reply);
  }
  reply.calls.push_back(record);
}

CallOutcome RpcRuntime::run(Context const& context,
                            wire::AssembledCall const& call,
                            CallRecord& record) {
  auto const* operation = context.interface->find(call.opnum);
  if (operation == nullptr) {
    return CallFault{wire::kNcaOpRngError};
  }
  record.operation = operation->name;
  if (environment_.policies.fault_requests) {
    return CallFault{*environment_.policies.fault_requests};
  }
  CallContext context_of_call{environment_, *association_, statistics_};
  return operation->run(context_of_call, {call.stub, call.byte_order});
}

void RpcRuntime::park(wire::AssembledCall const& call,
                      CallWaits const& waits,
                      TimePoint now,
                      RuntimeReply& reply) {
  bool const taken = std::ranges::any_of(
      waits_, [&](auto const& entry) { return entry.second.handle == waits.handle; });
  if (taken || waits_.size() >= environment_.max_waits) {
    auto const stub = wire::encode_stub(wire::EcDoAsyncWaitEx::Response{0, kEcRejected});
    respond(call.call_id, call.p_cont_id, stub, reply);
    return;
  }
  waits_.emplace(call.call_id, Wait{call.p_cont_id, waits.handle, now + environment_.longest_wait});
}

void RpcRuntime::end_wait(std::uint32_t call_id, std::uint32_t flags_out, RuntimeReply& reply) {
  auto const stub = wire::encode_stub(wire::EcDoAsyncWaitEx::Response{flags_out, wire::kSuccess});
  respond(call_id, waits_.at(call_id).p_cont_id, stub, reply);
  waits_.erase(call_id);
}

RuntimeReply RpcRuntime::on_time(TimePoint now) {
  RuntimeReply reply;
  answer_released(reply);
  std::vector<std::uint32_t> over;
  for (auto const& [call_id, wait] : waits_) {
    if (wait.deadline <= now) {
      over.push_back(call_id);
    }
  }
  for (auto const call_id : over) {
    end_wait(call_id, 0, reply);
  }
  return finish(std::move(reply));
}

TimePoint RpcRuntime::next_deadline() const {
  auto next = kNever;
  for (auto const& [call_id, wait] : waits_) {
    next = std::min(next, wait.deadline);
  }
  return next;
}

RuntimeReply RpcRuntime::notify() {
  RuntimeReply reply;
  while (!waits_.empty()) {
    end_wait(waits_.begin()->first, kNotificationPending, reply);
  }
  return finish(std::move(reply));
}

void RpcRuntime::on_cancel(std::uint32_t call_id, RuntimeReply& reply) {
  auto const wait = waits_.find(call_id);
  auto const held = held_.find(call_id);
  if (wait == waits_.end() && held == held_.end()) {
    return;  // its response is on the way already
  }
  auto const p_cont_id = wait != waits_.end() ? wait->second.p_cont_id : held->second.p_cont_id;
  waits_.erase(call_id);
  forget_held(call_id);
  wire::RpcHeader to;
  to.call_id = call_id;
  fault(to, p_cont_id, wire::kNcaFaultCancel, reply);
}

void RpcRuntime::respond(std::uint32_t call_id,
                         std::uint16_t p_cont_id,
                         ByteView stub,
                         RuntimeReply& reply) {
  wire::ResponseBody body;
  body.p_cont_id = p_cont_id;
  body.stub = stub;
  auto pdus = wire::fragment(wire::make_pdu(wire::Ptype::response, call_id, body), max_xmit_frag_);
  assert(pdus.has_value());  // negotiate_sizes leaves room for a header
  std::ranges::move(*pdus, std::back_inserter(reply.pdus));
  ++statistics_.calls_out;
}

void RpcRuntime::fault(wire::RpcHeader const& to,
                       std::uint16_t p_cont_id,
                       std::uint32_t status,
                       RuntimeReply& reply) {
  wire::FaultBody body;
  body.alloc_hint = kFaultPduSize;
  body.p_cont_id = p_cont_id;
  body.status = status;
  auto pdu = wire::make_pdu(wire::Ptype::fault, to.call_id, body);
  if (did_not_execute(status)) {
    pdu.header.pfc_flags |= wire::kPfcDidNotExecute;
  }
  reply.pdus.push_back(wire::encode(pdu));
}

void RpcRuntime::protocol_error(wire::RpcHeader const& to,
                                std::string reason,
                                RuntimeReply& reply) {
  fault(to, 0, wire::kNcaProtoError, reply);
  reply.after = AfterReply::close;
  reply.reason = std::move(reason);
}

}  // namespace rpchspec::backend
