#include "harness/engine/stream_link.hpp"

#include "harness/targets/url.hpp"

namespace rpchspec::engine {
namespace {

/// "10.0.0.5" of "10.0.0.5:7000"; empty where there is no connection.
std::string host_of(std::string const& endpoint) {
  auto const address = targets::parse_address(endpoint, targets::PortZero::allowed);
  return address ? address->host : std::string();
}

Error ended(net::Stream const& stream, net::Ending ending) {
  auto const& detail = stream.ending_detail();
  return {ErrorCode::io, 0, "link", "",
          "the link ended (" + std::string(net::to_string(ending)) +
              (detail.empty() ? ")" : "): " + detail)};
}

}  // namespace

StreamLink::StreamLink(net::Stream stream)
    : stream_(std::move(stream)),
      outbox_(stream_, kMostOnTheWay),
      local_(host_of(stream_.local())) {}

Result<void> StreamLink::post(Frame const& frame) {
  auto bytes = to_bytes(frame);
  if (!bytes) {
    return tl::unexpected(bytes.error());
  }
  if (outbox_.push(*std::move(bytes))) {
    return {};
  }
  if (outbox_.ending()) {
    return tl::unexpected(ended(stream_, *outbox_.ending()));
  }
  return fail({ErrorCode::too_large, 0, "link", "", "the link does not keep up with the case"});
}

net::Task<Result<Frame>> StreamLink::receive(net::Deadline deadline) {
  for (;;) {
    auto frame = arrived_.next(most_);
    if (!frame) {
      co_return tl::unexpected(frame.error());
    }
    if (*frame) {
      co_return **std::move(frame);
    }
    auto const room = arrived_.prepare(most_);
    auto const got = co_await stream_.read_some(room, deadline);
    if (got.ending == net::Ending::deadline) {
      co_return fail({ErrorCode::io, 0, "link", "", "time-out"});
    }
    if (got.ending) {
      co_return tl::unexpected(ended(stream_, *got.ending));
    }
    arrived_.commit(got.bytes);
  }
}

net::Task<> StreamLink::run() {
  co_await outbox_.run();
}

net::Task<bool> StreamLink::sent(net::Deadline deadline) {
  co_return co_await outbox_.drained(deadline);
}

void StreamLink::close() {
  outbox_.finish();
  stream_.close_now(net::CloseHow::fin);
}

StreamWay::StreamWay(net::ConnectOptions to, std::string token)
    : to_(std::move(to)),
      token_(std::move(token)),
      address_(targets::to_string(targets::Address{to_.host, to_.port})) {}

net::Task<Result<std::unique_ptr<Link>>> StreamWay::connect(net::Executor /*executor*/,
                                                            net::Deadline deadline) {
  auto stream = co_await net::connect(to_, deadline);
  if (!stream) {
    co_return fail({ErrorCode::io, 0, "link", "", stream.error().error.detail});
  }
  std::unique_ptr<Link> made = std::make_unique<StreamLink>(std::move(*stream));
  co_return made;
}

Result<std::unique_ptr<WayToPeer>> stream_way(targets::Target const& target) {
  if (target.agent_speech == targets::AgentSpeech::grpc) {
    return fail({ErrorCode::not_supported, 0, "", "",
                 "by gRPC (grpc://) it is asked by `rpchspec run` and `rpchspec matrix` alone"});
  }
  net::ConnectOptions to(target.backend_at->host, target.backend_at->port);
  to.resolve = target.resolve;
  if (!target.agent_ca_file.empty()) {
    net::TlsClientOptions tls;
    tls.ca_file = target.agent_ca_file;
    auto context = net::TlsContext::client(tls);
    if (!context) {
      return tl::unexpected(context.error());
    }
    to.tls = *std::move(context);
  }
  std::unique_ptr<WayToPeer> made = std::make_unique<StreamWay>(std::move(to), target.agent_token);
  return made;
}

}  // namespace rpchspec::engine
