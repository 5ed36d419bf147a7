// One virtual IN or OUT channel: a role's machine between the client's HTTP connections, of which
// there are two while it is recycled, and the server.

#pragma once

#include <fmt/format.h>

#include "net/connect.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "reference_proxy/channel_config.hpp"
#include "reference_proxy/client_leg.hpp"
#include "reference_proxy/cookie_table.hpp"

namespace rpchspec::proxy {

inline constexpr auto kFlushTime = std::chrono::seconds(5);   // for what was sent before a close
inline constexpr auto kLingerTime = std::chrono::seconds(2);  // for the peer to close, too
inline constexpr std::size_t kPrefetched = 8192;  // bytes that in_body_prefetched waits for

/// Writes what is queued, then closes.
[[nodiscard]] net::Task<> close_leg(net::Stream& stream, LegWriter& writer, net::CloseHow how);

template <class Machine>
class VirtualChannel : public std::enable_shared_from_this<VirtualChannel<Machine>> {
 public:
  static constexpr bool kIsInbound = std::is_same_v<Machine, session::InboundProxy>;

  /// @param first  its first connection. `config` and `channels` outlive this.
  VirtualChannel(std::shared_ptr<ClientLeg> first,
                 ChannelRequest request,
                 ProxyConfig const& config,
                 ProxyChannels& channels)
      : client_(std::move(first)),
        request_(std::move(request)),
        config_(config),
        channels_(channels),
        machine_(machine_config(request_, *client_), Clock::now()),
        remote_(client_->stream.remote()),
        closing_(client_->stream.executor()),
        earlier_(client_->stream.executor()),
        room_(client_->stream.executor()) {}

  /// The server's side and the timers. Spawn once; ends when the channel is closed.
  net::Task<> run() {
    auto const self = this->shared_from_this();
    co_await net::in_scope([this](net::TaskScope& scope) -> net::Task<> {
      scope_ = &scope;
      scope.spawn(watch_deadlines());
      if (is_to_connect_ || config_.latitude.connects_at_request) {
        scope.spawn(connect_server());
      }
      if (config_.failure) {
        scope.spawn(share_failures());
      }
      auto const is_closed = [this] { return closed_; };
      static_cast<void>(co_await closing_.wait(is_closed, net::Deadline::never()));
      if (config_.defect == Defect::leak_after_recycling && config_.shared->recycled) {
        static_cast<void>(co_await closing_.next(net::Deadline::never()));
      }
      if (server_) {
        co_await close_leg(*server_, *server_out_, net::CloseHow::fin);
      }
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
    if (leg == client_) {
      used = machine_.on_client_bytes(data, now);
    } else if (leg == successor_) {
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
  net::Task<> settled() {
    if (server_out_) {
      co_await server_out_->settled();
    }
  }

  [[nodiscard]] bool wants_bytes(ClientLeg const& leg) const {
    if (closed_ || (&leg != client_.get() && &leg != successor_.get())) {
      return true;  // to drop them
    }
    if (is_stalled_) {
      return false;
    }
    return &leg == client_.get() ? machine_.wants_client_bytes() : machine_.wants_successor_bytes();
  }

  void on_ending(ClientLeg const& leg, net::Ending ending) {
    auto const is_client = &leg == client_.get();
    if (closed_ || ending == net::Ending::cancelled || (!is_client && &leg != successor_.get())) {
      return;
    }
    if (!is_client && config_.defect == Defect::successor_loss_stalls) {
      is_stalled_ = true;
      return;
    }
    client_reset_ = ending == net::Ending::rst;
    machine_.on_closed(is_client ? session::ProxyLeg::client : session::ProxyLeg::successor);
    pump({});
  }

  /// A leg was closed, by both sides. Nobody cares, but for a defect.
  void on_gone(ClientLeg const& leg) {
    auto const is_former = &leg == retired_.get();
    if (!closed_ && is_former && config_.defect == Defect::former_close_ends_all) {
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
    return kIsInbound && config_.defect == Defect::in_body_prefetched && !server_ &&
           leg.in.data().size() < kPrefetched;
  }

  /// Closes every connection.
  void give_up() {
    for (auto* leg : {client_.get(), successor_.get()}) {
      if (leg != nullptr) {
        leg->close(how_to_close_client());
      }
    }
    end();
  }

  /// The virtual channel that took over this one's only connection; null: none did.
  [[nodiscard]] std::shared_ptr<VirtualChannel> const& joined() const { return joined_; }

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

  /// Another request belongs here: it brings the successor of the present channel.
  void take_over(std::shared_ptr<ClientLeg> leg, ChannelRequest const& request) {
    if (successor_) {
      leg->close(net::CloseHow::fin);  // the machine refuses a third one, and closes the others
    } else {
      successor_ = leg;
    }
    machine_.on_successor(machine_config(request, *leg), Clock::now());
    pump({});
  }

  net::Task<> read_server() {
    auto const may_go_on = [this] {
      return closed_ || (!is_stalled_ && machine_.wants_server_bytes());
    };
    while (!closed_) {
      if (is_stalled_) {
        static_cast<void>(co_await room_.wait(may_go_on, net::Deadline::never()));
        continue;
      }
      if (!server_in_.data().empty()) {
        auto const data = server_in_.data();
        auto const before = client_;
        auto const used = machine_.on_server_bytes(data, Clock::now());
        pump(data);
        auto const is_stopped = !may_go_on();  // it may go on again before all is settled
        co_await before->out.settled();
        auto const after = client_;
        co_await after->out.settled();
        server_in_.consume(used);
        if (!server_in_.data().empty() && is_stopped) {
          static_cast<void>(co_await room_.wait(may_go_on, net::Deadline::never()));
          continue;
        }
      }
      auto const read = co_await server_->read_some(server_in_.prepare(), net::Deadline::never());
      if (read.ending) {
        on_server_ending(*read.ending);
        co_return;
      }
      server_in_.commit(read.bytes);
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

  net::Task<> refuse_server() {
    auto const asked = [this] { return closed_ || is_connecting_; };
    static_cast<void>(co_await room_.wait(asked, net::Deadline::never()));
    if (!closed_) {
      machine_.on_server_failed(kErrorAccessDenied);
      pump({});
    }
  }

  net::Task<> connect_server() {
    if (request_.forbidden) {
      co_await refuse_server();
      co_return;
    }
    auto attempt = co_await net::connect(server_address(request_.uri, config_),
                                         net::Deadline::in(config_.connect_timeout));
    auto const asked = [this] { return closed_ || is_connecting_; };
    static_cast<void>(co_await room_.wait(asked, net::Deadline::never()));
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
    split_writes(*server_, config_);
    server_out_.emplace(*server_, Defect::none);
    scope_->spawn(server_out_->run());
    machine_.on_server_connected(Clock::now());
    pump({});
    scope_->spawn(read_server());
  }

  /// Does what the machine says. @param input  the reader's bytes, which it keeps until settled.
  void pump(ByteView input) {
    while (auto const event = machine_.next_event()) {
      std::visit([&](auto const& what) { act(what, input); }, *event);
    }
    if (room_.waiters() != 0) {
      room_.notify();
    }
    for (auto* leg : {client_.get(), successor_.get()}) {
      if (leg != nullptr && leg->room.waiters() != 0) {
        leg->room.notify();
      }
    }
    if (machine_.next_deadline() < armed_) {
      earlier_.notify();
    }
  }

  void act(session::LookUpCookie const& look, ByteView) {
    if (auto const other = table().find(look.cookie); other && !other->closed_) {
      joined_ = other;
      end();
      other->take_over(std::exchange(client_, nullptr), request_);
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
    retired_ = std::exchange(client_, std::exchange(successor_, nullptr));
    config_.shared->recycled = true;
    if (!change.keep_predecessor) {
      retired_->close(how_to_close_client());
    }
  }

  void act(session::CloseSuccessor, ByteView) {
    if (successor_) {
      std::exchange(successor_, nullptr)->close(net::CloseHow::fin);
    }
  }

  void act(session::ConnectServer, ByteView) {
    if (kIsInbound && config_.defect == Defect::in_answered) {
      client_->out.write(wire::encode(wire::out_success(0)));
    }
    is_connecting_ = true;
    if (config_.latitude.connects_at_request) {
      room_.notify();  // connect_server() is under way
    } else if (scope_ != nullptr) {
      scope_->spawn(connect_server());
    } else {
      is_to_connect_ = true;
    }
  }

  void act(session::ToServer const& sent, ByteView input) {
    if (server_out_) {
      server_out_->write(sent.bytes, input);
    }
  }

  void act(session::ToClient const& sent, ByteView input) {
    if (client_->gate) {
      client_->gate->pass(sent.bytes);
    } else {
      client_->out.write(sent.bytes, input);
    }
  }

  void act(session::ResponseHead, ByteView) {
    auto const head = wire::encode(out_head(config_));
    if (config_.defect == Defect::head_buffered) {
      client_->out.write(head, ByteView());
    } else {
      client_->out.write(head);
    }
  }

  void act(session::Respond503 const& response, ByteView) {
    auto refusal = rpc_error(response.rpc_error, config_);
    if (config_.latitude.other_heads) {
      dress_otherwise(refusal.head);
    }
    auto bytes = wire::encode(refusal.head);
    append(bytes, as_bytes(refusal.body));
    client_->out.write(std::move(bytes));
  }

  void act(session::EchoResponse, ByteView) {}  // echo requests do not become channels

  void act(session::SetTcpKeepalive const& set, ByteView) {
    if (server_) {
      server_->set_tcp_keepalive(std::chrono::milliseconds(set.interval.value));
    }
  }

  void act(session::Close const& close, ByteView) {
    if (machine_.error()) {
      log(to_string(*machine_.error()));
    }
    log(fmt::format("closed: {}", to_string(close.reason)));
    if (kIsInbound && client_ && config_.defect == Defect::in_answered_at_last) {
      client_->out.write(wire::encode(wire::out_success(0)));
    }
    auto const keeps_client = config_.defect == Defect::client_leg_kept && !client_reset_ &&
                              close.reason == session::CloseReason::client_closed;
    if (keeps_client) {
      end();
    } else {
      give_up();
    }
    if (config_.failure && (machine_.error() || client_reset_ || server_reset_)) {
      config_.failure->notify();
    }
  }

  /// No connection is this one's any more.
  void end() {
    closed_ = true;
    if (cookie_) {
      table().remove(*cookie_, *this);
    }
    closing_.notify();
    room_.notify();
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

  std::shared_ptr<ClientLeg> client_;
  std::shared_ptr<ClientLeg> successor_;
  std::shared_ptr<ClientLeg> retired_;  // its memory may still be written from
  std::optional<net::Stream> server_;
  net::ReadBuffer server_in_;
  std::optional<LegWriter> server_out_;
  ChannelRequest request_;
  ProxyConfig const& config_;
  ProxyChannels& channels_;
  Machine machine_;
  std::string remote_;
  net::Event closing_;  // closed_ was set
  net::Event earlier_;  // the next deadline is before the armed one
  net::Event room_;     // the machine may take the server's bytes that it left
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
