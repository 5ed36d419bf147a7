// The faults that are set on a fixture, by name, and the legs that they act on.

#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/agent/fault_spec.hpp"
#include "net/send_gate.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::agent {

/// What faults of the proxy and of the servers do; empty where that half is not there.
struct FaultHooks {
  std::function<Result<void>(std::string const& defect)> set_defect{};     // "": none
  std::function<void(std::optional<std::uint32_t>)> set_recycle_out_at{};  // empty: as configured
};

/// Single-threaded. Stop it, and wait for that, before destroying it; the halves stop first.
class FaultBoard final : public net::LegWatch {
 public:
  FaultBoard(net::Executor executor, FaultHooks hooks);

  /// 400, 404 for a connection that is not there, 409 beside another defect.
  [[nodiscard]] Answer<api::Fault> set(api::Fault fault);

  /// 404 when there is none of that name, with those there are.
  [[nodiscard]] Answer<api::Fault> find(std::string const& name) const;
  [[nodiscard]] Answer<api::Fault> end(std::string const& name);
  [[nodiscard]] api::Faults all() const;

  /// Ends every fault. @return how many there were.
  std::size_t reset();

  /// Ends every leg by RST, as a failure of our own would. @return how many there were.
  std::size_t reset_legs();

  [[nodiscard]] std::shared_ptr<net::SendGate> opened(net::LegFacts facts,
                                                      net::LegControls controls) override;

  [[nodiscard]] net::Task<> stop();

 private:
  /// A fault of bytes on one leg.
  struct Installed {
    std::string name;
    net::Fault fault;
    api::Towards towards = api::TOWARDS_CLIENT;
    std::uint64_t base = 0;  // bytes that had passed when it was put there
  };

  struct Leg {
    std::weak_ptr<net::SendGate> gate;
    std::vector<Installed> installed;
    std::map<std::string, std::uint32_t> counted;  // PDUs of `after`, by fault
    std::string held_by;
  };

  [[nodiscard]] net::Decision decide(Leg& leg, net::SendGate& gate, wire::PduView const& pdu);
  [[nodiscard]] bool act_on_pdu(api::Fault& fault, wire::PduView const& pdu, net::Decision& out);
  [[nodiscard]] bool has_begun(Leg& leg, api::Fault const& fault, wire::PduView const& pdu);
  void install(Leg& leg, api::Fault& fault);
  void refresh(Leg& leg, api::Towards towards);
  void remove(Leg& leg, std::string const& name);
  [[nodiscard]] Answer<std::shared_ptr<net::SendGate>> connection_of(api::Fault& fault);
  [[nodiscard]] Answer<void> apply_at_once(api::Fault& fault);
  [[nodiscard]] Answer<void> set_on_half(api::Fault const& fault);
  [[nodiscard]] net::Task<> apply_behind(std::shared_ptr<net::SendGate> gate, std::string name);
  [[nodiscard]] Leg* leg_of(net::SendGate const& gate);
  void forget_gone();

  FaultHooks hooks_;
  std::map<std::string, api::Fault> faults_;
  std::list<Leg> legs_;
  net::TaskScope scope_;
};

}  // namespace rpchspec::agent
