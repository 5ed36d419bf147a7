#include "harness/agent/http.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <boost/beast/http.hpp>
#include <boost/url.hpp>

#include "harness/agent/message.hpp"

namespace rpchspec::agent {

namespace {

namespace http = boost::beast::http;

using Parser = http::request_parser<http::string_body>;

constexpr auto kIdle = std::chrono::minutes(10);         // between requests
constexpr auto kRequestTime = std::chrono::seconds(30);  // from a request's first byte
constexpr auto kWriteTime = std::chrono::seconds(30);

HttpReply refusal_of(unsigned status, std::string text) {
  api::Error error;
  error.set_error(std::move(text));
  return {status, to_json(error), {}};
}

HttpReply refusal_of(net::error_code const& error) {
  if (error == http::error::body_limit) {
    return refusal_of(413, "a body of more than " + std::to_string(kMostBody) + " bytes");
  }
  if (error == http::error::header_limit) {
    return refusal_of(431, "a head of more than " + std::to_string(kMostHead) + " bytes");
  }
  return refusal_of(400, "no HTTP request: " + error.message());
}

HttpRead read_as(Parser::value_type message) {
  HttpRead read;
  std::string const target(message.target());
  auto const url = boost::urls::parse_origin_form(target);
  if (!url) {
    read.refusal = refusal_of(400, "'" + target + "' is no path");
    return read;
  }
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.path = boost::urls::pct_string_view(url->encoded_path()).decode();
  for (auto const& parameter : url->params()) {
    request.query[parameter.key] = parameter.value;
  }
  for (auto const& field : message) {
    request.fields[std::string(field.name_string())] = std::string(field.value());
  }
  request.keep_alive = message.keep_alive();
  request.body = std::move(message.body());
  read.request = std::move(request);
  return read;
}

/// Takes what it can of `pending`. @return what is wrong with it.
std::optional<net::error_code> feed(Parser& parser, std::string& pending) {
  net::error_code error;
  auto const used = parser.put(net::asio::buffer(pending), error);
  pending.erase(0, used);
  if (error && error != http::error::need_more) {
    return error;
  }
  return std::nullopt;
}

bool expects_continue(Parser& parser) {
  auto const& head = parser.get();
  return parser.is_header_done() &&
         boost::beast::iequals(head[http::field::expect], "100-continue");
}

net::Task<bool> say_continue(net::Stream& stream) {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  auto const bytes = as_bytes(kContinue);
  auto const written = co_await stream.write_all(bytes, net::Deadline::in(kWriteTime));
  co_return !written.ending;
}

}  // namespace

std::string HttpRequest::field(std::string const& name) const {
  auto const found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

net::Task<HttpRead> read_request(net::Stream& stream, std::string& pending) {
  Parser parser;
  parser.eager(true);
  parser.body_limit(kMostBody);
  parser.header_limit(kMostHead);
  std::array<std::uint8_t, 8192> chunk{};
  auto deadline = net::Deadline::in(pending.empty() ? Duration(kIdle) : Duration(kRequestTime));
  bool continued = false;
  while (true) {
    if (!pending.empty()) {
      if (auto const error = feed(parser, pending)) {
        HttpRead refused;
        refused.refusal = refusal_of(*error);
        co_return refused;
      }
    }
    if (parser.is_done()) {
      co_return read_as(parser.release());
    }
    if (!continued && expects_continue(parser)) {
      continued = true;
      auto const goes_on = co_await say_continue(stream);
      if (!goes_on) {
        co_return HttpRead();
      }
    }
    auto const read = co_await stream.read_some(MutableByteView(chunk), deadline);
    if (read.ending) {
      co_return HttpRead();
    }
    if (!parser.got_some()) {
      deadline = net::Deadline::in(kRequestTime);
    }
    pending.append(reinterpret_cast<char const*>(chunk.data()), read.bytes);
  }
}

net::Task<bool> write_reply(net::Stream& stream, HttpReply reply, bool keep_alive) {
  http::response<http::string_body> response;
  response.result(reply.status);
  response.version(11);
  response.set(http::field::content_type, "application/json");
  response.set(http::field::cache_control, "no-store");
  if (!reply.allow.empty()) {
    response.set(http::field::allow, reply.allow);
  }
  if (reply.status == 401) {
    response.set(http::field::www_authenticate, "Bearer");
  }
  response.keep_alive(keep_alive);
  response.body() = std::move(reply.body);
  response.prepare_payload();
  std::ostringstream text;
  text << response;
  auto const whole = std::move(text).str();
  auto const bytes = as_bytes(whole);
  auto const written = co_await stream.write_all(bytes, net::Deadline::in(kWriteTime));
  co_return !written.ending;
}

}  // namespace rpchspec::agent
