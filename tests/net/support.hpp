// What the tests of net share: running a coroutine, and a pair of connected streams.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/reader.hpp"
#include "net/connect.hpp"
#include "net/listener.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::net {

using namespace std::chrono_literals;

/// Long enough never to pass in a test that works.
inline Deadline soon() {
  return Deadline::in(20s);
}

/// Runs a coroutine lambda to its end on an io_context of its own.
template <class Body>
void run_net(Body body) {
  asio::io_context context(1);
  bool done = false;
  auto hold = [](Body held, bool& done_) -> Task<> {
    co_await held();
    done_ = true;
  };
  asio::co_spawn(context, hold(std::move(body), done), [](std::exception_ptr error) {
    if (error) {
      std::rethrow_exception(error);
    }
  });
  context.run_for(60s);
  EXPECT_TRUE(done) << "the coroutine did not end";
}

struct Pair {
  Pair(Stream client_, Stream server_) : client(std::move(client_)), server(std::move(server_)) {}

  Stream client;
  Stream server;
};

/// A self-signed certificate for localhost and 127.0.0.1, made once.
inline Certificate const& test_certificate() {
  static Certificate const made = *self_signed({"localhost", "127.0.0.1"});
  return made;
}

inline TlsContext test_server_tls(TlsServerOptions options = {}) {
  options.certificate = test_certificate();
  return *TlsContext::server(options);
}

inline TlsContext test_client_tls(TlsClientOptions options = {}) {
  if (!options.insecure) {
    options.ca_pem = test_certificate().certificate_pem;
  }
  return *TlsContext::client(options);
}

/// Two ends of one TCP connection on loopback.
inline Task<Pair> tcp_pair(ListenOptions listen = {}) {
  auto executor = co_await asio::this_coro::executor;
  auto listener = *Listener::bind(executor, listen);
  ConnectOptions const options("127.0.0.1", listener.local_port());
  auto client = co_await connect(options, soon());
  auto server = co_await listener.accept(soon());
  co_return Pair(std::move(*client), std::move(*server));
}

/// The same with TLS; the handshakes run side by side.
inline Task<Pair> tls_pair(TlsContext server_tls = test_server_tls(),
                           TlsContext client_tls = test_client_tls()) {
  auto pair = co_await tcp_pair();
  (void)pair.client.use_tls(client_tls, "localhost");
  (void)pair.server.use_tls(server_tls);
  co_await in_scope([&pair](TaskScope& scope) -> Task<> {
    scope.spawn([&pair]() -> Task<> {
      auto const done = co_await pair.server.handshake(soon());
      EXPECT_TRUE(done) << done.error().error.detail;
    });
    auto const done = co_await pair.client.handshake(soon());
    EXPECT_TRUE(done) << done.error().error.detail;
  });
  co_return pair;
}

inline Task<Pair> any_pair(bool tls) {
  if (tls) {
    co_return co_await tls_pair();
  }
  co_return co_await tcp_pair();
}

/// Reads until the direction ends. The deadline is an error.
inline Task<std::pair<std::string, Ending>> read_to_end(Stream& stream) {
  std::string text;
  Bytes space(64 * 1024);
  for (;;) {
    auto const result = co_await stream.read_some(space, soon());
    text += as_text(ByteView(space).first(result.bytes));
    if (result.ending) {
      co_return std::pair(text, *result.ending);
    }
  }
}

inline Task<std::string> read_exactly(Stream& stream, std::size_t size) {
  std::string text;
  Bytes space(size);
  while (text.size() < size) {
    auto const want = MutableByteView(space).first(size - text.size());
    auto const result = co_await stream.read_some(want, soon());
    text += as_text(ByteView(space).first(result.bytes));
    if (result.ending) {
      break;
    }
  }
  co_return text;
}

/// Text that does not repeat early.
inline std::string pattern(std::size_t size) {
  std::string text;
  text.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    text += static_cast<char>('a' + (i * 7 + i / 251) % 26);
  }
  return text;
}

/// Of a journal in memory that begins now.
inline journal::RecorderOptions from_now() {
  journal::RecorderOptions options;
  options.start = Clock::now();
  return options;
}

/// The events of a journal that is kept in memory.
inline std::vector<journal::v1::Event> events_of(journal::Recorder& recorder) {
  std::vector<journal::v1::Event> events;
  recorder.flush();
  (void)journal::read(ByteView(recorder.memory()),
                      [&](journal::v1::Event const& event) { events.push_back(event); });
  return events;
}

}  // namespace rpchspec::net
