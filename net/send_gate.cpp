#include "net/send_gate.hpp"

#include <utility>

#include "net/pdu_leg.hpp"

namespace rpchspec::net {

namespace {

constexpr std::size_t kMostHeld = std::size_t{4} * 1024 * 1024;  // bytes; a window is far less

}  // namespace

LegControls controls_of(std::shared_ptr<PduLeg> leg) {
  LegControls controls;
  controls.stream = &leg->stream();
  controls.write = [leg](Bytes bytes) { (void)leg->send(std::move(bytes)); };
  controls.written = [leg] { return leg->outbox().drained(Deadline::never()); };
  controls.end = [leg](CloseHow how) { leg->stream().close_now(how); };
  return controls;
}

SendGate::SendGate(LegFacts facts, LegControls controls, Judge judge)
    : facts_(std::move(facts)), controls_(std::move(controls)), judge_(std::move(judge)) {}

void SendGate::pass(ByteView bytes) {
  if (!attached() || shut_) {
    return;
  }
  if (unframed_ && !holding_) {
    controls_.write(Bytes(bytes.begin(), bytes.end()));
    return;
  }
  if (waiting_.size() + bytes.size() > kMostHeld) {
    return;
  }
  append(waiting_, bytes);
  go_on();
}

void SendGate::release() {
  holding_ = false;
  go_on();
}

void SendGate::shut() {
  shut_ = true;
  waiting_.clear();
}

void SendGate::detach() {
  shut();
  controls_ = {};
  judge_ = {};
}

void SendGate::go_on() {
  auto const bytes = std::exchange(waiting_, {});
  ByteView rest = bytes;
  while (!rest.empty() && !holding_ && !shut_ && attached()) {
    auto const before = rest;
    auto const pdu = wire::next_pdu(rest);
    if (!pdu) {
      unframed_ = true;
      controls_.write(Bytes(before.begin(), before.end()));
      return;
    }
    if (!*pdu) {
      break;
    }
    if (!judge(**pdu)) {
      rest = before;
    }
  }
  if (!shut_) {
    waiting_.insert(waiting_.begin(), rest.begin(), rest.end());
  }
}

/// False: it is held.
bool SendGate::judge(wire::PduView const& pdu) {
  auto decision = judge_(*this, pdu);
  if (decision.fate == Fate::hold) {
    holding_ = true;
    return false;
  }
  auto const sent =
      decision.instead ? std::move(*decision.instead) : Bytes(pdu.bytes.begin(), pdu.bytes.end());
  auto const times = decision.fate == Fate::drop ? 0 : decision.fate == Fate::repeat ? 2 : 1;
  for (int i = 0; i < times && attached(); ++i) {
    controls_.write(sent);
  }
  holding_ = decision.stop_behind;
  return true;
}

}  // namespace rpchspec::net
