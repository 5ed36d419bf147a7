// The client actor's connections, and the requests that it sends on them.

#include "harness/actors/client.hpp"
#include "harness/actors/step_values.hpp"
#include "harness/actors/way_to_proxy.hpp"
#include "net/connect.hpp"

namespace rpchspec::actors {
namespace {

using session::Channel;

Error no_channel(Channel channel) {
  return {ErrorCode::io, 0, "", "",
          "the client's " + std::string(to_string(channel)) + " channel is not connected"};
}

}  // namespace

Origin Client::origin(std::uint32_t vc, Channel channel) const {
  return origin_of(setting_of(vc, channel));
}

RequestSetting Client::setting_of(std::uint32_t vc, Channel channel) const {
  RequestSetting setting{options_.target, options_.conduct, channel};
  if (moved_.contains({vc, channel})) {
    setting.node = channel == Channel::in ? Channel::out : Channel::in;
  }
  return setting;
}

net::Task<Result<net::Stream>> Client::connect_to(Origin to,
                                                  journal::TapOptions tapped,
                                                  net::Deadline deadline) {
  Way way(options_.target, to);
  if (to.tls) {
    auto tls = options_.target.tls;
    if (options_.conduct.tls_version() == "1.2") {
      tls.max_version = net::TlsVersion::tls1_2;
    } else if (options_.conduct.tls_version() == "1.3") {
      tls.min_version = net::TlsVersion::tls1_3;
    }
    if (options_.conduct.certificate()) {
      tls.client_certificate = options_.target.certificate;
    }
    if (options_.conduct.shows() != scn::Client::USUAL_CERTIFICATE) {
      tls.client_certificate_file.clear();
    }
    if (options_.conduct.shows() == scn::Client::STRANGERS_CERTIFICATE) {
      tls.client_certificate = options_.target.stranger;
    }
    auto context = net::TlsContext::client(tls);
    if (!context) {
      co_return tl::unexpected(context.error());
    }
    way.tls = *context;
  }
  tapped.source = journal::v1::CLIENT;
  tapped.stream = journal::Stream::http_then_pdus;
  auto tap = std::make_optional<journal::ConnectionTap>(recorder_, tapped);
  co_return co_await open_way(std::move(way), std::move(tap), deadline);
}

net::Task<Client::ChannelResult> Client::dial(std::uint32_t vc,
                                              Channel channel,
                                              net::Deadline deadline,
                                              session::Instance instance) {
  if (options_.announced) {
    (void)virtual_connection(vc);  // its cookie is told of
    co_await options_.announced();
  }
  journal::TapOptions tapped;
  tapped.leg = channel == Channel::in ? journal::v1::IN : journal::v1::OUT;
  tapped.virtual_connection = vc;
  auto stream = co_await connect_to(origin(vc, channel), std::move(tapped), deadline);
  if (!stream) {
    co_return tl::unexpected(stream.error());
  }
  co_return virtual_connection(vc).attach(channel, std::move(*stream), instance);
}

net::Task<Result<void>> Client::connect(std::uint32_t vc,
                                        scn::Connect step,
                                        net::Deadline deadline) {
  auto const channels = channels_named(step.channel());
  if (!channels) {
    co_return tl::unexpected(channels.error());
  }
  for (auto const channel : *channels) {
    auto const dialled = co_await dial(vc, channel, deadline);
    if (!dialled) {
      co_return tl::unexpected(dialled.error());
    }
  }
  co_return Result<void>();
}

net::Task<Result<void>> Client::write(
    std::uint32_t vc, Channel channel, Bytes bytes, net::Pieces pieces, net::Deadline deadline) {
  auto const to = virtual_connection(vc).channel(channel);
  if (!to) {
    co_return tl::unexpected(no_channel(channel));
  }
  co_return co_await write_to(to, std::move(bytes), pieces, deadline);
}

/// The proxy may answer before it has read all of the request.
Result<void> Client::written_to(HttpChannel const& to, bool written) {
  if (!written && !to.refused()) {
    return fail(
        {ErrorCode::io, 0, "", "", "the client's channel ended before all of it was written"});
  }
  return {};
}

net::Task<Result<void>> Client::write_first(std::uint32_t vc,
                                            Channel channel,
                                            Bytes pdu,
                                            net::Deadline deadline) {
  auto& made = virtual_connection(vc);
  auto const to = made.channel(channel);
  if (!to) {
    co_return tl::unexpected(no_channel(channel));
  }
  made.send(*to, std::move(pdu));
  auto const written = co_await to->leg().outbox().drained(deadline);
  co_return written_to(*to, written);
}

net::Task<Result<void>> Client::write_to(std::shared_ptr<HttpChannel> to,
                                         Bytes bytes,
                                         net::Pieces pieces,
                                         net::Deadline deadline) {
  auto const written = co_await to->leg().send_pieces(std::move(bytes), pieces, deadline);
  co_return written_to(*to, written);
}

net::Task<Result<void>> Client::send_request(std::uint32_t vc,
                                             Channel channel,
                                             scn::Request step,
                                             net::Deadline deadline) {
  auto const known = virtual_connection(vc).channel(channel);
  auto const fresh = known && known->fresh() && !known->ended();
  auto const over = [&known] { return known->idle() || known->ended(); };
  if (step.reuse() && known && !fresh) {
    (void)co_await changed_.wait(over, deadline);
  }
  if (!(step.reuse() && known && known->may_be_reused()) && !fresh) {
    auto const dialled = co_await dial(vc, channel, deadline);
    if (!dialled) {
      co_return tl::unexpected(dialled.error());
    }
  }
  auto const on = virtual_connection(vc).channel(channel);
  auto setting = setting_of(vc, channel);
  setting.virtual_connection = vc;
  setting.challenges = known ? known->challenges() : on->challenges();
  auto authorized = co_await authorization(on, setting, step, deadline);
  if (!authorized) {
    co_return tl::unexpected(authorized.error());
  }
  setting.authorization = *std::move(authorized);
  on->request_sent();
  auto const size = step.split().empty() ? 0UL : std::stoul(step.split());
  auto const pieces = net::Pieces(size, std::chrono::milliseconds(size == 0 ? 0 : 5));
  auto head = request_head(setting, step);
  co_return co_await write(vc, channel, std::move(head), pieces, deadline);
}

net::Task<Result<void>> Client::request(std::uint32_t vc,
                                        scn::Request step,
                                        net::Deadline deadline) {
  if (is_v1(step.channel())) {
    co_return co_await request_v1(vc, std::move(step), deadline);
  }
  auto const channel = channel_named(step.channel(), Channel::in);
  if (!channel) {
    co_return tl::unexpected(channel.error());
  }
  co_return co_await send_request(vc, *channel, std::move(step), deadline);
}

}  // namespace rpchspec::actors
