// The URL of a client's request (MS-RPCH 2.2.2), and whether it trusted who it should not have.

#include <algorithm>

#include <fmt/format.h>

#include "reports/client_monitor.hpp"
#include "reports/matching.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kPath = "RPCH-2.2.2-01";
constexpr std::string_view kQuery = "RPCH-2.2.2-03";
constexpr std::string_view kPort = "RPCH-2.2.2-08";
constexpr std::string_view kV1Head = "RPCH-2.1.1.1.1-01";
constexpr std::string_view kCertificate = "FIELD-F75";

constexpr std::size_t kMostPortDigits = 6;

struct Target {
  std::string path;  // lower case: literals of an ABNF are of any case (RFC 5234 2.3)
  std::string server;
  std::string port;
};

/// Also in absolute form, as it goes to an HTTP proxy.
Target target_of(std::string_view text) {
  if (auto const scheme = text.find("://"); scheme != text.npos && scheme < text.find('/')) {
    text.remove_prefix(scheme + 3);
    text.remove_prefix(std::min(text.find('/'), text.size()));
  }
  auto const question = text.find('?');
  Target out;
  out.path = to_lower(text.substr(0, question));
  auto const query = question == text.npos ? std::string_view() : text.substr(question + 1);
  auto const colon = query.rfind(':');
  out.server = query.substr(0, colon);
  out.port = colon == query.npos ? std::string_view() : query.substr(colon + 1);
  return out;
}

class UriMonitor final : public ClientMonitor {
 public:
  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kPath, kQuery, kPort, kV1Head};
  }

  void on_event(ClientSighting const& sighting) override {
    auto const& event = sighting.event;
    auto const request = sighting.connection.request;
    if (!event.has_head() || event.head().response() || !event.head().error().empty() ||
        request == ClientRequestKind::other) {
      return;
    }
    auto const& text = event.head().target();
    auto const target = target_of(text);
    auto const is_v1 = request == ClientRequestKind::v1;
    auto const with_certificate = target.path == "/rpcwithcert/rpcproxy.dll";
    auto const path_holds = target.path == "/rpc/rpcproxy.dll" ||
                            (with_certificate && sighting.connection.shows_certificate) ||
                            (is_v1 && target.path == "/");
    judge(sighting, is_v1 ? kV1Head : kPath, path_holds, [&] {
      return ClientWords{"another path",
                         with_certificate ? "/rpc/rpcproxy.dll, without a client certificate"
                                          : "the path /rpc/rpcproxy.dll",
                         text};
    });
    judge(sighting, is_v1 ? kV1Head : kQuery, !target.server.empty() && !target.port.empty(), [&] {
      return ClientWords{"no server and port", "a query of the form SERVER:PORT", text};
    });
    auto const is_number = target.port.find_first_not_of("0123456789") == std::string::npos;
    judge(sighting, is_v1 ? kV1Head : kPort,
          target.port.empty() || (is_number && target.port.size() <= kMostPortDigits), [&] {
            return ClientWords{"no port number", "a port of 1 to 6 digits", text};
          });
  }
};

/// With `--tls expired` and its like no request may follow the handshake.
class CertificateMonitor final : public ClientMonitor {
 public:
  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kCertificate};
  }

  void on_parameter(std::string const& name, std::string const& value) override {
    fault_ = name == "certificate" ? value : fault_;
  }

  void on_event(ClientSighting const& sighting) override {
    auto const& event = sighting.event;
    if (fault_.empty()) {
      return;
    }
    auto const has_sent =
        sighting.connection.over_tls && event.has_head() && !event.head().response();
    auto const has_refused = event.has_ended() && event.ended().ending() == v1::TLS_FAILED;
    if (has_sent || has_refused) {
      judge(sighting, kCertificate, !has_sent, [&] {
        return ClientWords{"trusted a certificate that it should not have",
                           "no request, for the certificate is not to be trusted: " + fault_,
                           event.head().method() + " over TLS"};
      });
    }
  }

 private:
  std::string fault_;
};

}  // namespace

std::unique_ptr<ClientMonitor> make_client_uri_monitor() {
  return std::make_unique<UriMonitor>();
}

std::unique_ptr<ClientMonitor> make_client_certificate_monitor() {
  return std::make_unique<CertificateMonitor>();
}

}  // namespace rpchspec::reports
