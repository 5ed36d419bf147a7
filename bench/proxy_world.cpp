#include "bench/proxy_world.hpp"

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include "reference_proxy/reference_proxy.hpp"

namespace rpchspec::bench {
namespace {

constexpr std::uint32_t kLongestLifetime = 0x7FFF'FFFF;  // more than 1 GiB and its RTS PDUs

backend::BackendConfig backend_config(WorldOptions const& options, std::uint64_t payload_key) {
  backend::BackendConfig config;
  config.ports = {{backend::Listening::store, std::uint16_t{0}}};
  config.session.receive_window = options.window;
  config.payload_key = payload_key;
  return config;
}

proxy::ProxyConfig proxy_config(WorldOptions const& options) {
  proxy::ProxyConfig config;
  config.allow_anonymous = true;
  config.receive_window = options.window;
  config.channel_lifetime = ChannelLifetime(kLongestLifetime);
  return config;
}

}  // namespace

struct ProxyWorld::Proxy {
  explicit Proxy(proxy::ProxyConfig config) : proxy(std::move(config)) {}

  proxy::ReferenceProxy proxy;
  net::asio::io_context io;
  std::optional<net::asio::executor_work_guard<net::asio::io_context::executor_type>> work;
  std::thread thread;
};

ProxyWorld::ProxyWorld(net::Executor executor,
                       journal::Recorder& recorder,
                       WorldOptions options,
                       ProxyPlace place)
    : executor_(executor),
      recorder_(recorder),
      options_(std::move(options)),
      place_(place),
      backend_(executor, backend_config(options_, recorder.digest_key()), &recorder) {}

ProxyWorld::~ProxyWorld() = default;

Result<void> ProxyWorld::raise(net::Executor executor) {
  if (auto const started = backend_.start(); !started) {
    return started;
  }
  return proxy_->proxy.start(executor);
}

net::Task<Result<void>> ProxyWorld::open(net::Deadline deadline) {
  proxy_ = std::make_unique<Proxy>(proxy_config(options_));
  auto const alone = place_ == ProxyPlace::own_thread;
  if (auto const raised = raise(alone ? proxy_->io.get_executor() : executor_); !raised) {
    co_return raised;
  }
  if (alone) {
    proxy_->work.emplace(net::asio::make_work_guard(proxy_->io));
    proxy_->thread = std::thread([this] { proxy_->io.run(); });
  }
  actors::ClientOptions options;
  auto const& endpoint = proxy_->proxy.endpoints().front();
  options.target.in.host = options.target.out.host = endpoint.address;
  options.target.in.port = options.target.out.port = endpoint.port;
  options.target.server_name = "127.0.0.1";
  options.target.ports["store"] = backend_.ports().at(backend::Listening::store);
  options.conduct.set_receive_window(options_.window.value);
  options.conduct.set_in_content_length(kLongestLifetime);
  options.payload_key = recorder_.digest_key();
  client_.emplace(executor_, options, recorder_,
                  [this](VirtualConnectionCookie const& cookie, std::uint32_t number) {
                    backend_.expect(cookie, number);
                  });
  actors::scn::Open open;
  co_return co_await client_->open(1, open, deadline);
}

net::Task<Result<void>> ProxyWorld::send(std::uint64_t bytes, net::Deadline deadline) {
  net::PayloadOrder order;
  order.bytes = bytes;
  order.pdu_size = options_.pdu_size;
  if (options_.direction == Direction::in) {
    co_return co_await client_->virtual_connection(1).send_payload(order, deadline);
  }
  constexpr std::uint8_t kResponse = 2;
  order.ptype = kResponse;
  auto const server = co_await backend_.wait_for(1, session::Channel::out, deadline);
  co_return co_await server->send_payload(order, deadline);
}

net::Task<Result<void>> ProxyWorld::call(std::string operation, net::Deadline deadline) {
  actors::scn::Call step;
  step.set_operation(operation);
  co_return co_await client_->call(1, step, deadline);
}

net::Task<> ProxyWorld::strike() {
  if (client_) {
    co_await client_->stop();
  }
  if (proxy_ && proxy_->thread.joinable()) {
    net::asio::co_spawn(proxy_->io, proxy_->proxy.stop(), net::asio::use_future).get();
    proxy_->work.reset();
    proxy_->thread.join();
  } else if (proxy_) {
    co_await proxy_->proxy.stop();
  }
  co_await backend_.stop();
}

}  // namespace rpchspec::bench
