// What a proxy chooses as an HTTP server: answers to requests that are not quite a channel's, and
// what becomes of a connection after an echo or a 401.

#include <map>
#include <string>

#include <fmt/format.h>

#include "reports/choices.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/monitor_exchange.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::uint64_t kMostOfAnEcho = 16;
constexpr std::uint64_t kLeastOfAChannel = 131'072;
constexpr std::uint64_t kMostOfAChannel = 2'147'483'648;

/// The class of a length that the standard does not define (AMB-20); empty: it does.
std::string odd_class(ClientRequest const& request) {
  if (!request.is_rpc() || !request.content_length) {
    return {};
  }
  auto const length = *request.content_length;
  if (request.method == "RPC_OUT_DATA") {
    return length == 76 || length == 120 || length <= kMostOfAnEcho ? std::string()
           : length < 76                                            ? "OUT, 17 to 75"
           : length < 120                                           ? "OUT, 77 to 119"
                                                                    : "OUT, above 120";
  }
  return length <= kMostOfAnEcho || (length >= kLeastOfAChannel && length <= kMostOfAChannel)
             ? std::string()
         : length < kLeastOfAChannel ? "IN, 17 to 131071"
                                     : "IN, above 2 GiB";
}

/// How the server is named, where that is by an IPv6 address (AMB-18).
std::string ipv6_form(std::string_view target) {
  auto const query = target.substr(std::min(target.find('?'), target.size() - 1) + 1);
  bool const bracketed = query.starts_with('[');
  bool const bare = !bracketed && query.find("::") != query.npos;
  return bracketed ? "[::1]:port" : bare ? "::1:port" : "";
}

std::string v1_form(std::string_view target) {
  auto const path = to_lower(target.substr(0, target.find('?')));
  return path == "/" ? "/?host:port" : path == "/rpc/rpcproxy.dll" ? path + "?host:port" : "";
}

std::string answered_by(v1::Head const& head) {
  return head.status() / 100 == 2 ? "served" : std::to_string(head.status());
}

class HttpChoices final : public ChoiceObserver {
 public:
  void on_event(Sighting const& sighting) override {
    exchanges_.on_event(sighting);
    auto const& event = sighting.event;
    if (event.source() != v1::CLIENT) {
      return;
    }
    if (event.has_head() && event.head().response() && event.head().status() >= 200 &&
        event.head().error().empty()) {
      on_answer(sighting);
    } else if (event.has_head() && !event.head().response()) {
      on_request(sighting);
    } else if (event.has_ended() && sighting.connection != nullptr) {
      on_end(sighting);
    }
  }

  /// What was never answered, and is still open.
  void finish(Surroundings const&) override {
    for (auto const& [connection, which] : odd_) {
      chose("odd-length", which + ": not refused");
    }
  }

 private:
  void on_request(Sighting const& sighting) {
    auto const number = sighting.event.connection();
    if (auto const* const request = exchanges_.waiting(number); request != nullptr) {
      if (auto const which = odd_class(*request); !which.empty()) {
        odd_[number] = which;
      }
    }
  }

  void on_answer(Sighting const& sighting) {
    auto const number = sighting.event.connection();
    auto const& head = sighting.event.head();
    if (auto const idle = idle_.extract(number)) {
      chose(idle.mapped(), "stays open");
    }
    if (auto const odd = odd_.extract(number)) {
      bool const served = head.status() / 100 == 2;
      chose("odd-length", odd.mapped() + ": " + (served ? "not refused" : answered_by(head)));
    }
    auto const* const request = exchanges_.answered(number);
    if (request == nullptr || !request->legal_head) {
      return;
    }
    if (head.status() == 401) {
      if (!request->asks_to_close) {
        after_challenge(number, head);
      }
    } else if (request->is_echo() && head.status() == 200) {
      if (!request->asks_to_close) {
        chose("echo-version", head.http_version() == 10 ? "HTTP/1.0" : "HTTP/1.1");
        watch(number, "after-echo", head);
      }
    } else if (request->target.starts_with('/')) {
      odd_request(*request, head);
    }
  }

  /// In the middle of a handshake it has to stay.
  void after_challenge(std::uint32_t connection, v1::Head const& head) {
    for (auto const challenge : values_of(head.text(), "WWW-Authenticate")) {
      auto const blank = challenge.find(' ');
      auto const scheme = to_lower(challenge.substr(0, blank));
      if (blank != challenge.npos && (scheme == "ntlm" || scheme == "negotiate")) {
        return;
      }
    }
    watch(connection, "after-401", head);
  }

  void watch(std::uint32_t connection, std::string_view subject, v1::Head const& head) {
    auto const fields = values_of(head.text(), "Connection");
    if (!fields.empty() && to_lower(fields.front()) == "close") {
      chose(subject, "closed");
    } else {
      idle_[connection] = subject;
    }
  }

  void odd_request(ClientRequest const& request, v1::Head const& head) {
    auto const how = answered_by(head);
    auto const path =
        to_lower(std::string_view(request.target).substr(0, request.target.find('?')));
    bool const known = path == "/rpc/rpcproxy.dll" || path == "/rpcwithcert/rpcproxy.dll";
    if (request.method == "RPC_CONNECT") {
      auto const form = v1_form(request.target);
      if (!form.empty() && head.status() != 503) {  // that is the server's fault
        chose("v1-url", fmt::format("{}: {}", form, how));
      }
    } else if (!request.is_rpc()) {
      chose("wrong-method", how);
    } else if (!known) {
      chose("wrong-path", how);
    } else if (auto const form = ipv6_form(request.target); !form.empty()) {
      chose("ipv6-server", fmt::format("{}: {}", form, how));
    } else if (!request.names_a_server()) {
      chose("wrong-query", how);
    } else if (!request.content_length) {
      chose("no-length", how);
    } else if (request.http_version == 11 && !request.has_host) {
      chose("no-host", how);
    }
  }

  /// By the proxy, before we did.
  void on_end(Sighting const& sighting) {
    auto const number = sighting.event.connection();
    bool const by_proxy = sighting.connection->by_peer && !sighting.connection->by_us;
    auto const idle = idle_.extract(number);
    auto const odd = odd_.extract(number);
    if (idle && by_proxy) {
      chose(idle.mapped(), "closed");
    }
    if (odd) {
      chose("odd-length", odd.mapped() + (by_proxy ? ": closed" : ": not refused"));
    }
  }

  ClientExchanges exchanges_;
  std::map<std::uint32_t, std::string> idle_;  // after an echo or a 401: the subject
  std::map<std::uint32_t, std::string> odd_;   // requests without an answer so far
};

}  // namespace

std::unique_ptr<ChoiceObserver> make_http_choices() {
  return std::make_unique<HttpChoices>();
}

}  // namespace rpchspec::reports
