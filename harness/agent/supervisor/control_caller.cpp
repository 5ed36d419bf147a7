#include "harness/agent/supervisor/control_caller.hpp"

#include <optional>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "harness/agent/message.hpp"
#include "net/asio.hpp"

namespace rpchspec::supervisor {

namespace {

namespace asio = net::asio;
namespace http = boost::beast::http;

constexpr std::uint64_t kMostBody = std::uint64_t{64} << 20;

using Request = http::request<http::string_body>;
using Parser = http::response_parser<http::string_body>;

/// Over a connection of its own. Both outlive it.
net::Task<net::error_code> exchange(std::uint16_t port, Request const& request, Parser& response) {
  auto executor = co_await asio::this_coro::executor;
  net::TcpSocket socket(executor);
  net::Endpoint const place(asio::ip::address_v4::loopback(), port);
  auto const [unconnected] = co_await socket.async_connect(place);
  if (unconnected) {
    co_return unconnected;
  }
  auto const [unsent, sent] = co_await http::async_write(socket, request, net::kUseTuple);
  if (unsent) {
    co_return unsent;
  }
  boost::beast::flat_buffer buffer;
  auto const [error, size] = co_await http::async_read(socket, buffer, response, net::kUseTuple);
  co_return error;
}

Request request_of(ControlPlace const& place, ControlCall const& call) {
  Request request(http::string_to_verb(call.method), call.target, 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::authorization, "Bearer " + place.token);
  request.set(http::field::connection, "close");
  if (!call.body.empty()) {
    request.set(http::field::content_type, "application/json");
  }
  request.body() = call.body;
  request.prepare_payload();
  return request;
}

Why why_of(unsigned status) {
  switch (status) {
    case 400:
    case 413:
    case 415:
      return Why::invalid;
    case 404:
      return Why::not_found;
    case 409:
      return Why::not_now;
    default:
      return Why::unavailable;
  }
}

tl::unexpected<Refused> refused(unsigned status, std::string const& body) {
  agent::api::Error error;
  std::string text = "the fixture answered " + std::to_string(status);
  if (agent::from_json(body, error)) {
    text = error.error();
    for (int i = 0; i < error.allowed_size(); ++i) {
      text += (i == 0 ? "; allowed: " : ", ") + error.allowed(i);
    }
    text += error.meant().empty() ? "" : "; did you mean '" + error.meant() + "'?";
  }
  return refuse(why_of(status), std::move(text));
}

}  // namespace

Outcome<std::string> call_control(ControlPlace const& place, ControlCall const& call) {
  auto const request = request_of(place, call);
  Parser response;
  response.body_limit(kMostBody);
  std::optional<net::error_code> error;
  asio::io_context io(1);  // behind what it works on: it breaks off what is left
  asio::co_spawn(io, exchange(place.port, request, response),
                 [&](std::exception_ptr thrown, net::error_code ended) {
                   if (thrown) {
                     std::rethrow_exception(thrown);
                   }
                   error = ended;
                 });
  io.run_for(call.at_most);
  if (!error) {
    return refuse(Why::unavailable, "the fixture has not answered within " +
                                        std::to_string(call.at_most.count()) + " ms");
  }
  if (*error) {
    return refuse(Why::unavailable, "the fixture does not answer: " + error->message());
  }
  auto const status = response.get().result_int();
  if (status != 200) {
    return refused(status, response.get().body());
  }
  return std::move(response.get().body());
}

}  // namespace rpchspec::supervisor
