#include "reference_proxy/channel.hpp"

#include <fmt/format.h>

#include "net/task_scope.hpp"
#include "reference_proxy/virtual_channel.hpp"

namespace rpchspec::proxy {
namespace {

using session::InboundProxy;
using session::OutboundProxy;

/// One connection's part. Lives in run_channel's frame; its tasks end before it does.
template <class Machine>
class Connection {
 public:
  Connection(std::shared_ptr<ClientLeg> leg, std::shared_ptr<VirtualChannel<Machine>> channel)
      : leg_(std::move(leg)), channel_(std::move(channel)) {}

  /// From here on what is sent to the client passes a gate. The leg keeps it, and it keeps the leg,
  /// until run() detaches it.
  void let_watch(net::LegWatch& watch) {
    net::LegFacts facts;
    facts.name = VirtualChannel<Machine>::kIsInbound ? "client.in" : "client.out";
    facts.connection = leg_->stream.connection();
    net::LegControls controls;
    controls.stream = &leg_->stream;
    controls.write = [leg = leg_](Bytes bytes) { leg->out.write(bytes, ByteView()); };
    controls.written = [leg = leg_] { return leg->out.written(); };
    controls.end = [this](net::CloseHow how) {
      leg_->close(how);
      channel_->on_ending(*leg_, how == net::CloseHow::rst ? net::Ending::rst : net::Ending::fin);
    };
    leg_->gate = watch.opened(std::move(facts), std::move(controls));
  }

  net::Task<> run(net::TaskScope& scope) {
    net::GateKeeper const gate_keeper(leg_->gate);
    scope.spawn(leg_->out.run());
    scope.spawn(read());
    auto const is_closing = [this] { return leg_->closing.has_value(); };
    if (co_await leg_->closed.wait(is_closing, net::Deadline::never())) {
      co_await close_leg(leg_->stream, leg_->out, *leg_->closing);
      channel_->on_gone(*leg_);
    }
    scope.cancel();
  }

 private:
  net::Task<> read() {
    auto const may_go_on = [this] { return leg_->closing || channel_->wants_bytes(*leg_); };
    while (!leg_->closing) {
      if (!leg_->in.data().empty() && !channel_->is_prefetching(*leg_)) {
        if (channel_->refuses_pieces(*leg_)) {
          channel_->on_ending(*leg_, net::Ending::fin);
          co_return;
        }
        auto const used = channel_->on_bytes(leg_);
        if (auto const joined = channel_->joined()) {
          channel_ = joined;  // its machine gets all that this one left
          continue;
        }
        auto const is_stopped = !may_go_on();  // it may go on again before all is settled
        co_await channel_->settled();
        leg_->in.consume(used);
        if (!leg_->in.data().empty() && is_stopped) {
          static_cast<void>(co_await leg_->room.wait(may_go_on, net::Deadline::never()));
          continue;
        }
      }
      auto const read = co_await leg_->stream.read_some(leg_->in.prepare(), net::Deadline::never());
      if (read.ending) {
        channel_->on_ending(*leg_, *read.ending);
        co_return;
      }
      leg_->in.commit(read.bytes);
    }
  }

  std::shared_ptr<ClientLeg> leg_;
  std::shared_ptr<VirtualChannel<Machine>> channel_;
};

/// What happens in one channel must not take the proxy with it.
template <class Machine>
net::Task<> keep_running(std::shared_ptr<VirtualChannel<Machine>> channel,
                         ProxyConfig const& config) {
  try {
    co_await channel->run();
  } catch (boost::system::system_error const&) {
    // cancelled: the proxy stops
  } catch (std::exception const& error) {
    if (config.log) {
      config.log(LogLevel::warning, fmt::format("a channel failed: {}", error.what()));
    }
    channel->give_up();
  }
}

template <class Machine>
net::Task<> run_with(std::shared_ptr<ClientLeg> leg,
                     ChannelRequest request,
                     ProxyConfig const& config,
                     ProxyChannels& channels) {
  ++config.shared->channels;
  auto const leave = [&config](void const*) { --config.shared->channels; };
  std::unique_ptr<void const, decltype(leave)> const counted(&config, leave);
  auto const channel =
      std::make_shared<VirtualChannel<Machine>>(leg, std::move(request), config, channels);
  channels.scope.spawn(keep_running(channel, config));
  Connection<Machine> connection(std::move(leg), channel);
  if (config.watch != nullptr) {
    connection.let_watch(*config.watch);
  }
  auto run = [&connection](net::TaskScope& scope) -> net::Task<> {
    co_await connection.run(scope);
  };
  co_await net::in_scope(std::move(run));
}

}  // namespace

net::Task<> close_leg(net::Stream& stream, LegWriter& writer, net::CloseHow how) {
  if (how != net::CloseHow::rst) {
    co_await writer.finish(net::Deadline::in(kFlushTime));
  }
  co_await stream.close(how, net::Deadline::in(kLingerTime));
}

net::Task<> run_channel(net::Stream& client,
                        net::ReadBuffer body,
                        ChannelRequest request,
                        ProxyConfig const& config,
                        ProxyChannels& channels) {
  auto const is_inbound = request.role == wire::ProxyRole::inbound;
  auto leg = std::make_shared<ClientLeg>(client, std::move(body),
                                         is_inbound ? Framing::plain : out_framing(config.defect));
  if (is_inbound) {
    co_await run_with<InboundProxy>(std::move(leg), std::move(request), config, channels);
  } else {
    co_await run_with<OutboundProxy>(std::move(leg), std::move(request), config, channels);
  }
}

}  // namespace rpchspec::proxy
