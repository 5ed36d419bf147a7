#include "reports/expectation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reports/alternative.hpp"
#include "reports/exhaustion.hpp"
#include "reports/expectation_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using model::Outcome;
using scenario::v1::Expectation;

struct ExpectationWatch::Impl {
  Expectation expectation;
  ExpectationContext context;
  std::vector<Alternative> alternatives;
  ConnectionTable table;
  Exhaustion exhaustion;
  bool awaits_no_more = false;
  Parameters parameters;
  Allowance allowance;
  bool in_scope = false;
  bool muted = false;
  std::uint64_t now_ns = 0;
  std::string last;  // what came last on the subject, and when
  std::optional<Outcome> decided;
  std::uint64_t decided_ns = 0;

  void note_exhaustion(v1::Event const& event) {
    for (auto& alternative : alternatives) {
      auto const over = awaits_no_more && alternative.predicate->wants_more() &&
                        exhaustion.of(alternative.subject, table);
      if (!over) {
        alternative.exhausted_ns.reset();
      } else if (!alternative.exhausted_ns) {
        alternative.exhausted_ns = event.at_ns();
      }
    }
  }

  /// Decides what is due at `now`, or before it where `before` is set.
  void advance(std::uint64_t now, bool before) {
    for (auto& alternative : alternatives) {
      auto const at = allowance.due_ns(alternative);
      if (at < now || (!before && at == now)) {
        allowance.decide(alternative);
        alternative.seen = reports::seen_text(alternative, allowance, last);
      }
    }
    settle();
  }

  void settle() {
    if (decided || alternatives.empty()) {
      return;
    }
    bool all = true;
    auto const* best = &alternatives.front();
    for (auto const& alternative : alternatives) {
      if (alternative.decided == Outcome::held) {
        decided = Outcome::held;
        decided_ns = alternative.decided_ns;
        return;
      }
      all = all && alternative.decided.has_value();
      if (alternative.decided == Outcome::late) {
        best = &alternative;
      }
    }
    if (all) {
      decided = best->decided;
      decided_ns = best->decided_ns;
    }
  }

  /// It is known to be of a virtual connection that nothing here speaks of. The first one is what a
  /// subject means that says nothing of it, and some of those mean every connection.
  [[nodiscard]] bool is_of_others(v1::Event const& event) const {
    auto const number = event.virtual_connection();
    return event.connection() != 0 && number != 0 &&
           std::none_of(alternatives.begin(), alternatives.end(), [number](auto const& each) {
             auto const wanted = each.subject.virtual_connection;
             return wanted <= 1 || wanted == number;
           });
  }

  void on_started(v1::Started const& started) {
    if (started.timeout_scale() > 0) {
      allowance.timeout_scale = started.timeout_scale();
    }
    allowance.elsewhere = started.elsewhere();
  }

  void note_step(v1::Event const& event) {
    auto const& step = event.step();
    bool const began = step.phase() == v1::Step::BEGAN;
    if (context.scope && step.index() == *context.scope && began) {
      in_scope = true;
    }
    if (context.anchor && step.index() == *context.anchor && began == context.from_began &&
        !allowance.anchor_ns) {
      allowance.anchor_ns = event.at_ns();
      allowance.anchor_label = fmt::format("step {} {}", step.index() + 1, step.label());
    }
  }

  void note_last(v1::Event const& event, Connection const* connection) {
    if (connection == nullptr || event.direction() == v1::SENT) {
      return;
    }
    auto const text = arrival_text(event);
    if (!text.empty() && std::any_of(alternatives.begin(), alternatives.end(), [&](auto const& a) {
          return a.subject.covers(*connection);
        })) {
      last = fmt::format("{} at {}", text, seconds_text(event.at_ns()));
    }
  }

  [[nodiscard]] std::string expected_text() const {
    auto const text = reports::expected_text(alternatives, allowance);
    return expectation.note().empty() ? text : text + " (" + expectation.note() + ")";
  }

  [[nodiscard]] std::string seen_text() const {
    std::string text;
    for (auto const& alternative : alternatives) {
      if (decided == alternative.decided) {
        text += (text.empty() ? "" : ", and ") + alternative.seen;
      }
    }
    if (decided == Outcome::blocked) {
      return fmt::format("step {} was not reached", expectation.since());
    }
    return decided ? text : "the case ended before this could be seen";
  }

  [[nodiscard]] std::string where_text() const {
    auto text = anchor_text(allowance);
    if (decided) {
      text += ", " + seconds_text(decided_ns);
    }
    std::uint32_t newest = 0;
    for (auto const& [number, connection] : table.all()) {
      for (auto const& alternative : alternatives) {
        newest = alternative.subject.covers(connection) ? std::max(newest, number) : newest;
      }
    }
    return newest == 0 ? text : fmt::format("{}, connection {}", text, newest);
  }

  [[nodiscard]] std::string kind_text() const {
    if (decided == Outcome::late) {
      return "late";
    }
    return alternatives.empty() ? "no predicate" : alternatives.front().predicate->kind();
  }
};

ExpectationWatch::ExpectationWatch(Expectation const& expectation, ExpectationContext context)
    : impl_(std::make_unique<Impl>()) {
  impl_->expectation = expectation;
  impl_->context = context;
  impl_->in_scope = !context.scope;
  impl_->allowance.timeout_scale = context.timeout_scale;
  if (!context.anchor) {
    impl_->allowance.anchor_ns = 0;
  }
  impl_->alternatives = alternatives_of(expectation);
}

ExpectationWatch::~ExpectationWatch() = default;
ExpectationWatch::ExpectationWatch(ExpectationWatch&&) noexcept = default;
ExpectationWatch& ExpectationWatch::operator=(ExpectationWatch&&) noexcept = default;

void ExpectationWatch::on_event(v1::Event const& event) {
  auto& impl = *impl_;
  if (impl.decided) {
    return;
  }
  impl.now_ns = std::max(impl.now_ns, event.at_ns());
  impl.advance(impl.now_ns, true);
  if (impl.decided) {
    return;
  }
  if (impl.is_of_others(event)) {
    impl.table.forget(event.connection());  // a case may have a thousand of them, and of us
    return;
  }
  if (event.has_started()) {
    impl.on_started(event.started());
  } else if (event.has_parameter()) {
    impl.parameters[event.parameter().name()] = event.parameter().value();
  } else if (event.has_step()) {
    impl.note_step(event);
  }
  auto const* connection = impl.table.on_event(event);
  impl.exhaustion.on_event(event);
  if (event.has_head() && event.head().log_on()) {
    impl.note_exhaustion(event);
    impl.advance(impl.now_ns, false);
    return;  // the way to the request that the scenario makes
  }
  impl.note_last(event, connection);
  Moment const moment{
      event, connection, impl.table, impl.parameters, impl.in_scope && !impl.muted, impl.muted};
  for (auto& alternative : impl.alternatives) {
    if (!alternative.decided) {
      alternative.predicate->on_event(moment);
    }
  }
  impl.note_exhaustion(event);
  impl.advance(impl.now_ns, false);
}

void ExpectationWatch::on_time(std::uint64_t now_ns) {
  if (!impl_->decided && now_ns >= impl_->now_ns) {
    impl_->now_ns = now_ns;
    impl_->advance(now_ns, false);
  }
}

std::optional<Outcome> ExpectationWatch::decided() const {
  return impl_->decided;
}

std::optional<std::uint64_t> ExpectationWatch::decided_ns() const {
  return impl_->decided ? std::optional(impl_->decided_ns) : std::nullopt;
}

std::uint64_t ExpectationWatch::next_deadline_ns() const {
  if (impl_->decided) {
    return kForever;
  }
  std::uint64_t earliest = kForever;
  for (auto const& alternative : impl_->alternatives) {
    earliest = std::min(earliest, impl_->allowance.due_ns(alternative));
  }
  return earliest;
}

model::Observation ExpectationWatch::observation() const {
  model::Observation observation;
  auto const& impl = *impl_;
  observation.requirement = impl.expectation.by_size() == 0 ? "" : impl.expectation.by(0);
  observation.outcome = impl.decided.value_or(Outcome::blocked);
  observation.kind = impl.kind_text();
  observation.leg = impl.expectation.subject();
  if (observation.leg.empty() && !impl.alternatives.empty()) {
    auto const& subject = impl.alternatives.front().subject;
    observation.leg = leg_name(subject.source, subject.leg);
  }
  observation.expected = impl.expected_text();
  observation.seen = impl.seen_text();
  observation.where = impl.where_text();
  return observation;
}

std::vector<model::Observation> ExpectationWatch::observations() const {
  auto const first = observation();
  std::vector<model::Observation> all{first};
  for (int i = 1; i < impl_->expectation.by_size(); ++i) {
    all.push_back(first);
    all.back().requirement = impl_->expectation.by(i);
  }
  return all;
}

bool ExpectationWatch::satisfied() const {
  return std::any_of(impl_->alternatives.begin(), impl_->alternatives.end(),
                     [](auto const& a) { return a.predicate->satisfied_at().has_value(); });
}

void ExpectationWatch::await_no_more() {
  impl_->awaits_no_more = true;
}

void ExpectationWatch::mute() {
  impl_->muted = true;
}

void ExpectationWatch::restart_scope() {
  impl_->muted = false;
  impl_->in_scope = true;
  for (auto& alternative : impl_->alternatives) {
    if (!alternative.decided) {
      alternative.predicate->restart();
    }
  }
}

void ExpectationWatch::end_of_timeline(std::uint64_t now_ns) {
  auto& impl = *impl_;
  if (impl.allowance.anchor_ns || impl.decided) {
    return;
  }
  if (impl.in_scope) {
    impl.allowance.anchor_ns = now_ns;
  } else {
    impl.decided = Outcome::blocked;
    impl.decided_ns = now_ns;
  }
}

Expectation const& ExpectationWatch::expectation() const {
  return impl_->expectation;
}

}  // namespace rpchspec::reports
