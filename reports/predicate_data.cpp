// data, fault: what RPC PDUs bring.

#include <fmt/format.h>

#include "protocol/wire/dcerpc.hpp"
#include "reports/pdu_text.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Expectation;

namespace {

class DataPredicate final : public Predicate {
 public:
  DataPredicate(Expectation const& expectation, Subject subject, PredicateTimes const& times)
      : Predicate(subject), wanted_(expectation.data()) {
    bool const nothing_set =
        wanted_.at_least() == 0 && wanted_.exactly() == 0 && wanted_.at_most() == 0;
    at_least_ = wanted_.exactly() != 0 ? wanted_.exactly() : nothing_set ? 1 : wanted_.at_least();
    at_most_ = wanted_.exactly() != 0 ? wanted_.exactly() : wanted_.at_most();
    if (at_most_ != 0) {
      settle_ns_ = wanted_.has_for_() ? to_ns(wanted_.for_()) : kSecond;
      hold_ns_ = at_least_ == 0 && !wanted_.has_for_() ? times.within_ns : 0;
    }
    if (at_least_ == 0) {
      satisfy(0);
    }
  }

  void on_event(Moment const& moment) override {
    if (!moment.in_scope || !covers(moment) || moment.event.direction() == v1::SENT) {
      return;
    }
    if (moment.event.has_mismatch()) {
      mismatch_ =
          fmt::format("payload differs at offset {} at {}: {}", moment.event.mismatch().offset(),
                      seconds_text(moment.event.at_ns()), moment.event.mismatch().detail());
      violate(moment.event.at_ns());
    } else if (arrives(moment) && is_rpc(moment.event.pdu())) {
      bytes_ += moment.event.pdu().size();
      last_ns_ = moment.event.at_ns();
      if (at_most_ != 0 && bytes_ > at_most_) {
        violate(last_ns_);
      } else if (bytes_ >= at_least_) {
        satisfy(last_ns_);
      }
    }
  }

  void restart() override {
    Predicate::restart();
    bytes_ = 0;
    mismatch_.clear();
    if (at_least_ == 0) {
      satisfy(0);
    }
  }

  [[nodiscard]] bool wants_more() const override { return !satisfied_at_; }

  [[nodiscard]] std::string expected() const override {
    auto const what = at_least_ == at_most_ ? fmt::format("exactly {}", at_least_)
                      : at_most_ == 0       ? fmt::format("at least {}", at_least_)
                      : at_least_ == 0      ? fmt::format("at most {}", at_most_)
                                            : fmt::format("{} to {}", at_least_, at_most_);
    return fmt::format("{} bytes of RPC PDUs on {}, unchanged", what, subject_text(subject_));
  }

  [[nodiscard]] std::string seen() const override {
    if (!mismatch_.empty()) {
      return mismatch_;
    }
    return bytes_ == 0 ? ""
                       : fmt::format("{} bytes of RPC PDUs on {}, the last at {}", bytes_,
                                     subject_text(subject_), seconds_text(last_ns_));
  }

  [[nodiscard]] std::string kind() const override {
    return !mismatch_.empty() ? "payload changed" : violated_at_ ? "too much" : "too little";
  }

 private:
  scenario::v1::Data wanted_;
  std::uint64_t at_least_ = 0;
  std::uint64_t at_most_ = 0;  // 0: no bound
  std::uint64_t bytes_ = 0;
  std::uint64_t last_ns_ = 0;
  std::string mismatch_;
};

class FaultPredicate final : public Predicate {
 public:
  FaultPredicate(scenario::v1::FaultAnswer const& wanted, Subject subject)
      : Predicate(subject), wanted_(wanted) {}

  void on_event(Moment const& moment) override {
    if (!moment.in_scope || !arrives(moment) || !covers(moment) ||
        !goes_by(moment.event.pdu(), "fault")) {
      return;
    }
    auto const status = field_of(moment.event.pdu(), "fault", "status").value_or("no status");
    auto const code = number(status).value_or(0);
    auto const name = wire::name_of_fault(static_cast<std::uint32_t>(code));
    seen_ = fmt::format("fault {} ({}) at {}", name, status, seconds_text(moment.event.at_ns()));
    if (wanted_.status().empty() || matches(wanted_.status(), status, moment.parameters) ||
        matches(wanted_.status(), name, moment.parameters)) {
      satisfy(moment.event.at_ns());
    }
  }

  void restart() override {
    Predicate::restart();
    seen_.clear();
  }

  [[nodiscard]] bool wants_more() const override { return !satisfied_at_; }

  [[nodiscard]] std::string expected() const override {
    return fmt::format("{} receives a fault {}", subject_text(subject_), wanted_.status());
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override {
    return seen_.empty() ? "no fault" : "another fault";
  }

 private:
  scenario::v1::FaultAnswer wanted_;
  std::string seen_;
};

}  // namespace

std::unique_ptr<Predicate> make_data_predicate(Expectation const& expectation,
                                               Subject subject,
                                               PredicateTimes const& times) {
  if (expectation.has_data()) {
    return std::make_unique<DataPredicate>(expectation, subject, times);
  }
  return std::make_unique<FaultPredicate>(expectation.fault(), subject);
}

}  // namespace rpchspec::reports
