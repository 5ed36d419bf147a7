// HTTP response heads of channels: success and refusal (2.1.2.1.3, 2.1.2.1.4).

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/monitor.hpp"
#include "reports/monitor_exchange.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kNoInResponse = "RPCH-2.1.2.1.3-01";
constexpr std::string_view kErrorForm = "RPCH-2.1.2.1.3-03";
constexpr std::string_view kErrorRange = "RPCH-2.1.2.1.3-04";
constexpr std::string_view kReserved = "RPCH-2.1.2.1.3-05";
constexpr std::string_view kEeInfo = "RPCH-2.1.2.1.3-07";
constexpr std::string_view kReasonSize = "RPCH-2.1.2.1.3-08";
constexpr std::string_view kErrorBody = "RPCH-2.1.2.1.3-10";
constexpr std::string_view kLength = "RPCH-2.1.2.1.4-01";
constexpr std::string_view kType = "RPCH-2.1.2.1.4-02";
constexpr std::string_view kStatusLine = "RPCH-2.1.2.1.4-03";
constexpr std::string_view kNoChunks = "RPCH-2.1.2.1.8-01";
constexpr std::string_view kInterim = "HTTP-9110-15.2-02";

constexpr std::size_t kMaxReasonLine = 1024;
constexpr std::uint64_t kLeastLength = 131'072;
constexpr std::uint64_t kMostLength = 2'147'483'648;

/// MS-RPCE 3.3.3.5.1.
constexpr std::uint64_t kReservedCodes[] = {
    0x00000000, 0x80000001, 0x80000002, 0x80000003, 0xC0000005, 0xC0000006, 0xC000001D,
    0xC0000096, 0xC00000AA, 0xC00000FD, 0xC0000194, 0xC0000235, 0xC0000409, 0xC0000420};

bool is_base64(std::string_view text) {
  auto const body = text.substr(0, text.find('='));
  auto const padding = text.substr(body.size());
  auto const digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return !text.empty() && text.size() % 4 == 0 && padding.size() <= 2 &&
         std::all_of(body.begin(), body.end(), digit) &&
         padding.find_first_not_of('=') == std::string_view::npos;
}

std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return clean;
}

std::string quoted(v1::Head const& head) {
  return fmt::format("\"{}\"", start_line(head.text()).substr(0, 120));
}

class HeadMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "http-heads"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kNoInResponse, kErrorForm, kErrorRange, kReserved,   kEeInfo,   kReasonSize,
            kErrorBody,    kLength,    kType,       kStatusLine, kNoChunks, kInterim};
  }

  void on_event(Sighting const& sighting) override {
    exchanges_.on_event(sighting);
    auto const& event = sighting.event;
    if (event.has_raw() && event.raw().is() == "body" && sighting.is(v1::CLIENT, v1::RECEIVED) &&
        refused_.count(event.connection()) != 0) {
      error_body(sighting);
    }
    if (!event.has_head() || !event.head().response() || !sighting.is(v1::CLIENT, v1::RECEIVED) ||
        !event.head().error().empty()) {
      return;
    }
    if (event.head().status() < 200) {
      interim(sighting);
      return;
    }
    refused_.erase(event.connection());
    auto const* request = exchanges_.answered(event.connection());
    bool const streaming = streaming_.count(event.connection()) != 0;
    if (request == nullptr && !streaming) {
      return;  // to something that was no request
    }
    if (request == nullptr) {
      extra_response(sighting);
    } else if (!request->is_rpc() || !request->legal_head || request->is_echo()) {
      return;
    } else if (event.head().status() == 503 && request->names_a_server()) {
      refusal(sighting);
    } else if (event.head().status() / 100 == 2) {
      request->method == "RPC_IN_DATA" ? in_success(sighting) : out_success(sighting);
    }
  }

 private:
  void interim(Sighting const& sighting) {
    auto const* request = exchanges_.waiting(sighting.event.connection());
    if (request != nullptr && request->http_version == 10) {
      object(sighting, {kInterim, "interim response", "no interim response to HTTP/1.0",
                        quoted(sighting.event.head())});
    }
  }

  /// HTTP text in the middle of the OUT stream: after the 200 there is no error form any more.
  void extra_response(Sighting const& sighting) {
    if (sighting.leg() == v1::OUT) {
      object(sighting, {kNoChunks, "second response", "nothing but PDUs after the response head",
                        quoted(sighting.event.head()) + " in the middle of the OUT stream"});
    }
  }

  void in_success(Sighting const& sighting) {
    object(sighting, {kNoInResponse, "response on IN", "no response on a healthy IN channel",
                      quoted(sighting.event.head())});
  }

  void out_success(Sighting const& sighting) {
    auto const& head = sighting.event.head();
    streaming_.insert(sighting.event.connection());
    if (head.status() != 200 || head.reason() != "Success" || head.http_version() != 11) {
      object(sighting, {kStatusLine, "status line", "\"HTTP/1.1 200 Success\"", quoted(head)});
    }
    auto const types = values_of(head.text(), "Content-Type");
    if (types.size() != 1 || to_lower(types.front()) != "application/rpc") {
      object(sighting,
             {kType, "Content-Type", "Content-Type: application/rpc",
              types.empty() ? "no Content-Type" : fmt::format("Content-Type: {}", types.front())});
    }
    if (!values_of(head.text(), "Transfer-Encoding").empty()) {
      object(sighting, {kNoChunks, "transfer coding", "a body framed by Content-Length alone",
                        fmt::format("Transfer-Encoding: {}",
                                    values_of(head.text(), "Transfer-Encoding").front())});
    }
    auto const length = content_length(head.text());
    if (!length || *length < kLeastLength || *length > kMostLength) {
      object(sighting,
             {kLength, "Content-Length",
              fmt::format("Content-Length in {}..{}", kLeastLength, kMostLength),
              length ? fmt::format("Content-Length: {}", *length) : "no valid Content-Length"});
    }
  }

  void refusal(Sighting const& sighting) {
    auto const& head = sighting.event.head();
    auto const line = start_line(head.text());
    if (line.size() > kMaxReasonLine) {
      object(sighting, {kReasonSize, "long status line", "a status line of at most 1024 bytes",
                        fmt::format("a status line of {} bytes", line.size())});
    }
    auto const code = rpc_error(head.reason());
    if (!code) {
      object(sighting,
             {kErrorForm, "reason phrase", "\"503 RPC Error: <hex digits>\"", quoted(head)});
      return;
    }
    auto const value = code->size() <= 8 ? number(fmt::format("0x{}", *code)) : std::nullopt;
    if (!value) {
      object(sighting, {kErrorRange, "error code", "a code between 0 and FFFFFFFF", quoted(head)});
    } else if (std::find(std::begin(kReservedCodes), std::end(kReservedCodes), *value) !=
               std::end(kReservedCodes)) {
      object(sighting, {kReserved, "reserved code",
                        "an error code that MS-RPCE 3.3.3.5.1 does not reserve", quoted(head)});
    }
    refused_.insert(sighting.event.connection());
    check_ee_info(sighting, head.reason());
  }

  /// Of a 503 that says "RPC Error": "RPC EEInfo:", base64, CRLF. What a page for people says is
  /// its own affair, and what exceeds the record is not looked at.
  void error_body(Sighting const& sighting) {
    constexpr std::string_view kStart = "RPC EEInfo:";
    constexpr std::string_view kEnd = "\r\n";
    auto const& raw = sighting.event.raw();
    std::string_view const text = raw.prefix();
    if (!text.starts_with(kStart)) {
      return;
    }
    auto blob = text.substr(kStart.size());
    bool const whole = text.size() == raw.size();
    bool const ends =
        !whole || (blob.size() >= kEnd.size() && blob.substr(blob.size() - kEnd.size()) == kEnd);
    if (whole && ends) {
      blob.remove_suffix(kEnd.size());
    }
    bool const coded = whole ? is_base64(blob) : blob.find_first_of(" \t\r\n<") == blob.npos;
    if (!ends || !coded) {
      object(sighting, {kErrorBody, "body of the error", "\"RPC EEInfo:\", base64 and CRLF",
                        fmt::format("a body of {} bytes, \"{}\"", raw.size(),
                                    printable(text.substr(0, 60)))});
    }
  }

  void check_ee_info(Sighting const& sighting, std::string_view reason) {
    auto const comma = reason.find(',');
    if (comma == std::string_view::npos) {
      return;
    }
    constexpr std::string_view kStart = ", EEInfo: ";
    auto const rest = reason.substr(comma);
    if (rest.substr(0, kStart.size()) != kStart) {
      object(sighting, {kErrorForm, "reason phrase", "\", EEInfo: <base64>\" after the code",
                        fmt::format("\"{}\"", rest.substr(0, 60))});
    } else if (!is_base64(rest.substr(kStart.size()))) {
      object(sighting,
             {kEeInfo, "EEInfo", "EEInfo in base64", fmt::format("\"{}\"", rest.substr(0, 60))});
    }
  }

  ClientExchanges exchanges_;
  std::set<std::uint32_t> streaming_;  // connections whose OUT response has begun
  std::set<std::uint32_t> refused_;    // connections whose last response was an RPC Error
};

}  // namespace

std::unique_ptr<Monitor> make_head_monitor() {
  return std::make_unique<HeadMonitor>();
}

}  // namespace rpchspec::reports
