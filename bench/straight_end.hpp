// One end of a straight way: RPC PDUs under flow control in the body of one HTTP message.

#pragma once

#include <deque>

#include "net/payload_sender.hpp"
#include "net/pdu_leg.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/session/send_window.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::bench {

/// Sends and receives as the roles do, with their windows and the same payload, and nothing else.
class StraightEnd {
 public:
  struct Options {
    Options() = default;

    ReceiveWindowSize window{65536};  // ours and the peer's
    std::uint64_t payload_key = 0;
    bool sends_out = false;  // the payload we send is that of an OUT channel
  };

  StraightEnd(net::Stream stream, Options options);

  [[nodiscard]] net::PduLeg& leg() { return leg_; }

  /// Reads until the end; spawn it beside leg().write().
  [[nodiscard]] net::Task<> read();

  [[nodiscard]] net::Task<Result<void>> send_payload(net::PayloadOrder order,
                                                     net::Deadline deadline);

 private:
  [[nodiscard]] Result<std::size_t> on_bytes(ByteView bytes);
  [[nodiscard]] Result<void> on_pdu(wire::PduView const& pdu);
  void send_rpc(Bytes pdu);
  void drain();
  [[nodiscard]] net::PayloadWay way();

  net::PduLeg leg_;
  net::Event changed_;
  session::SendWindow send_window_;
  session::ReceiveWindow receive_window_;
  std::deque<Bytes> queue_;
  std::size_t queued_ = 0;
  net::PayloadSender payload_;
  wire::RtsPdu scratch_;
  bool in_body_ = false;
};

}  // namespace rpchspec::bench
