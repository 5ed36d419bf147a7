#include "harness/faults/fault_board.hpp"

#include <algorithm>

namespace rpchspec::faults {

namespace {

bool is_spent(api::Fault const& fault) {
  return fault.times() != 0 && fault.applied() >= fault.times();
}

/// For the events. Faults of bytes are told by the stream, when they begin.
void tell(net::SendGate const& gate, api::Fault const& fault) {
  auto* const tap = gate.controls().stream->tap();
  if (tap != nullptr) {
    auto const& what = *api::Fault::descriptor()->FindFieldByNumber(fault.what_case());
    auto const pdu = kind_of(fault) == FaultKind::pdus ? " of " + pdu_of(fault) : std::string();
    tap->fault(what.name(), "fault '" + fault.name() + "'" + pdu, Clock::now());
  }
}

/// What goes on acting behind its position.
bool is_lasting(net::Fault const& fault) {
  return fault.times == 0;
}

}  // namespace

FaultBoard::FaultBoard(net::Executor executor, FaultHooks hooks, OurEnd end)
    : hooks_(std::move(hooks)), end_(end), scope_(executor, "FaultBoard") {}

bool FaultBoard::covers(Standing const& standing, net::LegFacts const& leg) {
  auto const& [fault, virtual_connection] = standing;
  auto const kind = kind_of(fault);
  if ((kind != FaultKind::bytes && kind != FaultKind::pdus) ||
      (virtual_connection != 0 && virtual_connection != leg.virtual_connection)) {
    return false;
  }
  return fault.connection() == 0 ? fault.leg() == leg.name : fault.connection() == leg.connection;
}

void FaultBoard::forget_gone() {
  std::erase_if(legs_, [](Leg const& leg) {
    auto const gate = leg.gate.lock();
    return !gate || !gate->attached();
  });
}

FaultBoard::Leg* FaultBoard::leg_of(net::SendGate const& gate) {
  auto const found =
      std::ranges::find_if(legs_, [&](Leg const& leg) { return leg.gate.lock().get() == &gate; });
  return found == legs_.end() ? nullptr : &*found;
}

std::shared_ptr<net::SendGate> FaultBoard::opened(net::LegFacts facts, net::LegControls controls) {
  forget_gone();
  auto& leg = legs_.emplace_back();
  auto judge = [this, &leg](net::SendGate& gate, wire::PduView const& pdu) {
    return decide(leg, gate, pdu);
  };
  auto gate = std::make_shared<net::SendGate>(std::move(facts), std::move(controls), judge);
  leg.gate = gate;
  for (auto& [name, standing] : faults_) {
    auto& fault = standing.fault;
    auto const acts = kind_of(fault) == FaultKind::bytes && !fault.has_after() &&
                      fault.connection() == 0 && covers(standing, gate->facts());
    if (acts && !is_spent(fault)) {
      fault.set_applied(fault.applied() + 1);
      if (ends_at_once(fault)) {
        scope_.spawn(apply_behind(gate, name));
      } else {
        install(leg, fault);
      }
    }
  }
  return gate;
}

void FaultBoard::install(Leg& leg, api::Fault& fault) {
  auto const gate = leg.gate.lock();
  auto const& stream = *gate->controls().stream;
  auto const passed =
      is_received(fault.towards(), end_) ? stream.bytes_received() : stream.bytes_sent();
  leg.installed.push_back({fault.name(), to_net(fault), fault.towards(), passed});
  refresh(leg, fault.towards());
}

/// Sets the faults of one direction anew, their positions counted from here.
void FaultBoard::refresh(Leg& leg, api::Towards towards) {
  auto const gate = leg.gate.lock();
  if (!gate || !gate->attached()) {
    return;
  }
  auto& stream = *gate->controls().stream;
  auto const of_received = is_received(towards, end_);
  auto const now = of_received ? stream.bytes_received() : stream.bytes_sent();
  std::vector<net::Fault> faults;
  for (auto const& each : leg.installed) {
    auto const passed = now - each.base;
    if (each.towards == towards && (passed <= each.fault.at || is_lasting(each.fault))) {
      faults.push_back(each.fault);
      faults.back().at -= std::min(passed, each.fault.at);
    }
  }
  of_received ? stream.set_receive_faults(std::move(faults))
              : stream.set_send_faults(std::move(faults));
}

void FaultBoard::remove(Leg& leg, std::string const& name) {
  leg.counted.erase(name);
  for (auto const towards : {api::TOWARDS_CLIENT, api::TOWARDS_SERVER}) {
    auto const gone = std::erase_if(leg.installed, [&](Installed const& each) {
      return each.name == name && each.towards == towards;
    });
    if (gone != 0) {
      refresh(leg, towards);
    }
  }
  if (leg.held_by == name) {
    leg.held_by.clear();
    if (auto const gate = leg.gate.lock()) {
      gate->release();
    }
  }
}

/// False while the n-th PDU of `after` has not passed. That PDU itself is not acted on.
bool FaultBoard::has_begun(Leg& leg, api::Fault const& fault, wire::PduView const& pdu) {
  if (!fault.has_after()) {
    return true;
  }
  auto& counted = leg.counted[fault.name()];
  if (counted >= fault.after().count()) {
    return true;
  }
  counted += is_called(pdu, fault.after().pdu()) ? 1 : 0;
  return false;
}

/// False: it lets this PDU alone.
bool FaultBoard::act_on_pdu(api::Fault& fault, wire::PduView const& pdu, net::Decision& out) {
  if (is_spent(fault) || !is_called(pdu, pdu_of(fault))) {
    return false;
  }
  switch (fault.what_case()) {
    case api::Fault::kHold:
      out.fate = net::Fate::hold;
      break;
    case api::Fault::kDrop:
      out.fate = net::Fate::drop;
      break;
    case api::Fault::kRepeat:
      out.fate = net::Fate::repeat;
      break;
    default:
      out.instead = with_wrong_cookies(pdu);
      break;
  }
  fault.set_applied(fault.applied() + 1);
  return true;
}

net::Decision FaultBoard::decide(Leg& leg, net::SendGate& gate, wire::PduView const& pdu) {
  net::Decision decision;
  for (auto& [name, standing] : faults_) {
    auto& fault = standing.fault;
    if (!covers(standing, gate.facts())) {
      continue;
    }
    if (kind_of(fault) == FaultKind::pdus) {
      if (has_begun(leg, fault, pdu) && act_on_pdu(fault, pdu, decision)) {
        leg.held_by = decision.fate == net::Fate::hold ? name : leg.held_by;
        tell(gate, fault);
        break;  // one fault a PDU
      }
    } else if (fault.has_after() && leg.counted[name] < fault.after().count()) {
      (void)has_begun(leg, fault, pdu);
      if (leg.counted[name] == fault.after().count() && !is_spent(fault)) {
        fault.set_applied(fault.applied() + 1);
        decision.stop_behind = true;
        scope_.spawn(apply_behind(leg.gate.lock(), name));
      }
    }
  }
  return decision;
}

/// What was let through is written first; then the fault begins with what follows.
net::Task<> FaultBoard::apply_behind(std::shared_ptr<net::SendGate> gate, std::string name) {
  auto const written = gate->controls().written;  // keeps the leg's queue while it is waited for
  if (!written) {
    co_return;
  }
  (void)co_await written();
  auto const found = faults_.find(name);
  if (!gate->attached()) {
    co_return;
  }
  if (found == faults_.end()) {
    gate->release();
    co_return;
  }
  auto& fault = found->second.fault;
  if (fault.what_case() == api::Fault::kEnd) {
    tell(*gate, fault);
    gate->shut();
    auto const end = gate->controls().end;
    end(close_how(fault));
  } else if (fault.what_case() == api::Fault::kHalfClose) {
    tell(*gate, fault);
    gate->shut();
    (void)co_await gate->controls().stream->shutdown_send(
        net::Deadline::in(std::chrono::seconds(5)));
  } else {
    auto* const leg = leg_of(*gate);
    if (leg != nullptr) {
      install(*leg, fault);
    }
    gate->release();
  }
}

net::Task<> FaultBoard::stop() {
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace rpchspec::faults
