#include "harness/engine/offloader.hpp"

#include "harness/engine/relay.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kHandshakeBound = std::chrono::seconds(15);

}  // namespace

Offloader::Offloader(net::Executor executor, net::ConnectOptions to, net::ListenOptions at)
    : to_(std::move(to)),
      at_(std::move(at)),
      server_(
          executor, "Offloader", [this](net::Stream client) { return serve(std::move(client)); }) {}

Result<void> Offloader::start(net::Certificate const& certificate) {
  net::TlsServerOptions options;
  options.certificate = certificate;
  auto context = net::TlsContext::server(options);
  if (!context) {
    return tl::unexpected(context.error());
  }
  context_ = *context;
  auto listen = at_;
  listen.tls = context_;
  return server_.start(listen);
}

net::Task<> Offloader::serve(net::Stream client) {
  auto const deadline = net::Deadline::in(kHandshakeBound);
  if (!co_await client.handshake(deadline)) {
    co_return;
  }
  if (told_) {
    told_(client.tls_summary());
  }
  auto proxy = co_await net::connect(to_, deadline);
  if (!proxy) {
    client.close_now(net::CloseHow::fin);
    co_return;
  }
  co_await relay_both(client, *proxy);
}

}  // namespace rpchspec::engine
