// Heads through Boost.Beast's parser. Its own container groups equal names, so we collect
// ourselves.

#include <algorithm>
#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "protocol/wire/http_head.hpp"

namespace rpchspec::wire {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::string_view kSection = "RFC 9112";
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::size_t kLookedAt = 256;  // bytes in which a foreign protocol is noticed at once

std::string text_of(BeastView view) {
  return {view.data(), view.size()};
}

template <bool is_request, class Head>
class HeadParser : public http::basic_parser<is_request> {
 public:
  Head head;

 private:
  // NOLINTNEXTLINE(readability-function-size): the parameters are Beast's.
  void on_request_impl(http::verb /*method*/,
                       BeastView method,
                       BeastView target,
                       int version,
                       error_code& /*error*/) override {
    if constexpr (is_request) {
      head.method = text_of(method);
      head.target = text_of(target);
      head.version = version;
    }
  }

  void on_response_impl(int code, BeastView reason, int version, error_code& /*error*/) override {
    if constexpr (!is_request) {
      head.status = static_cast<unsigned>(code);
      head.reason = text_of(reason);
      head.version = version;
    }
  }

  void on_field_impl(http::field /*name*/,
                     BeastView name,
                     BeastView value,
                     error_code& /*error*/) override {
    head.headers.emplace_back(text_of(name), text_of(value));
  }

  void on_header_impl(error_code& /*error*/) override {}

  void on_body_init_impl(boost::optional<std::uint64_t> const& /*length*/,
                         error_code& /*error*/) override {}

  std::size_t on_body_impl(BeastView body, error_code& /*error*/) override { return body.size(); }

  void on_chunk_header_impl(std::uint64_t /*size*/,
                            BeastView /*extensions*/,
                            error_code& /*error*/) override {}

  std::size_t on_chunk_body_impl(std::uint64_t /*left*/,
                                 BeastView body,
                                 error_code& /*error*/) override {
    return body.size();
  }

  void on_finish_impl(error_code& /*error*/) override {}
};

std::string_view field_of(error_code const& error) {
  switch (static_cast<http::error>(error.value())) {
    case http::error::bad_method:
      return "method";
    case http::error::bad_target:
      return "request-target";
    case http::error::bad_version:
      return "HTTP-version";
    case http::error::bad_status:
      return "status-code";
    case http::error::bad_reason:
      return "reason-phrase";
    case http::error::bad_content_length:
    case http::error::multiple_content_length:
      return "Content-Length";
    case http::error::bad_transfer_encoding:
      return "Transfer-Encoding";
    default:
      return "field-line";
  }
}

std::size_t leading_crlfs(std::string_view text) {
  std::size_t size = 0;
  while (text.substr(size).starts_with("\r\n")) {
    size += 2;
  }
  return size;
}

/// A byte that no head can have this early, or npos.
std::size_t foreign_byte(std::string_view text, bool is_request) {
  constexpr std::string_view kStatusLine = "HTTP/";
  auto const common = std::min(text.size(), kStatusLine.size());
  if (!is_request && text.substr(0, common) != kStatusLine.substr(0, common)) {
    return 0;
  }
  auto const begin = text.begin();
  auto const end = begin + static_cast<std::ptrdiff_t>(std::min(text.size(), kLookedAt));
  auto const found = std::find_if(begin, end, [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\r' && c != '\n' && c != '\t') || byte == 0x7F;
  });
  return found == end ? std::string_view::npos : static_cast<std::size_t>(found - begin);
}

template <bool is_request, class Head>
Result<Head> parse_whole(std::string_view text, std::size_t skipped) {
  HeadParser<is_request, Head> parser;
  parser.eager(false);
  parser.header_limit(static_cast<std::uint32_t>(
      std::min<std::size_t>(text.size(), std::numeric_limits<std::uint32_t>::max())));
  parser.body_limit(boost::none);
  error_code error;
  auto const at = parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
  if (error || !parser.is_header_done()) {
    return fail({ErrorCode::bad_syntax, skipped + at, field_of(error), kSection, error.message()});
  }
  return std::move(parser.head);
}

template <bool is_request, class Head>
Result<std::optional<ParsedHead<Head>>> parse(ByteView buffered, HeadOptions const& options) {
  auto text = as_text(buffered);
  auto const skipped =
      options.leading_crlf == LeadingCrlf::skip ? leading_crlfs(text) : std::size_t{0};
  text.remove_prefix(skipped);
  auto const room = options.limit - std::min(options.limit, skipped);
  auto const end = text.substr(0, room).find(kEndOfHead);
  if (auto const at = foreign_byte(text.substr(0, end), is_request); at != std::string_view::npos) {
    return fail({ErrorCode::bad_syntax, skipped + at, "start-line", kSection,
                 "a byte that begins no HTTP head"});
  }
  if (end == std::string_view::npos) {
    if (text.size() >= room) {
      return fail({ErrorCode::too_large, options.limit, "head", kSection,
                   "no end within " + std::to_string(options.limit) + " bytes"});
    }
    return std::optional<ParsedHead<Head>>();
  }
  auto const size = end + kEndOfHead.size();
  auto head = parse_whole<is_request, Head>(text.substr(0, size), skipped);
  if (!head) {
    return fail(std::move(head.error()));
  }
  return std::optional(ParsedHead<Head>{std::move(*head), skipped + size});
}

}  // namespace

Result<std::optional<ParsedHead<RequestHead>>> parse_request_head(ByteView buffered,
                                                                  HeadOptions options) {
  return parse<true, RequestHead>(buffered, options);
}

Result<std::optional<ParsedHead<ResponseHead>>> parse_response_head(ByteView buffered,
                                                                    HeadOptions options) {
  return parse<false, ResponseHead>(buffered, options);
}

}  // namespace rpchspec::wire
