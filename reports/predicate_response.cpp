// response, no_response: what the proxy answers in HTTP.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "protocol/wire/auth_challenge.hpp"
#include "reports/head_fields.hpp"
#include "reports/http_head.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Expectation;

namespace {

/// A scheme that WWW-Authenticate does not offer; empty when all are there.
std::string missing_challenge(std::string_view text, HeaderNames const& wanted) {
  std::vector<wire::AuthChallenge> offered;
  for (auto const value : values_of(text, "WWW-Authenticate")) {
    auto const of_line = wire::parse_challenges(value);
    offered.insert(offered.end(), of_line.begin(), of_line.end());
  }
  for (auto const& scheme : wanted) {
    if (wire::find_challenge(offered, scheme) == nullptr) {
      return fmt::format("no challenge of {}", scheme);
    }
  }
  return {};
}

class ResponsePredicate final : public Predicate {
 public:
  ResponsePredicate(scenario::v1::Response const& wanted, Subject subject)
      : Predicate(subject), wanted_(wanted) {}

  void on_event(Moment const& moment) override {
    if (!covers(moment) || moment.event.direction() != v1::RECEIVED) {
      return;
    }
    if (moment.event.has_head() && moment.event.head().response() && moment.in_scope) {
      on_head(moment);
    } else if (auto const body = bodies_.find(moment.event.connection()); body != bodies_.end()) {
      on_body(moment.event, body->second);
    }
  }

  void restart() override {
    Predicate::restart();
    seen_.clear();
    bodies_.clear();
  }

  [[nodiscard]] bool wants_more() const override { return !satisfied_at_; }

  [[nodiscard]] std::string expected() const override {
    std::string text = fmt::format("{} is answered", subject_text(subject_));
    for (int i = 0; i < wanted_.status_size(); ++i) {
      text += (i == 0 ? " " : " or ") + wanted_.status(i);
    }
    if (!wanted_.reason().empty()) {
      text += fmt::format(" \"{}\"", wanted_.reason());
    }
    if (!wanted_.rpc_error().empty()) {
      text += fmt::format(" \"RPC Error: {}\"", wanted_.rpc_error());
    }
    if (!wanted_.http_version().empty()) {
      text += " in HTTP/" + wanted_.http_version();
    }
    text += header_text(wanted_.headers(), wanted_.absent());
    for (auto const& scheme : wanted_.challenges()) {
      text += ", offering " + scheme;
    }
    return wanted_.body_hex().empty() ? text : text + ", body " + wanted_.body_hex();
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override {
    return seen_.empty() ? "no response" : "wrong response";
  }

 private:
  void on_head(Moment const& moment) {
    auto const& head = moment.event.head();
    auto const why = unlike(head, moment.parameters);
    bool const interim = head.status() < 200 && head.error().empty();
    if (!why.empty()) {
      if (!interim && !satisfied_at_) {
        seen_ = fmt::format("\"{}\" at {}{}", shown(start_line(head.text())),
                            seconds_text(moment.event.at_ns()), why == "-" ? "" : " with " + why);
      }
      return;
    }
    if (wanted_.body_hex().empty()) {
      seen_ = fmt::format("\"{}\" at {}", shown(start_line(head.text())),
                          seconds_text(moment.event.at_ns()));
      satisfy(moment.event.at_ns());
    } else {
      bodies_[moment.event.connection()] = {};
    }
  }

  void on_body(v1::Event const& event, std::string& body) {
    if (event.has_pdu()) {
      body += hex(event.pdu().prefix());
    } else if (event.has_raw()) {
      body += hex(event.raw().prefix());
    }
    auto const wanted = to_lower(wanted_.body_hex());
    if (body.substr(0, wanted.size()) == wanted && !wanted.empty()) {
      satisfy(event.at_ns());
    } else if (!satisfied_at_) {
      seen_ = fmt::format("a body of {}", body.substr(0, 80));
    }
  }

  /// Why this is not the wanted response: "-" where the status line says it all.
  [[nodiscard]] std::string unlike(v1::Head const& head, Parameters const& parameters) const {
    if (!head.error().empty()) {
      return head.error();
    }
    auto const& status = wanted_.status();
    if (!status.empty() && std::none_of(status.begin(), status.end(), [&](auto const& each) {
          return matches_status(each, head.status());
        })) {
      return "-";
    }
    if (!wanted_.reason().empty() && !glob(wanted_.reason(), head.reason())) {
      return "-";
    }
    if (!wanted_.rpc_error().empty()) {
      auto const code = rpc_error(head.reason());
      if (!code || !glob(wanted_.rpc_error(), *code, LetterCase::ignored)) {
        return "-";
      }
    }
    auto const version = head.http_version() == 10 ? "1.0" : head.http_version() == 11 ? "1.1" : "";
    if (!wanted_.http_version().empty() && wanted_.http_version() != version) {
      return "-";
    }
    auto const challenge = missing_challenge(head.text(), wanted_.challenges());
    return !challenge.empty()
               ? challenge
               : missing_field(head.text(), wanted_.headers(), wanted_.absent(), parameters);
  }

  scenario::v1::Response wanted_;
  std::map<std::uint32_t, std::string> bodies_;  // hex, of responses whose head does
  std::string seen_;
};

class NoResponsePredicate final : public Predicate {
 public:
  NoResponsePredicate(Expectation const& expectation, Subject subject) : Predicate(subject) {
    auto const& wanted = expectation.no_response();
    hold_ns_ = negative_ns(wanted.has_for_(), wanted.for_(), expectation);
    satisfy(0);
  }

  void on_event(Moment const& moment) override {
    if (violated_at_ || !moment.in_scope || !covers(moment) || !moment.event.has_head() ||
        moment.event.direction() != v1::RECEIVED) {
      return;
    }
    auto const& head = moment.event.head();
    if (head.response() && (head.status() >= 200 || !head.error().empty())) {
      seen_ = fmt::format("\"{}\" at {}", shown(start_line(head.text())),
                          seconds_text(moment.event.at_ns()));
      violate(moment.event.at_ns());
    }
  }

  void restart() override {
    violated_at_.reset();
    seen_.clear();
  }

  [[nodiscard]] std::string expected() const override {
    return fmt::format("no response on {} for {}", subject_text(subject_), span_text(hold_ns_));
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override { return "response"; }

 private:
  std::string seen_;
};

}  // namespace

std::unique_ptr<Predicate> make_response_predicate(Expectation const& expectation,
                                                   Subject subject) {
  if (expectation.has_response()) {
    return std::make_unique<ResponsePredicate>(expectation.response(), subject);
  }
  return std::make_unique<NoResponsePredicate>(expectation, subject);
}

}  // namespace rpchspec::reports
