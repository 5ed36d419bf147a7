// receives, receives_not: PDUs that arrive, or must not.

#include <algorithm>

#include <fmt/format.h>

#include "reports/pdu_text.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Expectation;

namespace {

using Where = google::protobuf::Map<std::string, std::string>;

/// "ReceiveWindowSize 300000" for the first field that is not as wanted; empty when all are.
std::string unlike(v1::Pdu const& pdu,
                   std::string const& name,
                   Where const& where,
                   Parameters const& parameters) {
  std::vector<std::string> fields;
  for (auto const& entry : where) {
    fields.push_back(entry.first);
  }
  std::sort(fields.begin(), fields.end());  // the same words every time
  for (auto const& field : fields) {
    auto const value = field_of(pdu, name, field);
    if (!value) {
      return "no " + field;
    }
    if (!matches(where.at(field), *value, parameters)) {
      return fmt::format("{} {}", field, *value);
    }
  }
  return {};
}

std::string where_text(Where const& where) {
  std::vector<std::string> parts;
  for (auto const& entry : where) {
    parts.push_back(fmt::format("{} {}", entry.first, entry.second));
  }
  std::sort(parts.begin(), parts.end());
  return parts.empty() ? "" : fmt::format(" with {}", fmt::join(parts, ", "));
}

std::string rts_header_text(v1::Pdu const& pdu) {
  std::string text;
  for (auto const* field : {"flags", "number_of_commands"}) {
    auto const value = field_of(pdu, "rts", fmt::format("header.{}", field));
    text += value ? fmt::format("{} {} {}", text.empty() ? " with" : ",", field, *value) : "";
  }
  return text;
}

class ReceivesPredicate final : public Predicate {
 public:
  ReceivesPredicate(Expectation const& expectation, Subject subject, PredicateTimes const& times)
      : Predicate(subject), wanted_(expectation.receives()) {
    bool const gaps = wanted_.has_spaced() || wanted_.has_spaced_at_most();
    at_least_ = wanted_.at_least() != 0 ? wanted_.at_least() : gaps ? 2 : 1;
    hold_ns_ = wanted_.at_most() != 0 ? times.within_ns : 0;
  }

  void on_event(Moment const& moment) override {
    if (!arrives(moment) || !covers(moment) || moment.muted) {
      return;
    }
    // CONN/* PDUs come once in a virtual connection: all of the case counts for them.
    bool const once = wanted_.pdu().compare(0, 5, "CONN/") == 0;
    if (!moment.in_scope && !once) {
      return;
    }
    if (!goes_by(moment.event.pdu(), wanted_.pdu())) {
      note_stranger(moment.event);
      return;
    }
    auto const why = unlike(moment.event.pdu(), wanted_.pdu(), wanted_.where(), moment.parameters);
    if (!why.empty()) {
      other_ = fmt::format("{} with {} at {}", pdu_name(moment.event), why,
                           seconds_text(moment.event.at_ns()));
      if (once && at_least_ == 1 && count_ == 0) {
        violate(moment.event.at_ns());
      }
      return;
    }
    count(moment.event.at_ns());
  }

  void restart() override {
    Predicate::restart();
    count_ = 0;
    gap_.clear();
    other_.clear();
    stranger_.clear();
  }

  [[nodiscard]] bool wants_more() const override { return !satisfied_at_; }

  [[nodiscard]] std::string expected() const override {
    auto text = subject_text(subject_) + " receives ";
    if (at_least_ > 1 || wanted_.at_most() != 0) {
      text += wanted_.at_most() == 0 ? fmt::format("at least {} ", at_least_)
                                     : fmt::format("{} to {} ", at_least_, wanted_.at_most());
    }
    text += wanted_.pdu() + where_text(wanted_.where());
    if (wanted_.has_spaced()) {
      text += fmt::format(", at least {} apart", span_text(to_ns(wanted_.spaced())));
    }
    if (wanted_.has_spaced_at_most()) {
      text += fmt::format(", at most {} apart", span_text(to_ns(wanted_.spaced_at_most())));
    }
    return text;
  }

  [[nodiscard]] std::string seen() const override {
    if (!gap_.empty()) {
      return gap_;
    }
    if (count_ == 0 && !other_.empty()) {
      return other_;
    }
    return count_ == 0
               ? stranger_
               : fmt::format("{} of {} on {}", count_, wanted_.pdu(), subject_text(subject_));
  }

  [[nodiscard]] std::string kind() const override {
    return !gap_.empty()                    ? "wrong spacing"
           : count_ == 0 && !other_.empty() ? "wrong value"
           : count_ > 0 && violated_at_     ? "too many"
                                            : "not received";
  }

 private:
  /// It may be the one that is waited for, with something wrong that takes its name.
  void note_stranger(v1::Event const& event) {
    if (!is_rpc(event.pdu()) && event.pdu().kinds().empty()) {
      stranger_ =
          fmt::format("not received on {}, but {}{} at {}", subject_text(subject_), pdu_name(event),
                      rts_header_text(event.pdu()), seconds_text(event.at_ns()));
    }
  }

  void count(std::uint64_t at_ns) {
    if (count_ != 0) {
      check_gap(at_ns - last_ns_, at_ns);
    }
    last_ns_ = at_ns;
    ++count_;
    if (wanted_.at_most() != 0 && count_ > wanted_.at_most()) {
      violate(at_ns);
    } else if (count_ >= at_least_) {
      satisfy(at_ns);
    }
  }

  void check_gap(std::uint64_t gap_ns, std::uint64_t at_ns) {
    bool const close = wanted_.has_spaced() && gap_ns < to_ns(wanted_.spaced());
    bool const far = wanted_.has_spaced_at_most() && gap_ns > to_ns(wanted_.spaced_at_most());
    if ((close || far) && gap_.empty()) {
      gap_ = fmt::format("two {} {} apart, the second at {}", wanted_.pdu(), seconds_text(gap_ns),
                         seconds_text(at_ns));
      violate(at_ns);
    }
  }

  scenario::v1::Receives wanted_;
  std::uint32_t at_least_ = 1;
  std::uint32_t count_ = 0;
  std::uint64_t last_ns_ = 0;
  std::string gap_;
  std::string other_;
  std::string stranger_;
};

class ReceivesNotPredicate final : public Predicate {
 public:
  ReceivesNotPredicate(Expectation const& expectation, Subject subject)
      : Predicate(subject), wanted_(expectation.receives_not()) {
    hold_ns_ = negative_ns(wanted_.has_for_(), wanted_.for_(), expectation);
    satisfy(0);
  }

  void on_event(Moment const& moment) override {
    if (!violated_at_ && moment.in_scope && arrives(moment) && covers(moment) &&
        goes_by(moment.event.pdu(), wanted_.pdu()) &&
        unlike(moment.event.pdu(), wanted_.pdu(), wanted_.where(), moment.parameters).empty()) {
      auto const fields = key_fields(moment.event);
      seen_ = fmt::format("{}{} at {}", pdu_name(moment.event),
                          fields.empty() ? "" : " (" + fields + ")",
                          seconds_text(moment.event.at_ns()));
      violate(moment.event.at_ns());
    }
  }

  void restart() override {
    violated_at_.reset();
    seen_.clear();
  }

  [[nodiscard]] std::string expected() const override {
    return fmt::format("no {}{} on {} for {}", wanted_.pdu(), where_text(wanted_.where()),
                       subject_text(subject_), span_text(hold_ns_));
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override { return "received"; }

 private:
  scenario::v1::ReceivesNot wanted_;
  std::string seen_;
};

}  // namespace

std::unique_ptr<Predicate> make_pdu_predicate(Expectation const& expectation,
                                              Subject subject,
                                              PredicateTimes const& times) {
  switch (expectation.predicate_case()) {
    case Expectation::kReceives:
      return std::make_unique<ReceivesPredicate>(expectation, subject, times);
    default:
      return std::make_unique<ReceivesNotPredicate>(expectation, subject);
  }
}

}  // namespace rpchspec::reports
