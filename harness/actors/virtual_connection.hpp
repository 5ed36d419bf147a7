// One virtual connection as the client actor plays it: the role's machine and its two channels.

#pragma once

#include <deque>
#include <map>
#include <memory>

#include "harness/actors/http_channel.hpp"
#include "model/scenario.pb.h"
#include "net/event.hpp"
#include "net/payload_sender.hpp"
#include "net/send_gate.hpp"
#include "net/task_scope.hpp"
#include "protocol/session/client.hpp"

namespace rpchspec::actors {

struct VirtualConnectionOptions {
  session::ClientConfig session{};
  std::uint32_t number = 1;
  bool patient = false;  // a lost channel, or a protocol error, does not close the other
  std::uint64_t payload_key = 0;
  net::LegWatch* watch = nullptr;  // told of the channels; outlives it
};

/// Opens a successor: connects, sends the request's head and its first PDU behind it.
using SuccessorOpener = std::function<void(session::Client::OpenSuccessor)>;

class VirtualConnection {
 public:
  /// @param scope    owns the reading and writing tasks; outlives this.
  /// @param changed  notified after everything that somebody may wait for; outlives this.
  VirtualConnection(net::TaskScope& scope, net::Event& changed, VirtualConnectionOptions options);

  /// Starts reading and writing on a connected stream as this virtual connection's channel.
  std::shared_ptr<HttpChannel> attach(session::Channel channel,
                                      net::Stream stream,
                                      session::Instance instance = session::Instance::predecessor);

  /// Null where there is none.
  [[nodiscard]] std::shared_ptr<HttpChannel> channel(
      session::Channel channel, session::Instance instance = session::Instance::predecessor) const;

  /// All there are, former ones included.
  [[nodiscard]] std::vector<std::shared_ptr<HttpChannel>> connections() const;

  void on_open_successor(SuccessorOpener opener) { open_successor_ = std::move(opener); }

  /// No successor can be had: as the loss of any channel.
  void on_successor_lost();

  [[nodiscard]] session::Client& machine() { return machine_; }

  [[nodiscard]] VirtualConnectionOptions const& options() const { return options_; }

  /// What the role sends: faults may act on its PDUs.
  void send(HttpChannel& to, Bytes bytes);

  /// Runs events of the machine after a call into it.
  void pump();

  /// RPC PDUs that the server sent, payload apart: replies to client.call.
  [[nodiscard]] std::deque<Bytes>& replies() { return replies_; }

  /// Sends payload PDUs on the IN channel as the window lets them go, and waits until all went.
  [[nodiscard]] net::Task<Result<void>> send_payload(net::PayloadOrder order,
                                                     net::Deadline deadline);

  /// Payload bytes (of whole PDUs) that arrived on OUT.
  [[nodiscard]] std::uint64_t payload_received() const { return payload_received_; }

  /// Timers of the machine; spawn once. Returns after stop().
  [[nodiscard]] net::Task<> run_timers();
  void stop();

 private:
  /// The connections of one channel, by instance.
  struct Channels {
    std::shared_ptr<HttpChannel> present;
    std::shared_ptr<HttpChannel> successor;
    std::shared_ptr<HttpChannel> former;
  };

  [[nodiscard]] Channels& channels(session::Channel channel) {
    return channel == session::Channel::in ? in_ : out_;
  }

  void let_watch(session::Channel channel, std::shared_ptr<HttpChannel> const& made);
  void on_pdu(session::Channel from, HttpChannel const& of, wire::PduView const& pdu);
  void switch_to_successor(session::Channel channel);
  void on_end(HttpChannel const& of);
  void close_channels();
  [[nodiscard]] net::PayloadWay payload_way();

  net::TaskScope& scope_;
  net::Event& changed_;
  net::Event timers_;
  VirtualConnectionOptions options_;
  session::Client machine_;
  Channels in_;
  Channels out_;
  std::map<HttpChannel const*, std::shared_ptr<net::SendGate>> gates_;
  SuccessorOpener open_successor_;
  std::deque<Bytes> replies_;
  net::PayloadSender payload_;
  std::uint64_t payload_received_ = 0;
  TimePoint armed_ = kNever;
  bool stopped_ = false;
};

}  // namespace rpchspec::actors
