// How a proxy refuses: the form of a 503, when it comes, and what one without credentials gets.

#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "reports/choices.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/monitor_exchange.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::uint64_t kLongAfter = 300'000'000;  // ns from head to PDU that tell them apart
constexpr std::size_t kMostDigits = 8;

/// What was sent on one connection since its last answer.
struct Asked {
  std::uint64_t head_ns = 0;
  std::optional<std::uint64_t> pdu_ns;
  bool garbled = false;  // something else came first
};

class RefusalChoices final : public ChoiceObserver {
 public:
  void on_event(Sighting const& sighting) override {
    exchanges_.on_event(sighting);
    auto const& event = sighting.event;
    auto const number = event.connection();
    if (event.source() != v1::CLIENT) {
      return;
    }
    if (event.has_tls()) {
      secure_.insert(number);
    } else if (event.has_head() && event.direction() == v1::SENT) {
      asked_[number] = {event.at_ns(), std::nullopt};
    } else if (event.has_raw() && event.direction() == v1::SENT) {
      asked_[number].garbled = true;
    } else if (event.has_pdu() && event.direction() == v1::SENT) {
      auto& asked = asked_[number];
      asked.pdu_ns = asked.pdu_ns ? asked.pdu_ns : event.at_ns();
    } else if (event.has_head() && event.head().status() >= 400) {
      on_refusal(sighting);
    } else if (event.has_raw() && event.raw().is() == "body" && event.direction() == v1::RECEIVED &&
               refused_.contains(number) && event.raw().prefix().starts_with("RPC EEInfo:")) {
      chose("error-info", "in the body");
    }
  }

 private:
  void on_refusal(Sighting const& sighting) {
    auto const& head = sighting.event.head();
    auto const number = sighting.event.connection();
    auto const* const request = exchanges_.answered(number);
    refused_.erase(number);
    if (request == nullptr || !request->legal_head || !request->is_rpc() ||
        !request->names_a_server()) {
      return;
    }
    bool const forbidden = head.status() == 401 || head.status() == 403;
    if (forbidden && !request->has_credentials && !request->is_echo()) {
      chose("no-credentials",
            fmt::format("{} {} TLS", head.status(), secure_.contains(number) ? "over" : "without"));
    }
    auto const code = rpc_error(head.reason());
    if (head.status() == 503 && code) {
      refused_.insert(number);
      on_rpc_error(sighting, *code);
    }
  }

  void on_rpc_error(Sighting const& sighting, std::string_view code) {
    auto const& head = sighting.event.head();
    if (exchanges_.answered(sighting.event.connection())->http_version == 11) {
      chose("error-version", head.http_version() == 10 ? "HTTP/1.0" : "HTTP/1.1");
    }
    if (code.size() <= kMostDigits) {
      chose("error-code", to_lower(code));
    }
    bool const in_line = head.reason().find("EEInfo:") != std::string::npos;
    if (in_line) {
      chose("error-info", "in the line");
    } else if (content_length(head.text()) == 0) {
      chose("error-info", "none");
    }
    when(sighting);
  }

  /// Where the PDU follows the head at once, nobody can tell.
  void when(Sighting const& sighting) {
    auto const& asked = asked_[sighting.event.connection()];
    if (asked.garbled) {
      return;  // that is no server that it refuses
    }
    if (!asked.pdu_ns) {
      chose("refusal-time", "at the request");
    } else if (*asked.pdu_ns > asked.head_ns + kLongAfter) {
      chose("refusal-time", "at the first PDU");
    }
  }

  ClientExchanges exchanges_;
  std::map<std::uint32_t, Asked> asked_;
  std::set<std::uint32_t> secure_;
  std::set<std::uint32_t> refused_;  // connections whose last answer was an RPC Error
};

}  // namespace

std::unique_ptr<ChoiceObserver> make_refusal_choices() {
  return std::make_unique<RefusalChoices>();
}

}  // namespace rpchspec::reports
