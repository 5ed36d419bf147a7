// connected, not_connected, probed: connections that are made, and looked after.

#include <algorithm>

#include <fmt/format.h>

#include "reports/predicate.hpp"

namespace rpchspec::reports {

using scenario::v1::Expectation;

namespace {

bool opened_here(Moment const& moment, Subject const& subject, std::string const& service) {
  if (!moment.event.has_opened() || moment.event.source() != subject.source) {
    return false;
  }
  if (subject.virtual_connection > 1 &&
      moment.event.virtual_connection() != subject.virtual_connection) {
    return false;
  }
  return service.empty() || moment.event.opened().service() == service;
}

class ConnectedPredicate final : public Predicate {
 public:
  ConnectedPredicate(scenario::v1::Connected const& wanted, Subject subject)
      : Predicate(subject),
        service_(wanted.service()),
        at_least_(std::max<std::uint32_t>(1, wanted.at_least())) {}

  void on_event(Moment const& moment) override {
    if (moment.in_scope && opened_here(moment, subject_, service_) && ++count_ >= at_least_) {
      satisfy(moment.event.at_ns());
    }
  }

  void restart() override {
    Predicate::restart();
    count_ = 0;
  }

  [[nodiscard]] bool wants_more() const override { return !satisfied_at_; }

  [[nodiscard]] std::string expected() const override {
    return fmt::format("{} connection{} to {}", at_least_, at_least_ == 1 ? "" : "s",
                       service_.empty() ? subject_text(subject_) : service_);
  }

  [[nodiscard]] std::string seen() const override {
    return count_ == 0 ? "" : fmt::format("{} connections", count_);
  }

  [[nodiscard]] std::string kind() const override { return "not connected"; }

 private:
  std::string service_;
  std::uint32_t at_least_;
  std::uint32_t count_ = 0;
};

class ProbedPredicate final : public Predicate {
 public:
  ProbedPredicate(scenario::v1::Probed const& wanted, Subject subject)
      : Predicate(subject), at_least_(std::max<std::uint32_t>(1, wanted.at_least())) {}

  void on_event(Moment const& moment) override {
    bool const ours = moment.in_scope && moment.connection != nullptr && moment.event.has_timer() &&
                      moment.event.timer().name() == kProbe && subject_.covers(*moment.connection);
    if (ours && ++count_ >= at_least_) {
      satisfy(moment.event.at_ns());
    }
  }

  void restart() override {
    Predicate::restart();
    count_ = 0;
  }

  [[nodiscard]] std::string expected() const override {
    return fmt::format("{} TCP keep-alive probe{} on {}", at_least_, at_least_ == 1 ? "" : "s",
                       subject_text(subject_));
  }

  [[nodiscard]] std::string seen() const override {
    return count_ == 0 ? "" : fmt::format("{} probes", count_);
  }

  [[nodiscard]] std::string kind() const override { return "not probed"; }

 private:
  std::uint32_t at_least_;
  std::uint32_t count_ = 0;
};

class NotConnectedPredicate final : public Predicate {
 public:
  NotConnectedPredicate(Expectation const& expectation, Subject subject)
      : Predicate(subject), service_(expectation.not_connected().service()) {
    auto const& wanted = expectation.not_connected();
    hold_ns_ = negative_ns(wanted.has_for_(), wanted.for_(), expectation);
    satisfy(0);
  }

  void on_event(Moment const& moment) override {
    if (moment.in_scope && !violated_at_ && opened_here(moment, subject_, service_)) {
      violate(moment.event.at_ns());
      seen_ = fmt::format("a connection to {} from {} at {}",
                          moment.event.opened().service().empty() ? subject_text(subject_)
                                                                  : moment.event.opened().service(),
                          moment.event.opened().remote(), seconds_text(moment.event.at_ns()));
    }
  }

  void restart() override {
    violated_at_.reset();
    seen_.clear();
  }

  [[nodiscard]] std::string expected() const override {
    return fmt::format("no connection to {} for {}",
                       service_.empty() ? subject_text(subject_) : service_, span_text(hold_ns_));
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override { return "connected"; }

 private:
  std::string service_;
  std::string seen_;
};

}  // namespace

std::unique_ptr<Predicate> make_connected_predicate(Expectation const& expectation,
                                                    Subject subject) {
  switch (expectation.predicate_case()) {
    case Expectation::kConnected:
      return std::make_unique<ConnectedPredicate>(expectation.connected(), subject);
    case Expectation::kProbed:
      return std::make_unique<ProbedPredicate>(expectation.probed(), subject);
    default:
      return std::make_unique<NotConnectedPredicate>(expectation, subject);
  }
}

}  // namespace rpchspec::reports
