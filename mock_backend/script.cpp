#include "mock_backend/script.hpp"

#include <algorithm>

namespace rpchspec::backend {

namespace {

Bytes bytes_of(ByteView view) {
  return {view.begin(), view.end()};
}

CallOutcome outcome_of(ScriptedAnswer const& answer, ByteView stub) {
  switch (answer.kind) {
    case ScriptedAnswer::Kind::reply:
      return answer.reply;
    case ScriptedAnswer::Kind::echo:
      return bytes_of(stub);
    case ScriptedAnswer::Kind::fault:
    case ScriptedAnswer::Kind::hold:
      break;
  }
  return CallFault{answer.fault};
}

}  // namespace

bool ScriptedInterface::serves(wire::SyntaxId const& asked) const {
  auto const of_version = !version || (version->major == asked.major_version() &&
                                       version->minor >= asked.minor_version());
  return of_version && (!uuid || *uuid == asked.uuid);
}

bool Script::serves(wire::SyntaxId const& asked) const {
  return interfaces_.empty() ||
         std::ranges::any_of(interfaces_, [&](auto const& each) { return each.serves(asked); });
}

bool Script::names(wire::SyntaxId const& asked) const {
  return std::ranges::any_of(interfaces_,
                             [&](auto const& each) { return each.uuid && each.serves(asked); });
}

// One that names the UUID goes before one that takes any.
ScriptedAnswer Script::answer_of(wire::SyntaxId const& interface, std::uint16_t opnum) const {
  ScriptedInterface const* best = nullptr;
  for (auto const& each : interfaces_) {
    if (each.serves(interface) && (best == nullptr || (each.uuid && !best->uuid))) {
      best = &each;
    }
  }
  if (best == nullptr) {
    return {};
  }
  auto const known = best->operations.find(opnum);
  return known == best->operations.end() ? best->otherwise : known->second;
}

Script::Answer Script::on_call(wire::SyntaxId const& interface,
                               std::uint16_t opnum,
                               ByteView stub) {
  auto const answer = answer_of(interface, opnum);
  ScriptedCall call;
  call.number = ++last_;
  call.interface = interface;
  call.opnum = opnum;
  call.stub = bytes_of(stub.first(std::min(stub.size(), kStubKept)));
  call.size = stub.size();
  call.held = answer.kind == ScriptedAnswer::Kind::hold && held_.size() < kMostHeld;
  calls_.push_back(call);
  drop_old_calls();
  if (call.held) {
    held_.emplace(call.number, Held{bytes_of(stub)});
    return {CallFault{}, call.number};
  }
  return {outcome_of(answer, stub)};
}

std::size_t Script::release(std::uint32_t call, ScriptedAnswer const& answer) {
  std::size_t released = 0;
  for (auto& [number, held] : held_) {
    if ((call == 0 || call == number) && !held.outcome) {
      held.outcome = outcome_of(answer, held.stub);
      mark_answered(number);
      ++released;
    }
  }
  return released;
}

std::optional<CallOutcome> Script::take(std::uint32_t call) {
  auto const held = held_.find(call);
  if (held == held_.end() || !held->second.outcome) {
    return std::nullopt;
  }
  auto outcome = std::move(held->second.outcome);
  held_.erase(held);
  return outcome;
}

void Script::forget(std::uint32_t call) {
  mark_answered(call);
  held_.erase(call);
}

void Script::mark_answered(std::uint32_t call) {
  for (auto& each : calls_) {
    each.held = each.held && each.number != call;
  }
}

void Script::forget_calls() {
  std::erase_if(calls_, [](ScriptedCall const& each) { return !each.held; });
}

void Script::drop_old_calls() {
  if (calls_.size() > kCallsKept) {
    auto const oldest =
        std::ranges::find_if(calls_, [](ScriptedCall const& each) { return !each.held; });
    calls_.erase(oldest == calls_.end() ? calls_.begin() : oldest);
  }
}

}  // namespace rpchspec::backend
