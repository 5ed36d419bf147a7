#include "reference_proxy/channel.hpp"

#include <fmt/format.h>

#include "net/connect.hpp"
#include "net/event.hpp"
#include "net/task_scope.hpp"
#include "protocol/session/inbound_proxy.hpp"
#include "protocol/session/outbound_proxy.hpp"
#include "protocol/wire/client_address.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "reference_proxy/leg_writer.hpp"

namespace rpchspec::proxy {
namespace {

using namespace std::chrono_literals;
using session::InboundProxy;
using session::OutboundProxy;
using session::ProxyLeg;

constexpr auto kFlushTime = 5s;   // for what was sent before a close
constexpr auto kLingerTime = 2s;  // for the peer to close, too
constexpr auto kShortIdle = 3s;   // of the defects in_idle_cut and out_idle_cut
constexpr std::uint16_t kStorePort = 6001;
constexpr std::uint64_t kGarbledByte = 1111;  // in the RPC bytes of a channel
constexpr std::size_t kPrefetched = 8192;     // bytes that in_body_prefetched waits for

/// "10.0.0.1" of "10.0.0.1:4711", "::1" of "[::1]:4711".
std::string host_of(std::string const& endpoint) {
  auto host = endpoint.substr(0, endpoint.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

/// Of a channel that is open itself: two more belong to another virtual connection.
session::RelayDeviations relay_deviations(session::RelayDeviations made,
                                          ProxyConfig const& config) {
  if (config.defect == Defect::second_connection_garbled && config.shared->channels > 2) {
    made.flip_byte_at = kGarbledByte;
  }
  return made;
}

session::InboundProxyConfig inbound_config(ChannelRequest const& request,
                                           net::Stream const& client,
                                           ProxyConfig const& config) {
  session::InboundProxyConfig made;
  made.receive_window = config.receive_window;
  made.connection_timeout =
      ConnectionTimeout(static_cast<std::uint32_t>(config.connection_timeout.count()));
  auto const address = wire::client_address(host_of(client.remote()));
  if (address && config.defect != Defect::client_address_missing) {
    made.client_address = *address;
  }
  made.content_length = request.content_length;
  made.idle_timeout = config.defect == Defect::in_idle_cut
                          ? kShortIdle
                          : config.idle_timeout.value_or(Duration::max());
  made.deviations = inbound_deviations(config.defect);
  made.deviations.relay = relay_deviations(made.deviations.relay, config);
  return made;
}

session::OutboundProxyConfig outbound_config(ChannelRequest const& request,
                                             net::Stream const&,
                                             ProxyConfig const& config) {
  session::OutboundProxyConfig made;
  made.receive_window = config.receive_window;
  made.connection_timeout =
      ConnectionTimeout(static_cast<std::uint32_t>(config.connection_timeout.count()));
  auto const asked = request.pragmas.min_conn_timeout.value_or(0);
  auto const in_range = asked >= wire::kMinConnTimeoutLow && asked <= wire::kMinConnTimeoutHigh;
  auto const any =
      config.defect == Defect::min_conn_timeout_any && request.pragmas.min_conn_timeout;
  if ((in_range || any) && config.defect != Defect::min_conn_timeout_ignored) {
    made.connection_timeout = ConnectionTimeout(asked * 1000);
  }
  made.channel_lifetime = config.channel_lifetime;
  made.pings = config.pings;
  made.idle_timeout = config.defect == Defect::out_idle_cut
                          ? kShortIdle
                          : config.idle_timeout.value_or(Duration::max());
  made.deviations = outbound_deviations(config.defect);
  made.deviations.relay = relay_deviations(made.deviations.relay, config);
  if (config.defect == Defect::pings_by_configuration) {
    made.deviations.ping_timeout =
        ConnectionTimeout(static_cast<std::uint32_t>(config.connection_timeout.count()));
  }
  return made;
}

InboundProxy make_machine(std::type_identity<InboundProxy>,
                          ChannelRequest const& request,
                          net::Stream const& client,
                          ProxyConfig const& config) {
  return InboundProxy(inbound_config(request, client, config), Clock::now());
}

OutboundProxy make_machine(std::type_identity<OutboundProxy>,
                           ChannelRequest const& request,
                           net::Stream const& client,
                           ProxyConfig const& config) {
  return OutboundProxy(outbound_config(request, client, config), Clock::now());
}

/// The shell of one machine. Lives in run_channel's frame; its tasks end before it does.
template <class Machine>
class Channel {
 public:
  Channel(net::Stream& client,
          net::ReadBuffer& body,
          ChannelRequest const& request,
          ProxyConfig const& config)
      : client_(client),
        client_in_(body),
        client_out_(client, kIsInbound ? Defect::none : config.defect),
        request_(request),
        config_(config),
        machine_(make_machine(std::type_identity<Machine>(), request, client, config)),
        closing_(client.executor()),
        earlier_(client.executor()),
        room_(client.executor()) {}

  net::Task<> run(net::TaskScope& scope) {
    scope_ = &scope;
    scope.spawn(client_out_.run());
    scope.spawn(read_client());
    scope.spawn(watch_deadlines());
    if (config_.failure) {
      scope.spawn(share_failures());
    }
    auto const is_closed = [this] { return closed_.has_value(); };
    if (!co_await closing_.wait(is_closed, net::Deadline::never())) {
      scope.cancel();  // the proxy stops
      co_return;
    }
    log(fmt::format("closed: {}", to_string(*closed_)));
    co_await close_legs();
    if (keeps_client()) {
      static_cast<void>(co_await closing_.wait([] { return false; }, net::Deadline::never()));
    }
    scope.cancel();
  }

 private:
  static constexpr bool kIsInbound = std::is_same_v<Machine, InboundProxy>;

  net::Task<> read_client() {
    auto const may_go_on = [this] { return closed_ || machine_.wants_client_bytes(); };
    while (!closed_) {
      if (!client_in_.data().empty() && !is_prefetching()) {
        auto const data = client_in_.data();
        if (refuses_pieces(data)) {
          on_ending(ProxyLeg::client, net::Ending::fin);
          co_return;
        }
        auto const used = machine_.on_client_bytes(data, Clock::now());
        pump(data);
        if (server_out_) {
          co_await server_out_->settled();
        }
        client_in_.consume(used);
        if (!client_in_.data().empty() && !may_go_on()) {
          static_cast<void>(co_await room_.wait(may_go_on, net::Deadline::never()));
          continue;
        }
      }
      auto const read = co_await client_.read_some(client_in_.prepare(), net::Deadline::never());
      if (read.ending) {
        on_ending(ProxyLeg::client, *read.ending);
        co_return;
      }
      client_in_.commit(read.bytes);
    }
  }

  net::Task<> read_server() {
    auto const may_go_on = [this] { return closed_ || machine_.wants_server_bytes(); };
    while (!closed_) {
      if (!server_in_.data().empty()) {
        auto const data = server_in_.data();
        auto const used = machine_.on_server_bytes(data, Clock::now());
        pump(data);
        co_await client_out_.settled();
        server_in_.consume(used);
        if (!server_in_.data().empty() && !may_go_on()) {
          static_cast<void>(co_await room_.wait(may_go_on, net::Deadline::never()));
          continue;
        }
      }
      auto const read = co_await server_->read_some(server_in_.prepare(), net::Deadline::never());
      if (read.ending) {
        on_ending(ProxyLeg::server, *read.ending);
        co_return;
      }
      server_in_.commit(read.bytes);
    }
  }

  [[nodiscard]] bool is_prefetching() const {
    return kIsInbound && config_.defect == Defect::in_body_prefetched && !server_ &&
           client_in_.data().size() < kPrefetched;
  }

  [[nodiscard]] bool refuses_pieces(ByteView data) const {
    if (config_.defect != Defect::first_pdu_in_pieces_refused || is_connecting_) {
      return false;
    }
    auto const first = wire::next_pdu(data);
    return first && !*first;
  }

  [[nodiscard]] bool keeps_client() const {
    return config_.defect == Defect::client_leg_kept &&
           closed_ == session::CloseReason::client_closed && !client_reset_;
  }

  void on_ending(ProxyLeg leg, net::Ending ending) {
    auto const swallowed = config_.defect == Defect::server_rst_swallowed &&
                           leg == ProxyLeg::server && ending == net::Ending::rst;
    if (closed_ || ending == net::Ending::cancelled || swallowed) {
      return;
    }
    (leg == ProxyLeg::client ? client_reset_ : server_reset_) = ending == net::Ending::rst;
    forgotten_ =
        !kIsInbound && leg == ProxyLeg::client && config_.defect == Defect::client_close_kept_out;
    machine_.on_closed(leg);
    pump({});
  }

  net::Task<> watch_deadlines() {
    while (!closed_) {
      armed_ = machine_.next_deadline();
      static_cast<void>(co_await earlier_.next(net::Deadline(armed_)));
      auto const now = Clock::now();
      if (now >= machine_.next_deadline()) {
        machine_.on_deadline(now);
        pump({});
      }
    }
  }

  net::Task<> share_failures() {
    static_cast<void>(co_await config_.failure->next(net::Deadline::never()));
    if (!closed_) {
      machine_.on_closed(ProxyLeg::client);
      pump({});
    }
  }

  /// Does what the machine says. @param input  the reader's bytes, which it keeps until settled.
  void pump(ByteView input) {
    while (auto const event = machine_.next_event()) {
      std::visit([&](auto const& what) { act(what, input); }, *event);
    }
    if (room_.waiters() != 0) {
      room_.notify();
    }
    if (machine_.next_deadline() < armed_) {
      earlier_.notify();
    }
  }

  void act(session::ConnectServer, ByteView) {
    if (kIsInbound && config_.defect == Defect::in_answered) {
      client_out_.write(wire::encode(wire::out_success(0)));
    }
    is_connecting_ = true;
    scope_->spawn(connect_server());
  }

  void act(session::ToServer const& sent, ByteView input) {
    if (server_out_) {
      server_out_->write(sent.bytes, input);
    }
  }

  void act(session::ToClient const& sent, ByteView input) { client_out_.write(sent.bytes, input); }

  void act(session::ResponseHead, ByteView) {
    auto const head = wire::encode(out_head(config_));
    if (config_.defect == Defect::head_buffered) {
      client_out_.write(head, ByteView());
    } else {
      client_out_.write(head);
    }
  }

  void act(session::Respond503 const& response, ByteView) {
    auto const refusal = rpc_error(response.rpc_error, config_.defect);
    auto bytes = wire::encode(refusal.head);
    append(bytes, as_bytes(refusal.body));
    client_out_.write(std::move(bytes));
  }

  void act(session::EchoResponse, ByteView) {}  // echo requests do not become channels

  void act(session::SetTcpKeepalive const& set, ByteView) {
    if (server_) {
      server_->set_tcp_keepalive(std::chrono::milliseconds(set.interval.value));
    }
  }

  void act(session::Close const& close, ByteView) {
    closed_ = close.reason;
    if (machine_.error()) {
      log(to_string(*machine_.error()));
    }
    if (config_.failure && (machine_.error() || client_reset_ || server_reset_)) {
      config_.failure->notify();
    }
    closing_.notify();
    room_.notify();
    earlier_.notify();
  }

  [[nodiscard]] net::ConnectOptions server_address() const {
    net::ConnectOptions options(std::string(request_.uri.host()), request_.uri.port.value);
    for (auto const& server : config_.servers) {
      if (server.port == options.port && wire::iequals(server.host, options.host)) {
        options.host = server.address;
        options.port = server.to_port;
        break;
      }
    }
    if (config_.defect == Defect::server_port_fixed) {
      options.port = kStorePort;
    }
    return options;
  }

  net::Task<> connect_server() {
    auto attempt =
        co_await net::connect(server_address(), net::Deadline::in(config_.connect_timeout));
    if (closed_) {
      co_return;
    }
    if (!attempt) {
      log(to_string(attempt.error().error));
      machine_.on_server_failed(wire::kRpcServerUnavailable);
      pump({});
      co_return;
    }
    server_.emplace(std::move(*attempt));
    server_out_.emplace(*server_, Defect::none);
    scope_->spawn(server_out_->run());
    machine_.on_server_connected(Clock::now());
    pump({});
    scope_->spawn(read_server());
  }

  net::Task<> close_legs() {
    auto both = [this](net::TaskScope& scope) -> net::Task<> {
      if (server_) {
        scope.spawn(close_leg(*server_, *server_out_, net::CloseHow::fin));
      }
      if (!keeps_client()) {
        scope.spawn(close_leg(client_, client_out_, how_to_close_client()));
      }
      co_return;
    };
    co_await net::in_scope(std::move(both));
  }

  [[nodiscard]] net::CloseHow how_to_close_client() const {
    if (config_.defect == Defect::close_loses_data) {
      return net::CloseHow::rst;
    }
    return server_reset_ ? config_.on_server_reset : net::CloseHow::fin;
  }

  static net::Task<> close_leg(net::Stream& stream, LegWriter& writer, net::CloseHow how) {
    if (how != net::CloseHow::rst) {
      co_await writer.finish(net::Deadline::in(kFlushTime));
    }
    co_await stream.close(how, net::Deadline::in(kLingerTime));
  }

  void log(std::string const& text) const {
    if (config_.log) {
      config_.log(LogLevel::info,
                  fmt::format("{} channel of {} to {}: {}", kIsInbound ? "IN" : "OUT",
                              client_.remote(), wire::to_string(request_.uri), text));
    }
  }

  net::Stream& client_;
  net::ReadBuffer& client_in_;
  LegWriter client_out_;
  std::optional<net::Stream> server_;
  net::ReadBuffer server_in_;
  std::optional<LegWriter> server_out_;
  ChannelRequest const& request_;
  ProxyConfig const& config_;
  Machine machine_;
  net::Event closing_;  // closed_ was set
  net::Event earlier_;  // the next deadline is before the armed one
  net::Event room_;     // the machine may take bytes that it left
  net::TaskScope* scope_ = nullptr;
  TimePoint armed_ = kNever;
  std::optional<session::CloseReason> closed_;
  bool is_connecting_ = false;  // or connected
  bool client_reset_ = false;
  bool forgotten_ = false;  // client_close_kept_out: the client gets nothing more, nor an end
  bool server_reset_ = false;
};

template <class Machine>
net::Task<> run_with(net::Stream& client,
                     net::ReadBuffer& body,
                     ChannelRequest const& request,
                     ProxyConfig const& config) {
  ++config.shared->channels;
  auto const leave = [&config](void const*) { --config.shared->channels; };
  std::unique_ptr<void const, decltype(leave)> const counted(&config, leave);
  Channel<Machine> channel(client, body, request, config);
  auto run = [&channel](net::TaskScope& scope) -> net::Task<> { co_await channel.run(scope); };
  co_await net::in_scope(std::move(run));
}

}  // namespace

net::Task<> run_channel(net::Stream& client,
                        net::ReadBuffer& body,
                        ChannelRequest request,
                        ProxyConfig const& config) {
  if (request.role == wire::ProxyRole::inbound) {
    co_await run_with<InboundProxy>(client, body, request, config);
  } else {
    co_await run_with<OutboundProxy>(client, body, request, config);
  }
}

}  // namespace rpchspec::proxy
