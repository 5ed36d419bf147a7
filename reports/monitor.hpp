// Monitors watch the journal of every scenario, whatever it was written for.
//
// Each is written on its own from the text of the requirements it cites; they share codecs with
// the roles, and the table of connections with each other, but no session logic.

#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.pb.h"
#include "model/scenario.pb.h"
#include "model/verdict.hpp"
#include "reports/connections.hpp"

namespace rpchspec::reports {

struct Sighting;

/// What whoever looks at a journal may know beside the event.
struct Surroundings {
  /// @param scenario  says what the case does on purpose.
  explicit Surroundings(scenario::v1::Scenario const& scenario);

  /// Takes the next event in. What it gives is good until the one after.
  [[nodiscard]] Sighting see(journal::v1::Event const& event);

  ConnectionTable table;
  std::string topology;
  double timeout_scale = 1;
  std::uint64_t clock_error_ns = 0;  // between the two ends, where two machines play them
  bool disturbed = false;  // the case stalls, faults or overruns on purpose: silence proves nothing
  bool offloaded = false;  // the client goes through an offloader of ours

  /// How long the proxy has to let go of one end after the other was closed, in ns.
  [[nodiscard]] std::uint64_t patience_to_close_ns() const;
};

struct Sighting {
  journal::v1::Event const& event;
  Connection const* connection;  // null for events of no connection
  Surroundings const& around;

  /// 1 where the event does not say.
  [[nodiscard]] std::uint32_t vc() const;
  [[nodiscard]] bool is(journal::v1::Source source, journal::v1::Direction direction) const;
  [[nodiscard]] journal::v1::Leg leg() const;
};

/// One monitor over one case. Objects once for each requirement, kind and leg.
class Monitor {
 public:
  virtual ~Monitor() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::vector<std::string_view> requirements() const = 0;
  virtual void on_event(Sighting const& sighting) = 0;

  /// The journal ended here.
  virtual void finish(Surroundings const&) {}

  [[nodiscard]] std::vector<model::Observation> const& objections() const { return objections_; }

 protected:
  struct Objection {
    std::string_view requirement;
    std::string_view kind;
    std::string expected;
    std::string seen;
  };

  void object(Sighting const& at, Objection const& objection);
  void object(std::uint64_t at_ns, std::string leg, Objection const& objection);

 private:
  std::vector<model::Observation> objections_;
};

[[nodiscard]] std::unique_ptr<Monitor> make_forwarding_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_routing_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_syntax_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_window_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_ack_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_lifetime_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_head_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_echo_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_front_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_values_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_cross_talk_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_legacy_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_tls_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_close_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_ping_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_v1_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_leak_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_resources_monitor();
[[nodiscard]] std::unique_ptr<Monitor> make_affinity_monitor();

/// Whether a case stalls, faults, cuts or overruns on purpose: then what did not arrive, or is not
/// closed, proves nothing.
[[nodiscard]] bool disturbs(scenario::v1::Scenario const& scenario);

/// How long a proxy has for letting go of a server after its client left, before monitors object.
inline constexpr double kPatienceToClose = 10;  // seconds, of a run without --timeout-scale

/// Text of the note that the harness writes when it closes all that is left of the client.
inline constexpr std::string_view kClientLeft = "the client leaves";

/// Parameter of a case behind a front that may choose among several upstreams: "LOCAL UPSTREAM"
/// for each, joined by semicolons. LOCAL ends the local address of the connections to it.
inline constexpr std::string_view kUpstreams = "Upstreams";

/// All of them, in the order above.
[[nodiscard]] std::vector<std::unique_ptr<Monitor>> make_monitors();

/// Names and requirements of all monitors, for `explain` and lint.
struct MonitorFacts {
  std::string name;
  std::vector<std::string> requirements;
};

[[nodiscard]] std::vector<MonitorFacts> monitor_facts();

/// Runs monitors over a journal.
class MonitorSet {
 public:
  /// @param scenario  says which monitors are off.
  explicit MonitorSet(scenario::v1::Scenario const& scenario);

  void on_event(Sighting const& sighting);
  void finish(Surroundings const& around);

  [[nodiscard]] std::vector<model::Observation> objections() const;

 private:
  void leave_out_two_sided();

  std::vector<std::unique_ptr<Monitor>> monitors_;
};

}  // namespace rpchspec::reports
