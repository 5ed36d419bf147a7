// What an expectation waits for, apart from its times. Private to reports.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "journal/journal.pb.h"
#include "model/scenario.pb.h"
#include "reports/connections.hpp"
#include "reports/matching.hpp"

namespace rpchspec::reports {

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::uint64_t kMillisecond = 1'000'000;

/// One event with all that is known when it comes.
struct Moment {
  journal::v1::Event const& event;
  Connection const* connection;  // of the event; null when it belongs to none
  ConnectionTable const& table;
  Parameters const& parameters;
  bool in_scope;  // it counts for what must happen once or more
  bool muted;     // nothing counts yet, not even what comes once in a virtual connection
};

/// A condition over events. Satisfied at some time, then it must not be violated for a while.
class Predicate {
 public:
  explicit Predicate(Subject subject) : subject_(subject) {}

  virtual ~Predicate() = default;

  virtual void on_event(Moment const& moment) = 0;

  /// Forgets what was matched.
  virtual void restart() {
    satisfied_at_.reset();
    violated_at_.reset();
  }

  [[nodiscard]] std::optional<std::uint64_t> satisfied_at() const { return satisfied_at_; }

  [[nodiscard]] std::optional<std::uint64_t> violated_at() const { return violated_at_; }

  /// It must stay unviolated for so long after the anchor, and for so long after it was satisfied.
  [[nodiscard]] std::uint64_t hold_ns() const { return hold_ns_; }

  [[nodiscard]] std::uint64_t settle_ns() const { return settle_ns_; }

  /// True for what the peer must send yet, where none of it can come on connections that are over.
  [[nodiscard]] virtual bool wants_more() const { return false; }

  [[nodiscard]] virtual std::string expected() const = 0;

  /// What was seen instead, or of it; empty: nothing worth telling.
  [[nodiscard]] virtual std::string seen() const = 0;

  /// What sort of deviation it is when it does not hold: "not closed".
  [[nodiscard]] virtual std::string kind() const = 0;

 protected:
  [[nodiscard]] bool covers(Moment const& moment) const {
    return moment.connection != nullptr && subject_.covers(*moment.connection);
  }

  void satisfy(std::uint64_t at_ns) {
    if (!satisfied_at_) {
      satisfied_at_ = at_ns;
    }
  }

  void violate(std::uint64_t at_ns) {
    if (!violated_at_) {
      violated_at_ = at_ns;
    }
  }

  Subject subject_;
  std::optional<std::uint64_t> satisfied_at_;
  std::optional<std::uint64_t> violated_at_;
  std::uint64_t hold_ns_ = 0;
  std::uint64_t settle_ns_ = 0;
};

/// Times that some predicates need, already scaled.
struct PredicateTimes {
  std::uint64_t within_ns = 5 * kSecond;
};

/// Null for an expectation without a predicate (or with any_of).
[[nodiscard]] std::unique_ptr<Predicate> make_predicate(
    scenario::v1::Expectation const& expectation, Subject subject, PredicateTimes const& times);

[[nodiscard]] std::unique_ptr<Predicate> make_state_predicate(
    scenario::v1::Expectation const& expectation, Subject subject);
[[nodiscard]] std::unique_ptr<Predicate> make_connected_predicate(
    scenario::v1::Expectation const& expectation, Subject subject);
[[nodiscard]] std::unique_ptr<Predicate> make_response_predicate(
    scenario::v1::Expectation const& expectation, Subject subject);
[[nodiscard]] std::unique_ptr<Predicate> make_request_predicate(
    scenario::v1::Expectation const& expectation, Subject subject);
[[nodiscard]] std::unique_ptr<Predicate> make_pdu_predicate(
    scenario::v1::Expectation const& expectation, Subject subject, PredicateTimes const& times);

[[nodiscard]] std::unique_ptr<Predicate> make_data_predicate(
    scenario::v1::Expectation const& expectation, Subject subject, PredicateTimes const& times);

/// Name of the Timer event that stands for a TCP keep-alive probe of the peer.
inline constexpr std::string_view kProbe = "tcp-keepalive-probe";

/// A whole PDU came from the peer.
[[nodiscard]] inline bool arrives(Moment const& moment) {
  return moment.event.has_pdu() && moment.event.direction() == journal::v1::RECEIVED;
}

[[nodiscard]] std::uint64_t to_ns(google::protobuf::Duration const& duration);

/// How long a negative must hold: its `for`, else the expectation's `within`, else 1 s.
[[nodiscard]] std::uint64_t negative_ns(bool has_for,
                                        google::protobuf::Duration const& for_this_long,
                                        scenario::v1::Expectation const& expectation);

/// "5 s", "1.5 s", "200 ms".
[[nodiscard]] std::string span_text(std::uint64_t ns);

/// "client.out", "client.out of virtual connection 2".
[[nodiscard]] std::string subject_text(Subject const& subject);

}  // namespace rpchspec::reports
