#include "harness/engine/offloader.hpp"

#include "harness/engine/relay.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kHandshakeBound = std::chrono::seconds(15);

}  // namespace

Offloader::Offloader(net::Executor executor, net::ConnectOptions to, net::ListenOptions at)
    : executor_(executor), to_(std::move(to)), at_(std::move(at)), scope_(executor, "Offloader") {}

Result<void> Offloader::start(net::Certificate const& certificate) {
  net::TlsServerOptions options;
  options.certificate = certificate;
  auto context = net::TlsContext::server(options);
  if (!context) {
    return tl::unexpected(context.error());
  }
  auto listen = at_;
  listen.tls = *context;
  auto listener = net::Listener::bind(executor_, listen);
  if (!listener) {
    return tl::unexpected(listener.error());
  }
  port_ = listener->local_port();
  listener_.emplace(std::move(*listener));
  scope_.spawn(accept());
  return {};
}

net::Task<> Offloader::accept() {
  for (;;) {
    auto stream = co_await listener_->accept(net::Deadline::never());
    if (!stream) {
      co_return;
    }
    scope_.spawn(serve(std::move(*stream)));
  }
}

net::Task<> Offloader::serve(net::Stream client) {
  auto const deadline = net::Deadline::in(kHandshakeBound);
  if (!co_await client.handshake(deadline)) {
    co_return;
  }
  auto proxy = co_await net::connect(to_, deadline);
  if (!proxy) {
    client.close_now(net::CloseHow::fin);
    co_return;
  }
  co_await relay_both(client, *proxy);
}

net::Task<> Offloader::stop() {
  if (listener_) {
    listener_->close();
  }
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace rpchspec::engine
