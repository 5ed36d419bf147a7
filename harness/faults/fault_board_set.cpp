// Setting faults and ending them; what they do is in fault_board.cpp.

#include "harness/faults/fault_board.hpp"

namespace rpchspec::faults {

namespace {

template <class Faults>
std::vector<std::string> names_of(Faults const& faults) {
  std::vector<std::string> names;
  for (auto const& [name, standing] : faults) {
    names.push_back(name);
  }
  return names;
}

}  // namespace

Checked<std::shared_ptr<net::SendGate>> FaultBoard::connection_of(api::Fault& fault) {
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
  return refuse(Refusal::Why::not_there,
                "no channel is open on connection " + std::to_string(fault.connection()), open);
}

Checked<void> FaultBoard::set_on_half(api::Fault const& fault) {
  if (fault.has_recycle_out_at()) {
    if (!hooks_.set_recycle_out_at) {
      return refuse(Refusal::Why::conflicting, "there are no servers here");
    }
    hooks_.set_recycle_out_at(fault.recycle_out_at());
    return {};
  }
  for (auto const& [name, other] : faults_) {
    if (other.fault.has_defect() && name != fault.name()) {
      return refuse(Refusal::Why::conflicting, "the proxy has the defect '" + other.fault.defect() +
                                                   "' of the fault '" + name + "' already");
    }
  }
  if (!hooks_.set_defect) {
    return refuse(Refusal::Why::conflicting, "there is no proxy here");
  }
  if (auto const done = hooks_.set_defect(fault.defect()); !done) {
    return refuse(Refusal::Why::conflicting, "'" + fault.defect() + "': " + done.error().detail);
  }
  return {};
}

Checked<void> FaultBoard::apply_at_once(api::Fault& fault) {
  auto const gate = connection_of(fault);
  if (!gate) {
    return tl::unexpected(gate.error());
  }
  auto* const leg = leg_of(**gate);
  if (kind_of(fault) != FaultKind::bytes || fault.has_after()) {
    return {};  // decide() will
  }
  if (ends_at_once(fault)) {
    fault.set_applied(1);
    scope_.spawn(apply_behind(*gate, fault.name()));
  } else {
    install(*leg, fault);
  }
  return {};
}

Checked<api::Fault> FaultBoard::set(api::Fault wanted, std::uint32_t virtual_connection) {
  forget_gone();
  if (wanted.connection() != 0 && wanted.leg().empty()) {
    if (auto const gate = connection_of(wanted); !gate) {  // its leg decides which way it goes
      return tl::unexpected(gate.error());
    }
  }
  auto fault = checked(std::move(wanted), end_);
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
  auto& kept = (faults_[fault->name()] = {*fault, virtual_connection}).fault;
  if (kept.connection() != 0) {
    if (auto const done = apply_at_once(kept); !done) {
      faults_.erase(fault->name());
      return tl::unexpected(done.error());
    }
  }
  return kept;
}

Checked<api::Fault> FaultBoard::find(std::string const& name) const {
  auto const found = faults_.find(name);
  if (found == faults_.end()) {
    return refuse(Refusal::Why::not_there, "no fault is called '" + name + "'", names_of(faults_),
                  name);
  }
  return found->second.fault;
}

Checked<api::Fault> FaultBoard::end(std::string const& name) {
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

std::vector<api::Fault> FaultBoard::all() const {
  std::vector<api::Fault> all;
  for (auto const& [name, standing] : faults_) {
    all.push_back(standing.fault);
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

}  // namespace rpchspec::faults
