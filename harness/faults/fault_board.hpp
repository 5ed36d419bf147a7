// The faults that are set, by name, and the legs that they act on: of a fixture, of the servers of
// a case, or of its client.

#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/faults/fault_spec.hpp"
#include "net/send_gate.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::faults {

/// What faults of the proxy and of the servers do; empty where that half is not there.
struct FaultHooks {
  std::function<Result<void>(std::string const& defect)> set_defect{};     // "": none
  std::function<void(std::optional<std::uint32_t>)> set_recycle_out_at{};  // empty: as configured
};

/// Single-threaded. Stop it, and wait for that, before destroying it; the halves stop first.
class FaultBoard final : public net::LegWatch {
 public:
  FaultBoard(net::Executor executor, FaultHooks hooks, OurEnd end = OurEnd::serving);

  /// Refused: what checked() refuses, a connection that is not there, another defect beside one.
  /// @param virtual_connection  acts on the legs of this one alone; 0: on those of each.
  [[nodiscard]] Checked<api::Fault> set(api::Fault fault, std::uint32_t virtual_connection = 0);

  /// Refused when there is none of that name, with those there are.
  [[nodiscard]] Checked<api::Fault> find(std::string const& name) const;
  [[nodiscard]] Checked<api::Fault> end(std::string const& name);
  [[nodiscard]] std::vector<api::Fault> all() const;

  /// Ends every fault. @return how many there were.
  std::size_t reset();

  /// Ends every leg by RST, as a failure of our own would. @return how many there were.
  std::size_t reset_legs();

  [[nodiscard]] std::shared_ptr<net::SendGate> opened(net::LegFacts facts,
                                                      net::LegControls controls) override;

  [[nodiscard]] net::Task<> stop();

 private:
  /// As it was set, and on which virtual connection; 0: on each.
  struct Standing {
    api::Fault fault;
    std::uint32_t virtual_connection = 0;
  };

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

  [[nodiscard]] static bool covers(Standing const& standing, net::LegFacts const& leg);
  [[nodiscard]] net::Decision decide(Leg& leg, net::SendGate& gate, wire::PduView const& pdu);
  [[nodiscard]] bool act_on_pdu(api::Fault& fault, wire::PduView const& pdu, net::Decision& out);
  [[nodiscard]] bool has_begun(Leg& leg, api::Fault const& fault, wire::PduView const& pdu);
  void install(Leg& leg, api::Fault& fault);
  void refresh(Leg& leg, api::Towards towards);
  void remove(Leg& leg, std::string const& name);
  [[nodiscard]] Checked<std::shared_ptr<net::SendGate>> connection_of(api::Fault& fault);
  [[nodiscard]] Checked<void> apply_at_once(api::Fault& fault);
  [[nodiscard]] Checked<void> set_on_half(api::Fault const& fault);
  [[nodiscard]] net::Task<> apply_behind(std::shared_ptr<net::SendGate> gate, std::string name);
  [[nodiscard]] Leg* leg_of(net::SendGate const& gate);
  void forget_gone();

  FaultHooks hooks_;
  OurEnd end_;
  std::map<std::string, Standing> faults_;
  std::list<Leg> legs_;
  net::TaskScope scope_;
};

}  // namespace rpchspec::faults
