// response, no_response, request_head: HTTP heads that arrive.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "protocol/wire/auth_challenge.hpp"
#include "reports/http_head.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Expectation;

namespace {

using Headers = google::protobuf::RepeatedPtrField<scenario::v1::Header>;
using Names = google::protobuf::RepeatedPtrField<std::string>;

/// Why the fields do not do; empty when they do.
std::string missing_field(std::string_view text,
                          Headers const& wanted,
                          Names const& absent,
                          Parameters const& parameters) {
  for (auto const& header : wanted) {
    auto const values = values_of(text, header.name());
    if (values.empty()) {
      return fmt::format("no {}", header.name());
    }
    if (std::none_of(values.begin(), values.end(), [&](std::string_view value) {
          return matches(header.value(), value, parameters);
        })) {
      return fmt::format("{}: {}", header.name(), values.front());
    }
  }
  for (auto const& name : absent) {
    if (auto const values = values_of(text, name); !values.empty()) {
      return fmt::format("{}: {}", name, values.front());
    }
  }
  return {};
}

/// A scheme that WWW-Authenticate does not offer; empty when all are there.
std::string missing_challenge(std::string_view text, Names const& wanted) {
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

std::string header_text(Headers const& headers, Names const& absent) {
  std::string text;
  for (auto const& header : headers) {
    text += fmt::format(", {}: {}", header.name(), header.value());
  }
  for (auto const& name : absent) {
    text += fmt::format(", no {}", name);
  }
  return text;
}

/// As much of a line as a report wants to show, in ASCII.
std::string shown(std::string_view line) {
  std::string text;
  for (char const c : line.substr(0, 120)) {
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  return line.size() > 120 ? text + "..." : text;
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

class RequestHeadPredicate final : public Predicate {
 public:
  RequestHeadPredicate(scenario::v1::RequestHead const& wanted, Subject subject)
      : Predicate(subject), wanted_(wanted) {}

  void on_event(Moment const& moment) override {
    auto const& event = moment.event;
    if (satisfied_at_ || !moment.in_scope || !covers(moment) || !event.has_head() ||
        event.direction() != v1::RECEIVED || event.head().response()) {
      return;
    }
    auto const why = unlike(event.head(), moment.parameters);
    seen_ = fmt::format("\"{}\" at {}{}", shown(start_line(event.head().text())),
                        seconds_text(event.at_ns()), why.empty() ? "" : " with " + why);
    if (why.empty()) {
      satisfy(event.at_ns());
    }
  }

  void restart() override {
    Predicate::restart();
    seen_.clear();
  }

  [[nodiscard]] std::string expected() const override {
    auto text = fmt::format("{} gets a request", subject_text(subject_));
    if (!wanted_.method().empty()) {
      text += " " + wanted_.method();
    }
    if (!wanted_.target().empty()) {
      text += " for " + wanted_.target();
    }
    if (!wanted_.content_length().empty()) {
      text += ", Content-Length: " + wanted_.content_length();
    }
    return text + header_text(wanted_.headers(), wanted_.absent());
  }

  [[nodiscard]] std::string seen() const override { return seen_; }

  [[nodiscard]] std::string kind() const override {
    return seen_.empty() ? "no request" : "request changed";
  }

 private:
  [[nodiscard]] std::string unlike(v1::Head const& head, Parameters const& parameters) const {
    if (!head.error().empty()) {
      return head.error();
    }
    if (!wanted_.method().empty() && wanted_.method() != head.method()) {
      return "method " + head.method();
    }
    // A target is compared with regard to case, and `*` in it is the only sign that is special.
    if (!wanted_.target().empty() && !glob(wanted_.target(), head.target())) {
      return "target " + head.target();
    }
    if (!wanted_.content_length().empty()) {
      auto const values = values_of(head.text(), "Content-Length");
      if (wanted_.content_length() == "absent") {
        if (!values.empty()) {
          return fmt::format("Content-Length: {}", values.front());
        }
      } else if (values.size() != 1 || !matches(wanted_.content_length(), values[0], parameters)) {
        return values.empty() ? "no Content-Length"
                              : fmt::format("Content-Length: {}", values.front());
      }
    }
    return missing_field(head.text(), wanted_.headers(), wanted_.absent(), parameters);
  }

  scenario::v1::RequestHead wanted_;
  std::string seen_;
};

}  // namespace

std::unique_ptr<Predicate> make_head_predicate(Expectation const& expectation,
                                               Subject subject,
                                               PredicateTimes const&) {
  switch (expectation.predicate_case()) {
    case Expectation::kResponse:
      return std::make_unique<ResponsePredicate>(expectation.response(), subject);
    case Expectation::kNoResponse:
      return std::make_unique<NoResponsePredicate>(expectation, subject);
    default:
      return std::make_unique<RequestHeadPredicate>(expectation.request_head(), subject);
  }
}

}  // namespace rpchspec::reports
