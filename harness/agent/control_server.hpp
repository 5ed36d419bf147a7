// The listener of the control API.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/agent/guard.hpp"
#include "harness/agent/http.hpp"
#include "net/listener.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::agent {

struct ControlListen {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  net::TlsContext tls{};   // null: plain
  std::optional<Token> token{};
};

/// Anything but loopback wants TLS and a token. unexpected says so.
[[nodiscard]] Result<void> check(ControlListen const& listen);

/// Single-threaded. Stop it, and wait for that, before destroying it.
class ControlServer {
 public:
  using Handler = std::function<net::Task<HttpReply>(HttpRequest)>;

  ControlServer(net::Executor executor, ControlListen listen, Handler handler);

  /// io: it cannot be bound.
  [[nodiscard]] Result<void> start();

  /// "http://127.0.0.1:45127".
  [[nodiscard]] std::string url() const;

  [[nodiscard]] net::Task<> stop();

 private:
  [[nodiscard]] net::Task<> accept();
  enum class Answers { requests, that_it_is_full };

  [[nodiscard]] net::Task<> serve(net::Stream stream, Answers answers);
  [[nodiscard]] net::Task<> turn_away(net::Stream& stream);
  [[nodiscard]] net::Task<> answer_requests(net::Stream& stream);

  static constexpr std::size_t kMostConnections = 64;

  net::Executor executor_;
  ControlListen listen_;
  Guard guard_;
  Handler handler_;
  std::optional<net::Listener> listener_;
  net::TaskScope scope_;
};

/// A refusal as an answer.
[[nodiscard]] HttpReply reply_of(Refusal const& refusal);

}  // namespace rpchspec::agent
