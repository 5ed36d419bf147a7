// The server's connection of one virtual channel.

#pragma once

#include "net/connect.hpp"
#include "net/task_scope.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "reference_proxy/channel_config.hpp"
#include "reference_proxy/client_leg.hpp"

namespace rpchspec::proxy {

inline constexpr auto kFlushTime = std::chrono::seconds(5);   // for what was sent before a close
inline constexpr auto kLingerTime = std::chrono::seconds(2);  // for the peer to close, too

/// Writes what is queued, then closes.
[[nodiscard]] net::Task<> close_leg(net::Stream& stream, LegWriter& writer, net::CloseHow how);

/// Made by its channel, whose functions for the server's connection it calls.
template <class Channel>
class ServerLeg {
 public:
  /// The arguments outlive it.
  ServerLeg(Channel& channel, ProxyConfig const& config, net::Executor executor)
      : channel_(channel), config_(config), room_(executor) {}

  /// Connects, tells the channel once that wants it, and begins to read and write in `scope`.
  net::Task<> connect(ChannelRequest const& request, net::TaskScope& scope) {
    auto const to = server_address(request.uri, config_);
    if (request.forbidden || !to) {
      auto const rpc_error = to ? kErrorAccessDenied : to.error();
      co_await refuse(rpc_error);
      co_return;
    }
    auto attempt = co_await net::connect(*to, net::Deadline::in(config_.connect_timeout));
    co_await asked();
    if (channel_.closed()) {
      co_return;
    }
    if (!attempt) {
      channel_.on_server_failed(wire::kRpcServerUnavailable, to_string(attempt.error().error));
      co_return;
    }
    stream_.emplace(std::move(*attempt));
    shape_writes(*stream_, config_);
    out_.emplace(*stream_, Framing::plain);
    scope.spawn(out_->run());
    channel_.on_server_connected();
    scope.spawn(read());
  }

  [[nodiscard]] bool connected() const { return stream_.has_value(); }

  /// Nothing where it is not connected; so do the functions below.
  /// @param input  the reader's bytes, which it keeps until settled().
  void write(ByteView bytes, ByteView input) {
    if (out_) {
      out_->write(bytes, input);
    }
  }

  /// Until nothing that was written is needed any more.
  net::Task<> settled() {
    if (out_) {
      co_await out_->settled();
    }
  }

  void set_tcp_keepalive(std::chrono::milliseconds interval) {
    if (stream_) {
      stream_->set_tcp_keepalive(interval);
    }
  }

  net::Task<> close() {
    if (stream_) {
      co_await close_leg(*stream_, *out_, net::CloseHow::fin);
    }
  }

  /// What the channel wants of the server has changed, or it is closed.
  void notify() {
    if (room_.waiters() != 0) {
      room_.notify();
    }
  }

 private:
  net::Task<> refuse(std::uint32_t rpc_error) {
    co_await asked();
    if (!channel_.closed()) {
      channel_.on_server_failed(rpc_error, {});
    }
  }

  net::Task<> asked() {
    auto const is_asked = [this] { return channel_.closed() || channel_.wants_server(); };
    static_cast<void>(co_await room_.wait(is_asked, net::Deadline::never()));
  }

  net::Task<> read() {
    auto const may_go_on = [this] { return channel_.closed() || channel_.wants_server_bytes(); };
    while (!channel_.closed()) {
      if (channel_.stalled()) {
        static_cast<void>(co_await room_.wait(may_go_on, net::Deadline::never()));
        continue;
      }
      if (!in_.data().empty()) {
        auto const before = channel_.client();
        auto const used = channel_.on_server_bytes(in_.data());
        auto const is_stopped = !may_go_on();  // it may go on again before all is settled
        co_await before->out.settled();
        auto const after = channel_.client();
        co_await after->out.settled();
        in_.consume(used);
        if (!in_.data().empty() && is_stopped) {
          static_cast<void>(co_await room_.wait(may_go_on, net::Deadline::never()));
          continue;
        }
      }
      auto const read = co_await stream_->read_some(in_.prepare(), net::Deadline::never());
      if (read.ending) {
        channel_.on_server_ending(*read.ending);
        co_return;
      }
      in_.commit(read.bytes);
    }
  }

  Channel& channel_;
  ProxyConfig const& config_;
  std::optional<net::Stream> stream_;
  net::ReadBuffer in_;
  std::optional<LegWriter> out_;
  net::Event room_;  // the channel may want a server, or take the bytes that it left
};

}  // namespace rpchspec::proxy
