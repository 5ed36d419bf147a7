#include "harness/engine/stream_server.hpp"

namespace rpchspec::engine {

StreamServer::StreamServer(net::Executor executor, std::string name, Serve serve)
    : executor_(executor), serve_(std::move(serve)), scope_(executor, std::move(name)) {}

Result<void> StreamServer::start(net::ListenOptions const& at) {
  auto listener = net::Listener::bind(executor_, at);
  if (!listener) {
    return tl::unexpected(listener.error());
  }
  port_ = listener->local_port();
  listener_.emplace(std::move(*listener));
  scope_.spawn(accept());
  return {};
}

net::Task<> StreamServer::accept() {
  for (;;) {
    auto stream = co_await listener_->accept(net::Deadline::never());
    if (!stream) {
      co_return;
    }
    scope_.spawn(serve_(std::move(*stream)));
  }
}

net::Task<> StreamServer::stop() {
  if (listener_) {
    listener_->close();
  }
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace rpchspec::engine
