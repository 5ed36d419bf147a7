#include "reference_proxy/mixed_session.hpp"

#include <fmt/format.h>

#include "net/connect.hpp"
#include "net/task_scope.hpp"
#include "protocol/session/mixed_proxy.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "reference_proxy/channel_config.hpp"
#include "reference_proxy/leg_writer.hpp"

namespace rpchspec::proxy {
namespace {

using session::MixedProxy;

constexpr auto kFlushTime = std::chrono::seconds(5);   // for what was sent before a close
constexpr auto kLingerTime = std::chrono::seconds(2);  // for the peer to close, too
constexpr std::size_t kRoom = net::kReadBufferSize;    // bytes that one read may bring

net::Task<> close_side(net::Stream& stream, LegWriter& writer, net::CloseHow how) {
  if (how != net::CloseHow::rst) {
    co_await writer.finish(net::Deadline::in(kFlushTime));
  }
  co_await stream.close(how, net::Deadline::in(kLingerTime));
}

/// Lives in run_mixed_session's frame; its tasks end before it does.
class MixedSession {
 public:
  MixedSession(net::Stream& client, net::ReadBuffer body, V1Request request, ProxyConfig const& c)
      : client_(client),
        client_in_(std::move(body)),
        client_out_(client, v1_framing(c.defect)),
        request_(std::move(request)),
        config_(c),
        machine_(mixed_deviations(c.defect)),
        closing_(client.executor()),
        room_(client.executor()) {}

  net::Task<> run(net::TaskScope& scope) {
    scope_ = &scope;
    scope.spawn(client_out_.run());
    scope.spawn(read_client());
    pump({});
    auto const is_closed = [this] { return closed_; };
    static_cast<void>(co_await closing_.wait(is_closed, net::Deadline::never()));
    auto close_both = [this](net::TaskScope& closing) -> net::Task<> {
      if (server_) {
        closing.spawn(close_side(*server_, *server_out_, net::CloseHow::fin));
      }
      auto const how = server_reset_ ? config_.on_server_reset : net::CloseHow::fin;
      closing.spawn(close_side(client_, client_out_, how));
      co_return;
    };
    co_await net::in_scope(std::move(close_both));
    scope.cancel();
  }

 private:
  net::Task<> read_client() {
    auto const may_go_on = [this] { return closed_ || machine_.wants_client_bytes(); };
    while (!closed_) {
      if (!client_in_.empty()) {
        if (server_out_) {
          static_cast<void>(co_await server_out_->room(kRoom));
        }
        auto const data = client_in_.data();
        auto const used = machine_.on_client_bytes(data);
        pump(data);
        if (server_out_) {
          co_await server_out_->settled();
        }
        client_in_.consume(used);
        if (!client_in_.empty()) {
          static_cast<void>(co_await room_.wait(may_go_on, net::Deadline::never()));
          continue;
        }
      }
      auto const read = co_await client_.read_some(client_in_.prepare(), net::Deadline::never());
      if (read.ending) {
        on_ending(session::ProxyLeg::client, *read.ending);
        co_return;
      }
      client_in_.commit(read.bytes);
    }
  }

  net::Task<> read_server() {
    while (!closed_) {
      auto const read = co_await server_->read_some(server_in_.prepare(), net::Deadline::never());
      if (read.ending) {
        on_ending(session::ProxyLeg::server, *read.ending);
        co_return;
      }
      server_in_.commit(read.bytes);
      static_cast<void>(co_await client_out_.room(kRoom));
      auto const data = server_in_.data();
      auto const used = machine_.on_server_bytes(data);
      pump(data);
      co_await client_out_.settled();
      server_in_.consume(used);
    }
  }

  void on_ending(session::ProxyLeg leg, net::Ending ending) {
    auto const reset = ending == net::Ending::rst;
    auto const swallowed = reset && config_.defect == Defect::v1_resets_swallowed;
    if (closed_ || ending == net::Ending::cancelled || swallowed) {
      return;
    }
    server_reset_ = reset && leg == session::ProxyLeg::server;
    machine_.on_closed(leg);
    pump({});
  }

  void fail_server(std::uint32_t rpc_error) {
    machine_.on_server_failed(rpc_error);
    pump({});
  }

  net::Task<> connect_server() {
    auto const within = net::Deadline::in(config_.connect_timeout);
    auto to = server_address(request_.uri, config_);
    if (!to) {
      fail_server(to.error());
      co_return;
    }
    if (config_.defect == Defect::v1_port_fixed) {
      to->port = kStorePort;
    }
    auto attempt = co_await net::connect(*to, within);
    if (closed_) {
      co_return;
    }
    if (!attempt) {
      log(to_string(attempt.error().error));
      fail_server(wire::kRpcServerUnavailable);
      co_return;
    }
    server_.emplace(std::move(*attempt));
    if (config_.defect == Defect::v1_connection_each_way) {
      auto other = co_await net::connect(*to, within);
      if (other) {
        other_server_.emplace(std::move(*other));
      }
    }
    shape_writes(*server_, config_);
    server_out_.emplace(other_server_ ? *other_server_ : *server_, Framing::plain);
    scope_->spawn(server_out_->run());
    machine_.on_server_connected();
    pump({});
    scope_->spawn(read_server());
  }

  /// Does what the machine says. @param input  the reader's bytes, which it keeps until settled.
  void pump(ByteView input) {
    while (auto const event = machine_.next_event()) {
      std::visit([&](auto const& what) { act(what, input); }, *event);
    }
    room_.notify();
  }

  void act(session::ConnectServer, ByteView) { scope_->spawn(connect_server()); }

  void act(session::ToServer const& sent, ByteView input) {
    if (server_out_) {
      server_out_->write(sent.bytes, input);
    }
  }

  void act(session::ToClient const& sent, ByteView input) { client_out_.write(sent.bytes, input); }

  void act(session::ResponseHead, ByteView) { client_out_.write(wire::encode(v1_head(config_))); }

  void act(session::Respond503 const& response, ByteView) {
    auto refusal = rpc_error(response.rpc_error, config_);
    dress(refusal, config_);
    auto bytes = wire::encode(refusal.head);
    append(bytes, as_bytes(refusal.body));
    client_out_.write(std::move(bytes));
  }

  void act(session::Close const& close, ByteView) {
    log(fmt::format("closed: {}", to_string(close.reason)));
    closed_ = true;
    closing_.notify();
  }

  void log(std::string const& text) const {
    if (config_.log) {
      config_.log(LogLevel::info, fmt::format("v1 session of {} to {}: {}", client_.remote(),
                                              wire::to_string(request_.uri), text));
    }
  }

  static constexpr std::uint16_t kStorePort = 6001;

  net::Stream& client_;
  net::ReadBuffer client_in_;
  LegWriter client_out_;
  std::optional<net::Stream> server_;
  std::optional<net::Stream> other_server_;  // by v1_connection_each_way
  net::ReadBuffer server_in_;
  std::optional<LegWriter> server_out_;
  V1Request request_;
  ProxyConfig const& config_;
  MixedProxy machine_;
  net::Event closing_;  // closed_ was set
  net::Event room_;     // the machine may take the client's bytes that it left
  net::TaskScope* scope_ = nullptr;
  bool closed_ = false;
  bool server_reset_ = false;
};

}  // namespace

net::Task<> run_mixed_session(net::Stream& client,
                              net::ReadBuffer body,
                              V1Request request,
                              ProxyConfig const& config) {
  MixedSession mixed(client, std::move(body), std::move(request), config);
  auto run = [&mixed](net::TaskScope& scope) -> net::Task<> { co_await mixed.run(scope); };
  co_await net::in_scope(std::move(run));
}

}  // namespace rpchspec::proxy
