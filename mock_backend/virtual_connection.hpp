// One virtual connection as the server sees it: the role's machine, its two legs, the RPC services.

#pragma once

#include <map>
#include <memory>

#include "mock_backend/rpc_runtime.hpp"
#include "net/event.hpp"
#include "net/payload_sender.hpp"
#include "net/pdu_leg.hpp"
#include "net/send_gate.hpp"
#include "protocol/session/server.hpp"

namespace rpchspec::backend {

struct VirtualConnectionOptions {
  session::ServerConfig session{};
  VirtualConnectionCookie cookie{};
  std::uint32_t number = 0;  // as the scenario counts; 0: not one of its own
  bool patient = false;      // one leg lost does not close the other
  std::uint64_t payload_key = 0;
};

class VirtualConnection : public std::enable_shared_from_this<VirtualConnection> {
 public:
  /// @param changed  notified after everything that somebody may wait for; outlives this.
  VirtualConnection(net::Event& changed, VirtualConnectionOptions options, RpcRuntime runtime);

  /// The leg's first PDU was seen; what comes next goes to on_pdu.
  /// @param gate  what is sent on the leg passes it; null: nobody watches.
  void attach(session::FirstPdu const& first,
              std::shared_ptr<net::PduLeg> leg,
              std::shared_ptr<net::SendGate> gate = nullptr);

  /// What a leg says that was replaced is of no interest, nor is its end.
  Result<void> on_pdu(session::Channel channel,
                      std::shared_ptr<net::PduLeg> const& from,
                      wire::PduView const& pdu);
  void on_closed(session::Channel channel, std::shared_ptr<net::PduLeg> const& leg);

  /// Timers of the machine; spawn once. Returns when finished.
  [[nodiscard]] net::Task<> run_timers();
  void finish();

  /// Calls that a script held may have an answer now.
  void answer_released();

  // -- for scripts ----------------------------------------------------------------------------

  /// Null where there is none.
  [[nodiscard]] std::shared_ptr<net::PduLeg> leg(
      session::Channel channel, session::Instance instance = session::Instance::predecessor) const;

  [[nodiscard]] session::Server const& machine() const { return machine_; }

  [[nodiscard]] VirtualConnectionCookie const& cookie() const { return options_.cookie; }

  [[nodiscard]] std::uint32_t number() const { return options_.number; }

  /// Sends what CONN/... was withheld.
  void release(wire::RtsPduKind kind);

  /// Asks for a successor of the OUT channel (OUT_R1/A1).
  Result<void> recycle_out();

  /// Sends payload PDUs on the OUT leg, as the window lets them go; waits until all were written.
  /// deadline or io when that does not come about; the detail says how far it got.
  [[nodiscard]] net::Task<Result<void>> send_payload(net::PayloadOrder order,
                                                     net::Deadline deadline);

  /// Bytes that a script is about to write to the OUT leg itself: their RPC PDUs count.
  void note_scripted(ByteView bytes);

  /// An RPC PDU of the script's own, under flow control.
  Result<void> send_rpc(Bytes pdu);

 private:
  void pump();
  void send(net::PduLeg& leg, Bytes bytes);
  void deliver(wire::PduView const& pdu);
  void reply(RuntimeReply reply);
  void flush_replies();
  [[nodiscard]] TimePoint next_deadline() const;
  void close_legs();
  [[nodiscard]] net::PayloadWay payload_way();

  /// The legs of one channel, by instance.
  struct Legs {
    std::shared_ptr<net::PduLeg> present;
    std::shared_ptr<net::PduLeg> successor;
    std::shared_ptr<net::PduLeg> former;
  };

  [[nodiscard]] Legs& legs(session::Channel channel) {
    return channel == session::Channel::in ? in_ : out_;
  }

  void switch_to_successor(session::Channel channel);

  net::Event& changed_;
  net::Event timers_;
  VirtualConnectionOptions options_;
  RpcRuntime runtime_;
  session::Server machine_;
  Legs in_;
  Legs out_;
  std::map<net::PduLeg const*, std::shared_ptr<net::SendGate>> gates_;
  std::vector<Bytes> replies_;
  bool close_after_replies_ = false;
  net::PayloadSender payload_;
  TimePoint armed_ = kNever;
  bool finished_ = false;
};

}  // namespace rpchspec::backend
