// closed, stays_open: what state connections are in.

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "reports/http_head.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Expectation;

namespace {

bool is_an_end(v1::Ending ending) {
  switch (ending) {
    case v1::FIN:
    case v1::RST:
    case v1::TLS_CLOSE_NOTIFY:
    case v1::TLS_TRUNCATED:
    case v1::TLS_FAILED:
      return true;
    default:
      return false;
  }
}

bool closed_by_peer(Connection const& connection) {
  return connection.by_peer && is_an_end(connection.by_peer->ending);
}

/// The newest connection of each leg that the subject covers.
std::vector<Connection const*> newest(Subject const& subject, ConnectionTable const& table) {
  std::map<v1::Leg, Connection const*> by_leg;
  for (auto const& [number, connection] : table.all()) {
    if (subject.covers(connection)) {
      by_leg[connection.leg] = &connection;
    }
  }
  std::vector<Connection const*> found;
  found.reserve(by_leg.size());
  for (auto const& entry : by_leg) {
    found.push_back(entry.second);
  }
  return found;
}

std::string end_text(Connection const& connection) {
  auto const& end = *connection.by_peer;
  auto text = fmt::format("{} closed by {} at {} (connection {}",
                          leg_name(connection.source, connection.leg), name_of(end.ending),
                          seconds_text(end.at_ns), connection.number);
  if (end.cut_pdu != 0) {
    text += fmt::format(", {} bytes into a PDU", end.cut_pdu);
  }
  return text + ")";
}

/// Bytes of the response's body that are still owed, by its Content-Length.
class BodyAccount {
 public:
  void on_event(v1::Event const& event) {
    if (event.direction() != v1::RECEIVED) {
      return;
    }
    auto& owed = owed_[event.connection()];
    if (event.has_head() && event.head().response() && event.head().status() >= 200) {
      owed = content_length(event.head().text()).value_or(0);
    } else if (event.has_pdu()) {
      owed -= std::min<std::uint64_t>(owed, event.pdu().size());
    } else if (event.has_raw()) {
      owed -= std::min<std::uint64_t>(owed, event.raw().size());
    }
  }

  [[nodiscard]] std::uint64_t owed(std::uint32_t connection) const {
    auto const found = owed_.find(connection);
    return found == owed_.end() ? 0 : found->second;
  }

 private:
  std::map<std::uint32_t, std::uint64_t> owed_;
};

class ClosedPredicate final : public Predicate {
 public:
  ClosedPredicate(scenario::v1::Closed const& wanted, Subject subject)
      : Predicate(subject), wanted_(wanted) {}

  void on_event(Moment const& moment) override {
    body_.on_event(moment.event);
    if (!covers(moment)) {
      return;
    }
    satisfied_at_.reset();
    violated_at_.reset();
    seen_.clear();
    auto const connections = newest(subject_, moment.table);
    std::uint64_t at_ns = 0;
    for (auto const* connection : connections) {
      if (!closed_by_peer(*connection)) {
        return;
      }
      seen_ = end_text(*connection);
      at_ns = std::max(at_ns, connection->by_peer->at_ns);
      if (!acceptable(*connection)) {
        violate(at_ns);
        return;
      }
    }
    if (!connections.empty()) {
      satisfy(at_ns);
    }
  }

  void restart() override {}  // a state, not an event

  [[nodiscard]] std::string expected() const override {
    std::string how;
    for (auto const& each : wanted_.how()) {
      how += (how.empty() ? " by " : " or ") + each;
    }
    return subject_text(subject_) + " closed" + how + (wanted_.not_clean() ? ", not cleanly" : "");
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override {
    return violated_at_ ? "closed otherwise" : "not closed";
  }

 private:
  [[nodiscard]] bool acceptable(Connection const& connection) const {
    auto const& end = *connection.by_peer;
    if (wanted_.not_clean() && (end.ending == v1::FIN || end.ending == v1::TLS_CLOSE_NOTIFY) &&
        end.cut_pdu == 0 && body_.owed(connection.number) == 0) {
      return false;
    }
    return wanted_.how().empty() ||
           std::any_of(wanted_.how().begin(), wanted_.how().end(),
                       [&](std::string const& how) { return is_how(how, end.ending); });
  }

  /// An orderly close is a FIN in the clear and a close_notify over TLS: `fin` means either.
  static bool is_how(std::string_view how, v1::Ending ending) {
    return (how == "fin" && (ending == v1::FIN || ending == v1::TLS_CLOSE_NOTIFY)) ||
           (how == "rst" && ending == v1::RST) ||
           (how == "tls-close" && ending == v1::TLS_CLOSE_NOTIFY) ||
           (how == "tls-truncated" && ending == v1::TLS_TRUNCATED);
  }

  scenario::v1::Closed wanted_;
  BodyAccount body_;
  std::string seen_;
};

class StaysOpenPredicate final : public Predicate {
 public:
  StaysOpenPredicate(Expectation const& expectation, Subject subject) : Predicate(subject) {
    auto const& wanted = expectation.stays_open();
    hold_ns_ = negative_ns(wanted.has_for_(), wanted.for_(), expectation);
  }

  void on_event(Moment const& moment) override {
    if (!covers(moment)) {
      return;
    }
    violated_at_.reset();
    seen_.clear();
    auto const connections = newest(subject_, moment.table);
    for (auto const* connection : connections) {
      if (closed_by_peer(*connection)) {
        seen_ = end_text(*connection);
        violate(connection->by_peer->at_ns);
      }
    }
    satisfy(0);
  }

  void restart() override {}

  [[nodiscard]] std::string expected() const override {
    return fmt::format("{} open for {}", subject_text(subject_), span_text(hold_ns_));
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override {
    return violated_at_ ? "closed early" : "never opened";
  }

 private:
  std::string seen_;
};

}  // namespace

std::unique_ptr<Predicate> make_state_predicate(Expectation const& expectation, Subject subject) {
  switch (expectation.predicate_case()) {
    case Expectation::kClosed:
      return std::make_unique<ClosedPredicate>(expectation.closed(), subject);
    default:
      return std::make_unique<StaysOpenPredicate>(expectation, subject);
  }
}

}  // namespace rpchspec::reports
