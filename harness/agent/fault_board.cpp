#include "harness/agent/fault_board.hpp"

#include <algorithm>

namespace rpchspec::agent {

namespace {

std::vector<std::string> names_of(std::map<std::string, api::Fault> const& faults) {
  std::vector<std::string> names;
  for (auto const& [name, fault] : faults) {
    names.push_back(name);
  }
  return names;
}

bool is_spent(api::Fault const& fault) {
  return fault.times() != 0 && fault.applied() >= fault.times();
}

bool covers(api::Fault const& fault, net::LegFacts const& leg) {
  auto const kind = kind_of(fault);
  auto const is_of_leg = kind == FaultKind::bytes || kind == FaultKind::pdus;
  return is_of_leg &&
         (fault.connection() == 0 ? fault.leg() == leg.name : fault.connection() == leg.connection);
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

FaultBoard::FaultBoard(net::Executor executor, FaultHooks hooks)
    : hooks_(std::move(hooks)), scope_(executor, "FaultBoard") {}

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

// -- setting and ending ---------------------------------------------------------------------------

Answer<std::shared_ptr<net::SendGate>> FaultBoard::connection_of(api::Fault& fault) {
  std::vector<std::string> open;
  for (auto const& leg : legs_) {
    auto gate = leg.gate.lock();
    if (gate && gate->facts().connection == fault.connection()) {
      fault.set_leg(gate->facts().name);
      return gate;
    }
    if (gate) {
      open.push_back(std::to_string(gate->facts().connection));
    }
  }
  return refuse(404, "no channel is open on connection " + std::to_string(fault.connection()),
                open);
}

Answer<void> FaultBoard::set_on_half(api::Fault const& fault) {
  if (fault.has_recycle_out_at()) {
    if (!hooks_.set_recycle_out_at) {
      return refuse(409, "there are no servers here");
    }
    hooks_.set_recycle_out_at(fault.recycle_out_at());
    return {};
  }
  for (auto const& [name, other] : faults_) {
    if (other.has_defect() && name != fault.name()) {
      return refuse(409, "the proxy has the defect '" + other.defect() + "' of the fault '" + name +
                             "' already");
    }
  }
  if (!hooks_.set_defect) {
    return refuse(409, "there is no proxy here");
  }
  if (auto const done = hooks_.set_defect(fault.defect()); !done) {
    return refuse(409, "'" + fault.defect() + "': " + done.error().detail);
  }
  return {};
}

Answer<void> FaultBoard::apply_at_once(api::Fault& fault) {
  auto const gate = connection_of(fault);
  if (!gate) {
    return tl::unexpected(gate.error());
  }
  auto* const leg = leg_of(**gate);
  if (kind_of(fault) != FaultKind::bytes || fault.has_after()) {
    return {};  // decide() will
  }
  auto const ends =
      fault.what_case() == api::Fault::kEnd || fault.what_case() == api::Fault::kHalfClose;
  if (ends && fault.at() == 0) {
    fault.set_applied(1);
    scope_.spawn(apply_behind(*gate, fault.name()));
  } else {
    install(*leg, fault);
  }
  return {};
}

Answer<api::Fault> FaultBoard::set(api::Fault wanted) {
  forget_gone();
  if (wanted.connection() != 0 && wanted.leg().empty()) {
    if (auto const gate = connection_of(wanted); !gate) {  // its leg decides which way it goes
      return tl::unexpected(gate.error());
    }
  }
  auto fault = checked(std::move(wanted));
  if (!fault) {
    return fault;
  }
  if (faults_.contains(fault->name())) {
    (void)end(fault->name());
  }
  auto const kind = kind_of(*fault);
  if (kind == FaultKind::proxy || kind == FaultKind::servers) {
    if (auto const done = set_on_half(*fault); !done) {
      return tl::unexpected(done.error());
    }
  }
  auto& kept = faults_[fault->name()] = *fault;
  if (kept.connection() != 0) {
    if (auto const done = apply_at_once(kept); !done) {
      faults_.erase(fault->name());
      return tl::unexpected(done.error());
    }
  }
  return kept;
}

Answer<api::Fault> FaultBoard::find(std::string const& name) const {
  auto const found = faults_.find(name);
  if (found == faults_.end()) {
    return refuse(404, "no fault is called '" + name + "'", names_of(faults_), name);
  }
  return found->second;
}

Answer<api::Fault> FaultBoard::end(std::string const& name) {
  auto fault = find(name);
  if (!fault) {
    return fault;
  }
  faults_.erase(name);
  if (fault->has_defect() && hooks_.set_defect) {
    (void)hooks_.set_defect("");
  } else if (fault->has_recycle_out_at() && hooks_.set_recycle_out_at) {
    hooks_.set_recycle_out_at(std::nullopt);
  }
  for (auto& leg : legs_) {
    remove(leg, name);
  }
  return fault;
}

api::Faults FaultBoard::all() const {
  api::Faults all;
  for (auto const& [name, fault] : faults_) {
    *all.add_faults() = fault;
  }
  return all;
}

std::size_t FaultBoard::reset() {
  auto const names = names_of(faults_);
  for (auto const& name : names) {
    (void)end(name);
  }
  return names.size();
}

std::size_t FaultBoard::reset_legs() {
  std::size_t count = 0;
  for (auto const& leg : legs_) {
    auto const gate = leg.gate.lock();
    if (gate && gate->attached()) {
      gate->shut();
      auto const end = gate->controls().end;
      end(net::CloseHow::rst);
      ++count;
    }
  }
  return count;
}

// -- acting ---------------------------------------------------------------------------------------

std::shared_ptr<net::SendGate> FaultBoard::opened(net::LegFacts facts, net::LegControls controls) {
  forget_gone();
  auto& leg = legs_.emplace_back();
  auto judge = [this, &leg](net::SendGate& gate, wire::PduView const& pdu) {
    return decide(leg, gate, pdu);
  };
  auto gate = std::make_shared<net::SendGate>(std::move(facts), std::move(controls), judge);
  leg.gate = gate;
  for (auto& [name, fault] : faults_) {
    auto const acts = kind_of(fault) == FaultKind::bytes && !fault.has_after() &&
                      fault.connection() == 0 && covers(fault, gate->facts());
    if (acts && !is_spent(fault)) {
      fault.set_applied(fault.applied() + 1);
      install(leg, fault);
    }
  }
  return gate;
}

void FaultBoard::install(Leg& leg, api::Fault& fault) {
  auto const gate = leg.gate.lock();
  auto const& stream = *gate->controls().stream;
  auto const passed =
      fault.towards() == api::TOWARDS_SERVER ? stream.bytes_received() : stream.bytes_sent();
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
  auto const is_received = towards == api::TOWARDS_SERVER;
  auto const now = is_received ? stream.bytes_received() : stream.bytes_sent();
  std::vector<net::Fault> faults;
  for (auto const& each : leg.installed) {
    auto const passed = now - each.base;
    if (each.towards == towards && (passed <= each.fault.at || is_lasting(each.fault))) {
      faults.push_back(each.fault);
      faults.back().at -= std::min(passed, each.fault.at);
    }
  }
  is_received ? stream.set_receive_faults(std::move(faults))
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
  for (auto& [name, fault] : faults_) {
    if (!covers(fault, gate.facts())) {
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
  auto& fault = found->second;
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

}  // namespace rpchspec::agent
