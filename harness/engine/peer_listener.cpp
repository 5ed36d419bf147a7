#include "harness/engine/peer_listener.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <system_error>

#include "harness/engine/stream_link.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kHandshake = std::chrono::seconds(15);
constexpr auto kIdle = std::chrono::seconds(30);  // before the other end is probed

/// What ends a thread of ours is told, and nobody else's business.
void log_error(std::exception_ptr const& error) {
  if (!error) {
    return;
  }
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& thrown) {
    spdlog::error("a link: {}", thrown.what());
  }
}

}  // namespace

struct PeerListener::Served {
  net::asio::io_context io{1};
  net::Handover handover;             // to io's thread
  std::optional<net::Stream> stream;  // of io's thread, until there is a link
  std::unique_ptr<StreamLink> link;   // of io's thread
  bool ending = false;                // of io's thread
  bool told_to_end = false;           // of the accepting thread
  std::atomic<bool> admitted{false};
  std::atomic<bool> ended{false};
  std::thread thread;

  /// The accepting thread, or when there is none.
  void end() {
    told_to_end = true;
    net::asio::post(io, [this] {
      ending = true;
      if (link) {
        link->close();
      } else if (stream) {
        stream->abort();
      }
    });
  }

  [[nodiscard]] bool is_stranger() const { return !admitted && !ended && !told_to_end; }
};

PeerListener::PeerListener(Peer& peer, Options options)
    : peer_(peer), options_(std::move(options)) {}

Result<std::unique_ptr<PeerListener>> PeerListener::start(Peer& peer, Options options) {
  std::unique_ptr<PeerListener> made(new PeerListener(peer, std::move(options)));
  auto listener = net::Listener::bind(
      made->io_.get_executor(), net::ListenOptions(made->options_.address, made->options_.port));
  if (!listener) {
    return tl::unexpected(listener.error());
  }
  made->listener_ = std::make_unique<net::Listener>(std::move(*listener));
  made->local_ = made->listener_->local();
  made->port_ = made->listener_->local_port();
  net::asio::co_spawn(made->io_, made->accept(), log_error);
  try {
    made->thread_ = std::thread([accepting = made.get()] { accepting->io_.run(); });
  } catch (std::system_error const& error) {
    return fail({ErrorCode::io, 0, "thread", "", error.code().message()});
  }
  return made;
}

PeerListener::~PeerListener() {
  if (!thread_.joinable()) {
    return;
  }
  net::asio::post(io_, [this] { listener_->close(); });
  thread_.join();
  for (auto const& served : served_) {
    served->end();
  }
  for (auto const& served : served_) {
    served->thread.join();
  }
}

net::Task<> PeerListener::accept() {
  for (;;) {
    auto stream = co_await listener_->accept(net::Deadline::never());
    if (!stream) {
      co_return;
    }
    forget_ended();
    if (served_.size() < options_.most_links) {
      keep_few_strangers();
      serve(std::move(*stream));
    }
  }
}

void PeerListener::forget_ended() {
  served_.remove_if([](std::unique_ptr<Served> const& served) {
    if (served->ended) {
      served->thread.join();
      return true;
    }
    return false;
  });
}

/// The oldest of them gives way: a driver says who it is at once.
void PeerListener::keep_few_strangers() {
  auto const is_stranger = [](auto const& served) { return served->is_stranger(); };
  auto const strangers = std::count_if(served_.begin(), served_.end(), is_stranger);
  if (static_cast<std::size_t>(strangers) >= options_.most_strangers) {
    (*std::find_if(served_.begin(), served_.end(), is_stranger))->end();
  }
}

void PeerListener::serve(net::Stream stream) {
  auto& served = *served_.emplace_back(std::make_unique<Served>());
  served.handover = stream.release();
  try {
    served.thread = std::thread([this, &served] {
      net::asio::co_spawn(served.io, serve(served), log_error);
      served.io.run();
      served.ended = true;
    });
  } catch (std::system_error const& error) {
    spdlog::warn("a link is closed, for there is no thread for it: {}", error.code().message());
    static_cast<void>(net::Stream::adopt(io_.get_executor(), std::move(served.handover)));
    served_.pop_back();
  }
}

/// The handshake, where there is one. @return false: there is nobody to serve.
net::Task<bool> PeerListener::welcome(Served& served) {
  auto& stream = *served.stream;
  stream.set_tcp_keepalive(kIdle);  // a driver that is gone without a word gives its place free
  if (!options_.tls) {
    co_return true;
  }
  auto const secure = stream.use_tls(options_.tls);
  if (!secure) {
    co_return false;
  }
  auto const shaken = co_await stream.handshake(net::Deadline::in(kHandshake));
  if (!shaken) {
    spdlog::warn("a link from {}: {}", stream.remote(), shaken.error().error.detail);
  }
  co_return shaken.has_value();
}

net::Task<> PeerListener::serve(Served& served) {
  auto adopted = net::Stream::adopt(served.io.get_executor(), std::move(served.handover));
  if (!adopted || served.ending) {
    co_return;
  }
  served.stream.emplace(std::move(*adopted));
  auto const welcome_here = co_await welcome(served);
  if (welcome_here && !served.ending) {
    served.link = std::make_unique<StreamLink>(std::move(*served.stream));
  }
  served.stream.reset();
  if (served.link) {
    Peer::OnAdmitted const on_admitted = [&served] { served.admitted = true; };
    co_await peer_.serve(served.io, *served.link, on_admitted);
  }
}

}  // namespace rpchspec::engine
