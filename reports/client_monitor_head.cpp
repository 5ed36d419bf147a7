// The heads of a client's requests: fields, lengths and pragmas (MS-RPCH 2.1.2.1.1, 2.1.2.1.2,
// 2.1.2.1.5; of v1 2.1.1.1.1).

#include <algorithm>

#include <fmt/format.h>

#include "protocol/wire/uuid.hpp"
#include "reports/client_monitor.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"

namespace rpchspec::reports {

namespace {

constexpr std::string_view kInHead = "RPCH-2.1.2.1.1-01";
constexpr std::string_view kInWishes = "RPCH-2.1.2.1.1-02";
constexpr std::string_view kInLength = "RPCH-2.1.2.1.1-03";
constexpr std::string_view kInPragmas = "RPCH-2.1.2.1.1-04";
constexpr std::string_view kOutHead = "RPCH-2.1.2.1.2-01";
constexpr std::string_view kOutLength = "RPCH-2.1.2.1.2-02";
constexpr std::string_view kOutPragmas = "RPCH-2.1.2.1.2-04";
constexpr std::string_view kEcho = "RPCH-2.1.2.1.5-01";
constexpr std::string_view kV1Head = "RPCH-2.1.1.1.1-01";
constexpr std::string_view kV1Body = "RPCH-2.1.1.1.1-03";

constexpr std::uint64_t kLeastIn = 131072;
constexpr std::uint64_t kMostIn = 2147483648;
constexpr std::uint64_t kFirstOut = 76;
constexpr std::uint64_t kNextOut = 120;
constexpr std::uint64_t kLeastTimeout = 120;
constexpr std::uint64_t kMostTimeout = 14400;

/// The elements of every field of this name, at commas.
std::vector<std::string> elements(std::string_view text, std::string_view name) {
  std::vector<std::string> all;
  for (auto rest : values_of(text, name)) {
    while (true) {
      auto const comma = rest.find(',');
      all.emplace_back(trimmed(rest.substr(0, comma)));
      if (comma == std::string_view::npos) {
        break;
      }
      rest.remove_prefix(comma + 1);
    }
  }
  return all;
}

bool has_element(std::string_view text, std::string_view name, std::string_view wanted) {
  auto const all = elements(text, name);
  return std::ranges::any_of(all,
                             [&](std::string const& each) { return to_lower(each) == wanted; });
}

/// "Cache-Control: no-cache, Host": what a head lacks of what it must have; empty: nothing.
class Lacking {
 public:
  explicit Lacking(std::string_view head) : head_(head) {}

  Lacking& element(std::string_view name, std::string_view value) {
    return note(has_element(head_, name, to_lower(value)), fmt::format("{}: {}", name, value));
  }

  Lacking& field(std::string_view name) {
    auto const values = values_of(head_, name);
    return note(!values.empty() && !values.front().empty(), std::string(name));
  }

  Lacking& note(bool there, std::string const& what) {
    if (!there) {
      text_ += (text_.empty() ? "" : ", ") + what;
    }
    return *this;
  }

  [[nodiscard]] std::string const& text() const { return text_; }

 private:
  std::string_view head_;
  std::string text_;
};

/// What is wrong with a pragma; empty: nothing, or it is none of the three.
std::string wrong_pragma(std::string const& pragma) {
  auto const equals = pragma.find('=');
  auto const name = to_lower(pragma.substr(0, equals));
  auto const value = equals == std::string::npos ? std::string() : pragma.substr(equals + 1);
  if (name == "minconntimeout") {
    auto const is_decimal = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
    auto const seconds = is_decimal ? number(value) : std::nullopt;
    return seconds && *seconds >= kLeastTimeout && *seconds <= kMostTimeout ? "" : pragma;
  }
  if (name == "resourcetypeuuid" || name == "sessionid") {
    return wire::parse_uuid(value) ? "" : pragma;
  }
  return {};
}

class HeadMonitor final : public ClientMonitor {
 public:
  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kInHead,    kInWishes,   kInLength, kInPragmas, kOutHead,
            kOutLength, kOutPragmas, kEcho,     kV1Head,    kV1Body};
  }

  void on_event(ClientSighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_head() || event.head().response() || !event.head().error().empty()) {
      return;
    }
    switch (sighting.connection.request) {
      case ClientRequestKind::in_channel:
        on_in(sighting);
        return;
      case ClientRequestKind::out_channel:
        on_out(sighting);
        return;
      case ClientRequestKind::echo:
        on_echo(sighting);
        return;
      case ClientRequestKind::v1:
        on_v1(sighting);
        return;
      case ClientRequestKind::none:
      case ClientRequestKind::other:
        return;
    }
  }

 private:
  static Lacking lacking_of_channel(std::string_view text) {
    Lacking lacking(text);
    lacking.element("Cache-Control", "no-cache")
        .element("Connection", "Keep-Alive")
        .field("Host")
        .element("Pragma", "No-cache");
    return lacking;
  }

  void require(ClientSighting const& at, std::string_view requirement, Lacking const& lacking) {
    judge(at, requirement, lacking.text().empty(), [&] {
      return ClientWords{"head lacks a field",
                         "Cache-Control: no-cache, Connection: Keep-Alive, Host, Pragma: No-cache",
                         "a head without " + lacking.text()};
    });
  }

  void on_pragmas(ClientSighting const& at, std::string_view requirement) {
    for (auto const& pragma : elements(at.event.head().text(), "Pragma")) {
      auto const wrong = wrong_pragma(pragma);
      judge(at, requirement, wrong.empty(), [&] {
        return ClientWords{"pragma of a wrong form",
                           "MinConnTimeout=120 to 14400, ResourceTypeUuid=UUID or SessionId=UUID",
                           "Pragma: " + wrong};
      });
    }
  }

  void on_in(ClientSighting const& at) {
    auto const& head = at.event.head();
    require(at, kInHead, lacking_of_channel(head.text()));
    Lacking wishes(head.text());
    wishes.note(head.http_version() == 10, "HTTP/1.0")
        .element("Accept", "application/rpc")
        .note(has_element(head.text(), "User-Agent", "msrpc"), "User-Agent: MSRPC");
    judge(at, kInWishes, wishes.text().empty(), [&] {
      return ClientWords{"head unlike the recommended one",
                         "HTTP/1.0, Accept: application/rpc and User-Agent: MSRPC",
                         "a head without " + wishes.text()};
    });
    auto const length = at.connection.content_length;
    judge(at, kInLength, length && *length >= kLeastIn && *length <= kMostIn, [&] {
      return ClientWords{
          "Content-Length out of range",
          fmt::format("a Content-Length of {} to {}", kLeastIn, kMostIn),
          length ? fmt::format("Content-Length: {}", *length) : std::string("no Content-Length")};
    });
    on_pragmas(at, kInPragmas);
  }

  /// Which of the two lengths it must be, the first PDU tells.
  void on_out(ClientSighting const& at) {
    require(at, kOutHead, lacking_of_channel(at.event.head().text()));
    auto const length = at.connection.content_length;
    judge(at, kOutLength, length && (*length == kFirstOut || *length == kNextOut), [&] {
      return ClientWords{
          "Content-Length of no OUT channel",
          fmt::format("a Content-Length of {}, or {} of a replacement channel", kFirstOut,
                      kNextOut),
          length ? fmt::format("Content-Length: {}", *length) : std::string("no Content-Length")};
    });
    on_pragmas(at, kOutPragmas);
  }

  void on_echo(ClientSighting const& at) {
    Lacking lacking(at.event.head().text());
    lacking.element("Cache-Control", "no-cache").field("Host").element("Pragma", "No-cache");
    judge(at, kEcho, lacking.text().empty(), [&] {
      return ClientWords{"head lacks a field", "Cache-Control: no-cache, Host, Pragma: No-cache",
                         "a head without " + lacking.text()};
    });
  }

  void on_v1(ClientSighting const& at) {
    auto const& head = at.event.head();
    Lacking lacking(head.text());
    lacking.note(head.http_version() == 11, "HTTP/1.1")
        .element("Pragma", "No-cache")
        .note(has_element(head.text(), "User-Agent", "rpc"), "User-Agent: RPC");
    judge(at, kV1Head, lacking.text().empty(), [&] {
      return ClientWords{"head unlike RPC_CONNECT's",
                         "HTTP/1.1, Pragma: No-cache and User-Agent: RPC",
                         "a head without " + lacking.text()};
    });
    std::string extra;
    for (auto const* name : {"Content-Type", "Content-Length", "Transfer-Encoding"}) {
      extra += values_of(head.text(), name).empty() ? std::string() : std::string(" ") + name;
    }
    judge(at, kV1Body, extra.empty(), [&] {
      return ClientWords{"head describes a body",
                         "neither Content-Type nor Content-Length nor Transfer-Encoding",
                         "a head with" + extra};
    });
  }
};

}  // namespace

std::unique_ptr<ClientMonitor> make_client_head_monitor() {
  return std::make_unique<HeadMonitor>();
}

}  // namespace rpchspec::reports
