// One virtual IN or OUT channel: a role's machine between the client's HTTP connections, of which
// there are two while it is recycled, and the server.

#pragma once

#include "reference_proxy/channel_config.hpp"
#include "reference_proxy/client_legs.hpp"
#include "reference_proxy/cookie_table.hpp"
#include "reference_proxy/crossing.hpp"
#include "reference_proxy/server_leg.hpp"

namespace rpchspec::proxy {

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
  net::Task<> run();

  // -- For the clients' connections -------------------------------------------------------------

  /// @return bytes used up. Then wait for settled(), and ask where the leg belongs now.
  [[nodiscard]] std::size_t on_bytes(std::shared_ptr<ClientLeg> const& leg);

  /// Until nothing that was sent to the server is needed any more.
  net::Task<> settled() { return server_.settled(); }

  [[nodiscard]] bool wants_bytes(ClientLeg const& leg) const;

  void on_ending(ClientLeg const& leg, net::Ending ending);

  /// A leg was closed, by both sides. Nobody cares, but for a defect.
  void on_gone(ClientLeg const& leg);

  /// A first PDU that comes in pieces ends the channel: a defect.
  [[nodiscard]] bool refuses_pieces(ClientLeg const& leg) const;

  /// What was read is held back, to be handed over in one piece: a defect.
  [[nodiscard]] bool is_prefetching(ClientLeg const& leg) const;

  /// Closes every connection.
  void give_up();

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

  void on_server_connected();

  /// @param why  for the log; empty: nothing is worth a word.
  void on_server_failed(std::uint32_t rpc_error, std::string const& why);

  /// @return bytes used up.
  [[nodiscard]] std::size_t on_server_bytes(ByteView data);

  /// Bytes that come from elsewhere: a defect.
  void write_to_client(Bytes bytes);

  void on_server_ending(net::Ending ending);

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
  void take_over(std::shared_ptr<ClientLeg> const& leg, ChannelRequest const& request);

  net::Task<> watch_deadlines();
  net::Task<> share_failures();

  /// Does what the machine says. @param input  the reader's bytes, which it keeps until settled.
  void pump(ByteView input);

  // Each deed that the machine can ask for.
  void act(session::LookUpCookie const& look, ByteView);
  void act(session::AddCookie const& add, ByteView);
  void act(session::SwitchClient const& change, ByteView);

  void act(session::CloseSuccessor, ByteView) { legs_.close_successor(); }

  void act(session::ConnectServer, ByteView);

  void act(session::ToServer const& sent, ByteView input) { server_.write(sent.bytes, input); }

  void act(session::ToClient const& sent, ByteView input) { legs_.pass(sent.bytes, input); }

  void act(session::ResponseHead const& head, ByteView) { legs_.write_head(head.to); }

  void act(session::Respond503 const& response, ByteView);

  void act(session::EchoResponse, ByteView) {}  // echo requests do not become channels

  void act(session::SetTcpKeepalive const& set, ByteView);
  void act(session::Close const& close, ByteView);

  /// Not the client's own doing, nor the end of what was announced.
  static bool is_failure(session::CloseReason reason);

  void end_other_half();

  /// No connection is this one's any more.
  void end();

  [[nodiscard]] net::CloseHow how_to_close_client() const;

  void log(std::string const& text) const;

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

extern template class VirtualChannel<session::InboundProxy>;
extern template class VirtualChannel<session::OutboundProxy>;

}  // namespace rpchspec::proxy
