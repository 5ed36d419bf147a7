#include "net/connect.hpp"

#include <algorithm>
#include <cctype>

#include "net/stream_impl.hpp"

namespace rpchspec::net {

namespace {

using Addresses = std::vector<Endpoint>;

Failure failure(Ending ending, std::string detail) {
  Error error;
  error.code = ending == Ending::deadline ? ErrorCode::deadline : ErrorCode::io;
  error.detail = std::move(detail);
  return Failure(ending, std::move(error));
}

bool same_host(std::string const& a, std::string const& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

/// The address that stands for the host: an override's, or the host itself.
std::string effective_host(ConnectOptions const& options) {
  for (auto const& entry : options.resolve) {
    if (same_host(entry.host, options.host) && (entry.port == 0 || entry.port == options.port)) {
      return entry.address;
    }
  }
  return options.host;
}

/// "[::1]" as URLs write it, and "::1", are the same host.
std::string without_brackets(std::string host) {
  auto const bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

Task<Attempt<Addresses>> resolve(ConnectOptions const& options, Deadline deadline) {
  auto const host = without_brackets(effective_host(options));
  error_code not_an_address;
  auto const address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    co_return Addresses(1, Endpoint(address, options.port));
  }
  Resolver resolver(co_await asio::this_coro::executor);
  auto lookup = resolver.async_resolve(host, std::to_string(options.port));
  auto const [error, found] = co_await until(deadline, std::move(lookup));
  if (error) {
    co_return tl::unexpected(failure(connect_ending_of(error),
                                     "cannot resolve the name " + host + ": " + error.message()));
  }
  Addresses addresses;
  for (auto const& entry : found) {
    addresses.push_back(entry.endpoint());
  }
  co_return addresses;
}

std::string advice(Ending ending) {
  switch (ending) {
    case Ending::refused:
      return ": nothing listens there";
    case Ending::deadline:
      return ": no answer in time; a firewall may drop the packets";
    default:
      return {};
  }
}

Failure connect_failure(ConnectOptions const& options, Endpoint const& to, error_code error) {
  auto const ending = connect_ending_of(error);
  auto text = "cannot connect to " + endpoint_text(to);
  if (options.host != to.address().to_string()) {
    text += " (" + options.host + ")";
  }
  return failure(ending, text + ": " + error.message() + advice(ending));
}

error_code prepare(TcpSocket& socket, ConnectOptions const& options, Endpoint const& to) {
  error_code error;
  socket.open(to.protocol(), error);
  if (!error && options.send_buffer != 0) {
    socket.set_option(asio::socket_base::send_buffer_size(static_cast<int>(options.send_buffer)),
                      error);
  }
  if (!error && options.receive_buffer != 0) {
    socket.set_option(
        asio::socket_base::receive_buffer_size(static_cast<int>(options.receive_buffer)), error);
  }
  if (!error && !options.local_address.empty()) {
    auto const local = asio::ip::make_address(options.local_address, error);
    if (!error) {
      socket.bind(Endpoint(local, 0), error);
    }
  }
  return error;
}

Task<Attempt<Stream>> connect_tcp(ConnectOptions const& options, Deadline deadline) {
  auto const addresses = co_await resolve(options, deadline);
  if (!addresses) {
    co_return tl::unexpected(addresses.error());
  }
  auto last = failure(Ending::unreachable, "the name " + options.host + " has no address");
  for (auto const& to : *addresses) {
    TcpSocket socket(co_await asio::this_coro::executor);
    if (auto const error = prepare(socket, options, to)) {
      last = connect_failure(options, to, error);
      last.error.detail +=
          options.local_address.empty() ? "" : " (from " + options.local_address + ")";
      continue;
    }
    auto const [error] = co_await until(deadline, socket.async_connect(to));
    if (!error) {
      co_return Stream(std::move(socket), Stream::Side::connected);
    }
    last = connect_failure(options, to, error);
    if (last.ending == Ending::deadline || last.ending == Ending::cancelled) {
      break;
    }
  }
  co_return tl::unexpected(std::move(last));
}

}  // namespace

Task<Attempt<Stream>> connect(ConnectOptions options,
                              std::optional<journal::ConnectionTap> tap,
                              Deadline deadline) {
  auto stream = co_await connect_tcp(options, deadline);
  if (!stream) {
    auto const& why = stream.error();
    if (tap && why.ending != Ending::cancelled) {
      tap->ended(journal::v1::NO_DIRECTION, to_journal(why.ending), why.error.detail, Clock::now());
    }
    co_return stream;
  }
  if (tap) {
    stream->observe(std::move(*tap));
  }
  if (options.tls) {
    if (auto const made = stream->use_tls(options.tls, without_brackets(options.host)); !made) {
      co_return tl::unexpected(Failure(Ending::tls_failed, made.error()));
    }
    if (auto const done = co_await stream->handshake(deadline); !done) {
      co_return tl::unexpected(done.error());
    }
  }
  co_return stream;
}

Task<Attempt<Stream>> connect(ConnectOptions options, Deadline deadline) {
  std::optional<journal::ConnectionTap> no_tap;
  co_return co_await connect(std::move(options), std::move(no_tap), deadline);
}

}  // namespace rpchspec::net
