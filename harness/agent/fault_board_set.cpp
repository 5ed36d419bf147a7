// Setting faults and ending them; what they do is in fault_board.cpp.

#include "harness/agent/fault_board.hpp"

namespace rpchspec::agent {

namespace {

std::vector<std::string> names_of(std::map<std::string, api::Fault> const& faults) {
  std::vector<std::string> names;
  for (auto const& [name, fault] : faults) {
    names.push_back(name);
  }
  return names;
}

}  // namespace

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
  if (ends_at_once(fault)) {
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

}  // namespace rpchspec::agent
