// request_head: requests that arrive at the servers, or at our upstream.

#include <fmt/format.h>

#include "reports/head_fields.hpp"
#include "reports/http_head.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Expectation;

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0";  // RFC 9113 3.4

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
    auto const line = start_line(event.head().text());
    if (speaks_h2_ && !event.head().error().empty()) {
      return;  // what follows the preface
    }
    speaks_h2_ = line == kPreface;
    auto const why = unlike(event.head(), moment.parameters);
    seen_ = fmt::format("\"{}\" at {}{}", shown(line), seconds_text(event.at_ns()),
                        why.empty() ? "" : " with " + why);
    if (why.empty()) {
      satisfy(event.at_ns());
    }
  }

  void restart() override {
    Predicate::restart();
    seen_.clear();
  }

  [[nodiscard]] bool wants_more() const override { return !satisfied_at_; }

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
      } else if (values.size() != 1 || values[0] != wanted_.content_length()) {  // FIELD-F03
        return values.empty() ? "no Content-Length"
                              : fmt::format("Content-Length: {}", values.front());
      }
    }
    return missing_field(head.text(), wanted_.headers(), wanted_.absent(), parameters);
  }

  scenario::v1::RequestHead wanted_;
  std::string seen_;
  bool speaks_h2_ = false;
};

}  // namespace

std::unique_ptr<Predicate> make_request_predicate(Expectation const& expectation, Subject subject) {
  return std::make_unique<RequestHeadPredicate>(expectation.request_head(), subject);
}

}  // namespace rpchspec::reports
