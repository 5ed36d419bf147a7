#include "harness/agent/control_server.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <string>

#include "harness/agent/message.hpp"

namespace rpchspec::agent {

namespace {

constexpr auto kHandshakeTime = std::chrono::seconds(10);
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr auto kTurnAwayTime = std::chrono::seconds(2);

}  // namespace

Result<void> check(ControlListen const& listen) {
  if (is_loopback(listen.address) || (listen.tls && listen.token)) {
    return {};
  }
  return fail({ErrorCode::unexpected, 0, "control", "",
               "'" + listen.address +
                   "' is not loopback: it wants TLS and a token "
                   "(--control-tls CERT,KEY --control-token-file F)"});
}

HttpReply reply_of(Refusal const& refusal) {
  return {refusal.status, to_json(refusal.error), {}};
}

ControlServer::ControlServer(net::Executor executor, ControlListen listen, Handler handler)
    : executor_(executor),
      listen_(std::move(listen)),
      guard_(listen_.token),
      handler_(std::move(handler)),
      scope_(executor, "ControlServer") {}

Result<void> ControlServer::start() {
  if (auto checked = check(listen_); !checked) {
    return checked;
  }
  net::ListenOptions options(listen_.address, listen_.port);
  options.tls = listen_.tls;
  auto listener = net::Listener::bind(executor_, std::move(options));
  if (!listener) {
    return tl::unexpected(listener.error());
  }
  listener_.emplace(*std::move(listener));
  scope_.spawn(accept());
  return {};
}

std::string ControlServer::url() const {
  return (listen_.tls ? "https://" : "http://") + (listener_ ? listener_->local() : std::string());
}

net::Task<> ControlServer::accept() {
  while (true) {
    auto accepted = co_await listener_->accept(net::Deadline::never());
    if (!accepted) {
      if (accepted.error().ending == net::Ending::cancelled) {
        co_return;
      }
      continue;
    }
    if (scope_.size() <= kMostConnections) {
      scope_.spawn(serve(*std::move(accepted), Answers::requests));
    } else if (scope_.size() <= 2 * kMostConnections) {
      scope_.spawn(serve(*std::move(accepted), Answers::that_it_is_full));
    }
  }
}

/// One connection must not take the fixture with it, whatever happens in it.
net::Task<> ControlServer::serve(net::Stream stream, Answers answers) {
  try {
    if (answers == Answers::requests) {
      co_await answer_requests(stream);
    } else {
      co_await turn_away(stream);
    }
  } catch (boost::system::system_error const&) {
    // cancelled: it stops
  } catch (std::exception const& error) {
    spdlog::warn("a connection to the control API failed: {}", error.what());
  }
}

net::Task<> ControlServer::answer_requests(net::Stream& stream) {
  auto const shaken = co_await stream.handshake(net::Deadline::in(kHandshakeTime));
  std::string pending;
  bool goes_on = shaken.has_value();
  while (goes_on) {
    auto read = co_await read_request(stream, pending);
    if (!read.request && !read.refusal) {
      break;
    }
    HttpReply reply;
    goes_on = read.request && read.request->keep_alive;
    if (read.refusal) {
      reply = *std::move(read.refusal);
    } else if (auto const admitted = guard_.admit(*read.request); !admitted) {
      reply = reply_of(admitted.error());
    } else {
      reply = co_await handler_(*std::move(read.request));
    }
    auto const written = co_await write_reply(stream, std::move(reply), goes_on);
    goes_on = goes_on && written;
  }
  co_await stream.close(net::CloseHow::fin, net::Deadline::in(kLingerTime));
}

/// Not without a word: who leaks connections is told so.
net::Task<> ControlServer::turn_away(net::Stream& stream) {
  auto const shaken = co_await stream.handshake(net::Deadline::in(kTurnAwayTime));
  if (shaken) {
    std::array<std::uint8_t, 8192> request{};
    (void)co_await stream.read_some(MutableByteView(request), net::Deadline::in(kTurnAwayTime));
    api::Error error;
    error.set_error("there are " + std::to_string(kMostConnections) +
                    " connections to the control API already; requests may go on one, in turn");
    HttpReply reply{503, to_json(error), {}};
    (void)co_await write_reply(stream, std::move(reply), false);
  }
  co_await stream.close(net::CloseHow::fin, net::Deadline::in(kLingerTime));
}

net::Task<> ControlServer::stop() {
  if (listener_) {
    listener_->close();
  }
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace rpchspec::agent
