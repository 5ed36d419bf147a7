#include "bench/straight_world.hpp"

#include "net/connect.hpp"

namespace rpchspec::bench {
namespace {

constexpr std::string_view kLength = "Content-Length: 2147483647\r\n\r\n";

Bytes head(std::string_view start) {
  auto const text = std::string(start) + std::string(kLength);
  auto const bytes = as_bytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

StraightWorld::StraightWorld(net::Executor executor,
                             journal::Recorder& recorder,
                             WorldOptions options,
                             Ports ports)
    : executor_(executor),
      recorder_(recorder),
      options_(std::move(options)),
      ports_(ports),
      scope_(executor, "StraightWorld") {}

journal::ConnectionTap StraightWorld::tap(journal::v1::Source source) {
  journal::TapOptions tapped;
  tapped.source = source;
  tapped.leg = options_.direction == Direction::in ? journal::v1::IN : journal::v1::OUT;
  tapped.virtual_connection = 1;
  tapped.stream = journal::Stream::http_then_pdus;
  return journal::ConnectionTap(recorder_, tapped);
}

void StraightWorld::start(std::shared_ptr<StraightEnd> const& end) {
  scope_.spawn([end]() -> net::Task<> { co_await end->leg().write(); });
  scope_.spawn([end]() -> net::Task<> { co_await end->read(); });
}

net::Task<Result<void>> StraightWorld::open(net::Deadline deadline) {
  auto listener = net::Listener::bind(executor_, net::ListenOptions("127.0.0.1", ports_.listen));
  if (!listener) {
    co_return tl::unexpected(listener.error());
  }
  net::ConnectOptions options("127.0.0.1", ports_.relay);
  auto tapped = std::make_optional(tap(journal::v1::CLIENT));
  auto near = co_await net::connect(std::move(options), std::move(tapped), deadline);
  if (!near) {
    co_return tl::unexpected(near.error().error);
  }
  auto const in = options_.direction == Direction::in;
  StraightEnd::Options of;
  of.window = options_.window;
  of.payload_key = recorder_.digest_key();
  client_ = std::make_shared<StraightEnd>(std::move(*near), of);
  start(client_);
  auto const method = std::string(in ? "RPC_IN_DATA" : "RPC_OUT_DATA");
  (void)client_->leg().send(head(method + " /rpc/rpcproxy.dll?s:1 HTTP/1.1\r\nHost: s\r\n"));
  auto far = co_await listener->accept(deadline);
  if (!far) {
    co_return tl::unexpected(far.error().error);
  }
  far->observe(tap(journal::v1::SERVER));
  of.sends_out = true;
  server_ = std::make_shared<StraightEnd>(std::move(*far), of);
  start(server_);
  (void)server_->leg().send(head("HTTP/1.1 200 OK\r\n"));
  co_return Result<void>();
}

net::Task<Result<void>> StraightWorld::send(std::uint64_t bytes, net::Deadline deadline) {
  constexpr std::uint8_t kResponse = 2;
  net::PayloadOrder order;
  order.bytes = bytes;
  order.pdu_size = options_.pdu_size;
  auto const in = options_.direction == Direction::in;
  order.ptype = in ? std::uint8_t{0} : kResponse;
  auto const from = in ? client_ : server_;
  co_return co_await from->send_payload(std::move(order), deadline);
}

net::Task<> StraightWorld::strike() {
  for (auto const& end : {client_, server_}) {
    if (end) {
      end->leg().stream().abort();
    }
  }
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace rpchspec::bench
