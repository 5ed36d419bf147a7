// One expectation, judged event by event: online, so that a run waits no longer than it must, and
// from a stored journal, with the same outcome.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.pb.h"
#include "model/scenario.pb.h"
#include "model/verdict.hpp"

namespace rpchspec::reports {

/// Where an expectation's time and attention begin. Indices are those of steps.hpp.
struct ExpectationContext {
  std::optional<std::uint32_t>
      anchor{};             // `within` counts from the end of this step; empty: from 0
  bool from_began = false;  // ... from its beginning instead: an `await` counts from its own
  std::optional<std::uint32_t> scope{};  // events count from this step's beginning; empty: all do
  double timeout_scale = 1;              // replaced by Started's when that is seen
};

/// Judges one expectation.
///
/// Feed it every event of the journal in order. Times: `within` (default 5 s, scaled) from the
/// anchor; what comes after it is late, what has not come within the larger of three times `within`
/// and 10 s (scaled) is never. `for` of a negative predicate and of stays_open, and `spaced`, are
/// taken as they are written: they measure the proxy, not us. Whether a connection is closed or
/// open is a state: an end before the anchor counts, too. CONN/* PDUs come once in a virtual
/// connection, so all of the case counts for them, whatever the scope. Legs of a log-on that the
/// client actor puts before a request (Head.log_on) belong to no expectation. Of what another
/// machine saw (Started.elsewhere), each time may be off by its clock's error: `within` and never
/// are longer by that, `for` is shorter.
class ExpectationWatch {
 public:
  /// @param expectation  copied.
  ExpectationWatch(scenario::v1::Expectation const& expectation, ExpectationContext context);
  ~ExpectationWatch();
  ExpectationWatch(ExpectationWatch&&) noexcept;
  ExpectationWatch& operator=(ExpectationWatch&&) noexcept;

  void on_event(journal::v1::Event const& event);

  /// Time passes without an event. @param now_ns  as Event.at_ns; earlier times are ignored.
  void on_time(std::uint64_t now_ns);

  /// held, late, never, or blocked where its step was not reached; empty while it is open. Never
  /// changes once it is set.
  [[nodiscard]] std::optional<model::Outcome> decided() const;

  /// When it was decided, as Event.at_ns; empty while it is open.
  [[nodiscard]] std::optional<std::uint64_t> decided_ns() const;

  /// When on_time can next decide something; UINT64_MAX when only an event can.
  [[nodiscard]] std::uint64_t next_deadline_ns() const;

  /// What it says, for the first requirement it cites (an empty id when it cites none). While it is
  /// undecided the outcome is `blocked`. The level is left at `must`: `judge` knows it.
  [[nodiscard]] model::Observation observation() const;

  /// The same once for every cited requirement.
  [[nodiscard]] std::vector<model::Observation> observations() const;

  /// True once it has seen what it waits for, also where its own time has not yet begun: a
  /// following `await` on the same subject looks at what comes after (see CaseWatch).
  [[nodiscard]] bool satisfied() const;

  /// The client does nothing more before this is decided: where all its connections in question are
  /// over, or answered, what has not come by a second later is never, without more waiting.
  void await_no_more();

  /// Looks at nothing but connections and steps until restart_scope().
  void mute();

  /// Forgets what was matched so far and starts looking with the next event.
  void restart_scope();

  /// No further step begins. One whose step began and never ended takes its time from this moment;
  /// one whose step never began is `blocked`: it says nothing.
  void end_of_timeline(std::uint64_t now_ns);

  [[nodiscard]] scenario::v1::Expectation const& expectation() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rpchspec::reports
