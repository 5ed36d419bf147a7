// One virtual IN or OUT channel: a role's machine between the client's HTTP connections, of which
// there are two while it is recycled, and the server.

#pragma once

#include <fmt/format.h>

#include "protocol/wire/pdu_stream.hpp"
#include "reference_proxy/channel_config.hpp"
#include "reference_proxy/client_legs.hpp"
#include "reference_proxy/cookie_table.hpp"
#include "reference_proxy/crossing.hpp"
#include "reference_proxy/server_leg.hpp"

namespace rpchspec::proxy {

inline constexpr std::size_t kPrefetched = 8192;  // bytes that in_body_prefetched waits for

template <class Machine>
class VirtualChannel : public std::enable_shared_from_this<VirtualChannel<Machine>> {
 public:
  static constexpr bool kIsInbound = std::is_same_v<Machine, session::InboundProxy>;

  /// @param first  its first connection. `config` and `channels` outlive this.
  VirtualChannel(std::shared_ptr<ClientLeg> first,
                 ChannelRequest request,
                 ProxyConfig const& config,
                 ProxyChannels& channels)
      : legs_(std::move(first), config),
        server_(*this, config, client()->stream.executor()),
        request_(std::move(request)),
        config_(config),
        channels_(channels),
        machine_(machine_config(request_, *client()), Clock::now()),
        remote_(client()->stream.remote()),
        closing_(client()->stream.executor()),
        earlier_(client()->stream.executor()) {}

  /// The server's side and the timers. Spawn once; ends when the channel is closed.
  net::Task<> run() {
    auto const self = this->shared_from_this();
    co_await net::in_scope([this](net::TaskScope& scope) -> net::Task<> {
      scope_ = &scope;
      scope.spawn(watch_deadlines());
      if (is_to_connect_ || config_.latitude.connects_at_request) {
        scope.spawn(server_.connect(request_, scope));
      }
      if (config_.failure) {
        scope.spawn(share_failures());
      }
      auto const is_closed = [this] { return closed_; };
      static_cast<void>(co_await closing_.wait(is_closed, net::Deadline::never()));
      if (config_.defect == Defect::leak_after_recycling && config_.shared->recycled) {
        static_cast<void>(co_await closing_.next(net::Deadline::never()));
      }
      co_await server_.close();
      scope.cancel();
    });
  }

  // -- For the clients' connections -------------------------------------------------------------

  /// @return bytes used up. Then wait for settled(), and ask where the leg belongs now.
  [[nodiscard]] std::size_t on_bytes(std::shared_ptr<ClientLeg> const& leg) {
    auto const data = leg->in.data();
    auto const now = Clock::now();
    auto used = data.size();  // of a leg that is no longer part of this: dropped
    if (is_stalled_) {
      return 0;
    }
    auto const which = legs_.which(*leg);
    if (which == session::ProxyLeg::client) {
      if (!kIsInbound && config_.defect == Defect::rpc_crosses_over) {
        if (auto const crossing = rpc_pdus_of(data); !crossing.empty()) {
          server_.write(crossing, ByteView());
        }
      }
      used = machine_.on_client_bytes(data, now);
    } else if (which == session::ProxyLeg::successor) {
      used = machine_.on_successor_bytes(data, now);
    }
    pump(data);
    if (std::exchange(is_to_repeat_, false)) {
      used = machine_.on_client_bytes(data, now);
      pump(data);
    }
    return used;
  }

  /// Until nothing that was sent to the server is needed any more.
  net::Task<> settled() { return server_.settled(); }

  [[nodiscard]] bool wants_bytes(ClientLeg const& leg) const {
    auto const which = legs_.which(leg);
    if (closed_ || !which) {
      return true;  // to drop them
    }
    if (is_stalled_) {
      return false;
    }
    return which == session::ProxyLeg::client ? machine_.wants_client_bytes()
                                              : machine_.wants_successor_bytes();
  }

  void on_ending(ClientLeg const& leg, net::Ending ending) {
    auto const which = legs_.which(leg);
    if (closed_ || ending == net::Ending::cancelled || !which) {
      return;
    }
    if (which == session::ProxyLeg::successor && config_.defect == Defect::successor_loss_stalls) {
      is_stalled_ = true;
      return;
    }
    client_reset_ = ending == net::Ending::rst;
    machine_.on_closed(*which);
    pump({});
  }

  /// A leg was closed, by both sides. Nobody cares, but for a defect.
  void on_gone(ClientLeg const& leg) {
    if (!closed_ && legs_.is_former(leg) && config_.defect == Defect::former_close_ends_all) {
      give_up();
    }
  }

  /// A first PDU that comes in pieces ends the channel: a defect.
  [[nodiscard]] bool refuses_pieces(ClientLeg const& leg) const {
    if (config_.defect != Defect::first_pdu_in_pieces_refused || is_connecting_) {
      return false;
    }
    auto rest = leg.in.data();
    auto const first = wire::next_pdu(rest);
    return first && !*first;
  }

  /// What was read is held back, to be handed over in one piece: a defect.
  [[nodiscard]] bool is_prefetching(ClientLeg const& leg) const {
    return kIsInbound && config_.defect == Defect::in_body_prefetched && !server_.connected() &&
           leg.in.data().size() < kPrefetched;
  }

  /// Closes every connection.
  void give_up() {
    legs_.close_all(how_to_close_client());
    end();
  }

  /// The virtual channel that took over this one's only connection; null: none did.
  [[nodiscard]] std::shared_ptr<VirtualChannel> const& joined() const { return joined_; }

  // -- For the server's connection --------------------------------------------------------------

  [[nodiscard]] bool closed() const { return closed_; }

  /// Nothing is carried any more: a defect.
  [[nodiscard]] bool stalled() const { return is_stalled_; }

  [[nodiscard]] bool wants_server() const { return is_connecting_; }

  [[nodiscard]] bool wants_server_bytes() const {
    return !is_stalled_ && machine_.wants_server_bytes();
  }

  /// The client's present connection, which the server's bytes go to.
  [[nodiscard]] std::shared_ptr<ClientLeg> const& client() const { return legs_.present(); }

  void on_server_connected() {
    machine_.on_server_connected(Clock::now());
    pump({});
  }

  /// @param why  for the log; empty: nothing is worth a word.
  void on_server_failed(std::uint32_t rpc_error, std::string const& why) {
    if (!why.empty()) {
      log(why);
    }
    machine_.on_server_failed(rpc_error);
    pump({});
  }

  /// @return bytes used up.
  [[nodiscard]] std::size_t on_server_bytes(ByteView data) {
    if (kIsInbound && config_.defect == Defect::rpc_crosses_over && cookie_) {
      if (auto const other = channels_.outbound.find(*cookie_)) {
        other->write_to_client(rpc_pdus_of(data));
      }
    }
    auto const used = machine_.on_server_bytes(data, Clock::now());
    pump(data);
    return used;
  }

  /// Bytes that come from elsewhere: a defect.
  void write_to_client(Bytes bytes) {
    if (!closed_ && !bytes.empty()) {
      client()->out.write(std::move(bytes));
    }
  }

  void on_server_ending(net::Ending ending) {
    auto const swallowed =
        config_.defect == Defect::server_rst_swallowed && ending == net::Ending::rst;
    if (!closed_ && ending != net::Ending::cancelled && !swallowed) {
      server_reset_ = ending == net::Ending::rst;
      machine_.on_closed(session::ProxyLeg::server);
      pump({});
    }
  }

 private:
  auto machine_config(ChannelRequest const& request, ClientLeg const& leg) const {
    if constexpr (kIsInbound) {
      return inbound_config(request, leg.stream, config_);
    } else {
      static_cast<void>(leg);
      return outbound_config(request, config_);
    }
  }

  auto& table() {
    if constexpr (kIsInbound) {
      return channels_.inbound;
    } else {
      return channels_.outbound;
    }
  }

  auto& others_table() {
    if constexpr (kIsInbound) {
      return channels_.outbound;
    } else {
      return channels_.inbound;
    }
  }

  /// Another request belongs here: it brings the successor of the present channel.
  void take_over(std::shared_ptr<ClientLeg> const& leg, ChannelRequest const& request) {
    legs_.add_successor(leg);
    machine_.on_successor(machine_config(request, *leg), Clock::now());
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
      machine_.on_closed(session::ProxyLeg::client);
      pump({});
    }
  }

  /// Does what the machine says. @param input  the reader's bytes, which it keeps until settled.
  void pump(ByteView input) {
    while (auto const event = machine_.next_event()) {
      std::visit([&](auto const& what) { act(what, input); }, *event);
    }
    server_.notify();
    legs_.notify_room();
    if (machine_.next_deadline() < armed_) {
      earlier_.notify();
    }
  }

  void act(session::LookUpCookie const& look, ByteView) {
    if (auto const other = table().find(look.cookie); other && !other->closed_) {
      joined_ = other;
      end();
      other->take_over(legs_.let_go(), request_);
    } else if (config_.latitude.one_cookie_table && others_table().find(look.cookie)) {
      give_up();  // known, and no channel of this role to join
    } else {
      machine_.on_cookie_unknown();
      is_to_repeat_ = true;
    }
  }

  void act(session::AddCookie const& add, ByteView) {
    cookie_ = add.cookie;
    table().add(add.cookie, this->shared_from_this());
  }

  void act(session::SwitchClient const& change, ByteView) {
    auto& former = legs_.switch_over();
    config_.shared->recycled = true;
    if (!change.keep_predecessor) {
      former.close(how_to_close_client());
    }
  }

  void act(session::CloseSuccessor, ByteView) { legs_.close_successor(); }

  void act(session::ConnectServer, ByteView) {
    if (kIsInbound && config_.defect == Defect::in_answered) {
      legs_.write_success();
    }
    auto const known = table().find(machine_.virtual_connection_cookie());
    if (known && config_.latitude.known_cookie != KnownCookie::passed_on) {
      if (config_.latitude.known_cookie == KnownCookie::ends_both) {
        known->give_up();
      }
      give_up();
      return;
    }
    is_connecting_ = true;
    if (config_.latitude.connects_at_request) {
      server_.notify();  // connect() is under way
    } else if (scope_ != nullptr) {
      scope_->spawn(server_.connect(request_, *scope_));
    } else {
      is_to_connect_ = true;
    }
  }

  void act(session::ToServer const& sent, ByteView input) { server_.write(sent.bytes, input); }

  void act(session::ToClient const& sent, ByteView input) { legs_.pass(sent.bytes, input); }

  void act(session::ResponseHead const& head, ByteView) { legs_.write_head(head.to); }

  void act(session::Respond503 const& response, ByteView) {
    legs_.write_refusal(response.rpc_error);
  }

  void act(session::EchoResponse, ByteView) {}  // echo requests do not become channels

  void act(session::SetTcpKeepalive const& set, ByteView) {
    server_.set_tcp_keepalive(std::chrono::milliseconds(set.interval.value));
  }

  void act(session::Close const& close, ByteView) {
    if (machine_.error()) {
      log(to_string(*machine_.error()));
    }
    log(fmt::format("closed: {}", to_string(close.reason)));
    if (kIsInbound && client() && config_.defect == Defect::in_answered_at_last) {
      legs_.write_success();
    }
    auto const keeps_client = config_.defect == Defect::client_leg_kept && !client_reset_ &&
                              close.reason == session::CloseReason::client_closed;
    auto const keeps_server = kIsInbound && config_.defect == Defect::idle_end_kept &&
                              close.reason == session::CloseReason::idle;
    if (config_.latitude.refuses_at_close && is_failure(close.reason) && client()) {
      legs_.write_refusal(wire::kRpcServerUnavailable);
    }
    if (keeps_client) {
      end();
    } else if (keeps_server) {
      legs_.close_all(how_to_close_client());
    } else {
      give_up();
    }
    if (config_.latitude.ends_other_half && close.reason != session::CloseReason::recycled) {
      end_other_half();
    }
    if (config_.failure && (machine_.error() || client_reset_ || server_reset_)) {
      config_.failure->notify();
    }
  }

  /// Not the client's own doing, nor the end of what was announced.
  static bool is_failure(session::CloseReason reason) {
    using enum session::CloseReason;
    return reason == server_closed || reason == protocol_error || reason == wrong_direction ||
           reason == no_first_pdu || reason == idle;
  }

  void end_other_half() {
    if (auto const other = cookie_ ? others_table().find(*cookie_) : nullptr) {
      if (!other->closed()) {
        other->give_up();
      }
    }
  }

  /// No connection is this one's any more.
  void end() {
    closed_ = true;
    if (cookie_) {
      table().remove(*cookie_, *this);
    }
    closing_.notify();
    server_.notify();
    earlier_.notify();
  }

  [[nodiscard]] net::CloseHow how_to_close_client() const {
    if (config_.defect == Defect::close_loses_data) {
      return net::CloseHow::rst;
    }
    if (config_.latitude.aborts_by_rst && (machine_.error() || client_reset_)) {
      return net::CloseHow::rst;
    }
    return server_reset_ ? config_.on_server_reset : net::CloseHow::fin;
  }

  void log(std::string const& text) const {
    if (config_.log) {
      config_.log(LogLevel::info,
                  fmt::format("{} channel of {} to {}: {}", kIsInbound ? "IN" : "OUT", remote_,
                              wire::to_string(request_.uri), text));
    }
  }

  ClientLegs legs_;
  ServerLeg<VirtualChannel> server_;
  ChannelRequest request_;
  ProxyConfig const& config_;
  ProxyChannels& channels_;
  Machine machine_;
  std::string remote_;
  net::Event closing_;  // closed_ was set
  net::Event earlier_;  // the next deadline is before the armed one
  net::TaskScope* scope_ = nullptr;
  TimePoint armed_ = kNever;
  std::optional<VirtualConnectionCookie> cookie_;
  std::shared_ptr<VirtualChannel> joined_;
  bool is_to_repeat_ = false;   // the answer came to the cookie that the first PDU names
  bool is_connecting_ = false;  // or connected
  bool is_to_connect_ = false;  // the first PDU was there before run() began
  bool is_stalled_ = false;     // a defect: nothing is carried any more
  bool closed_ = false;
  bool client_reset_ = false;
  bool server_reset_ = false;
};

}  // namespace rpchspec::proxy
