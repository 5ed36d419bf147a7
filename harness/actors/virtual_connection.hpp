// One virtual connection as the client actor plays it: the role's machine and its two channels.

#pragma once

#include <deque>
#include <memory>

#include "harness/actors/http_channel.hpp"
#include "model/scenario.pb.h"
#include "net/event.hpp"
#include "net/payload_sender.hpp"
#include "net/task_scope.hpp"
#include "protocol/session/client.hpp"

namespace rpchspec::actors {

struct VirtualConnectionOptions {
  session::ClientConfig session{};
  std::uint32_t number = 1;
  bool patient = false;  // a lost channel, or a protocol error, does not close the other
  std::uint64_t payload_key = 0;
};

class VirtualConnection {
 public:
  /// @param scope    owns the reading and writing tasks; outlives this.
  /// @param changed  notified after everything that somebody may wait for; outlives this.
  VirtualConnection(net::TaskScope& scope, net::Event& changed, VirtualConnectionOptions options);

  /// Starts reading and writing on a connected stream as this virtual connection's channel.
  std::shared_ptr<HttpChannel> attach(session::Channel channel, net::Stream stream);

  [[nodiscard]] std::shared_ptr<HttpChannel> channel(session::Channel channel) const;

  [[nodiscard]] session::Client& machine() { return machine_; }

  [[nodiscard]] VirtualConnectionOptions const& options() const { return options_; }

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
  void on_pdu(session::Channel from, wire::PduView const& pdu);
  void on_end(HttpChannel const& of);
  void close_channels();
  [[nodiscard]] net::PayloadWay payload_way();

  net::TaskScope& scope_;
  net::Event& changed_;
  net::Event timers_;
  VirtualConnectionOptions options_;
  session::Client machine_;
  std::shared_ptr<HttpChannel> in_;
  std::shared_ptr<HttpChannel> out_;
  std::deque<Bytes> replies_;
  net::PayloadSender payload_;
  std::uint64_t payload_received_ = 0;
  TimePoint armed_ = kNever;
  bool stopped_ = false;
};

}  // namespace rpchspec::actors
