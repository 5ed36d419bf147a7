// Calls of a scripted interface: the script answers them, or holds them until it is told more.

#include "mock_backend/rpc_runtime.hpp"
#include "mock_backend/script.hpp"

namespace rpchspec::backend {

RpcRuntime::~RpcRuntime() {
  for (auto const& [call_id, held] : held_) {
    environment_.script->forget(held.number);
  }
}

/// False: the call is held, and there is no outcome.
bool RpcRuntime::ask_script(Context const& context,
                            wire::AssembledCall const& call,
                            CallOutcome& outcome) {
  auto answer = environment_.script->on_call(context.asked, call.opnum, call.stub);
  if (answer.held != 0) {
    held_[call.call_id] = {call.p_cont_id, answer.held};
    return false;
  }
  outcome = std::move(answer.outcome);
  return true;
}

void RpcRuntime::answer_released(RuntimeReply& reply) {
  for (auto held = held_.begin(); held != held_.end();) {
    auto const [call_id, call] = *held;
    auto const outcome = environment_.script->take(call.number);
    held = outcome ? held_.erase(held) : std::next(held);
    if (!outcome) {
      continue;
    }
    if (auto const* stub = std::get_if<Bytes>(&*outcome)) {
      respond(call_id, call.p_cont_id, *stub, reply);
    } else {
      wire::RpcHeader to;
      to.call_id = call_id;
      fault(to, call.p_cont_id, std::get<CallFault>(*outcome).status, reply);
    }
  }
}

void RpcRuntime::forget_held(std::uint32_t call_id) {
  auto const held = held_.find(call_id);
  if (held != held_.end()) {
    environment_.script->forget(held->second.number);
    held_.erase(held);
  }
}

}  // namespace rpchspec::backend
