// Sends keyed payload in RPC PDUs over one virtual channel, as fast as its window lets them go.

#pragma once

#include <functional>
#include <memory>

#include "journal/payload.hpp"
#include "net/event.hpp"
#include "net/pdu_leg.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::net {

struct PayloadOrder {
  PayloadOrder() = default;

  std::uint64_t bytes = 0;        // of whole PDUs
  std::uint32_t pdu_size = 5840;  // less where the peer's window is too small for it
  std::uint8_t ptype = 0;         // 0 request, 2 response
  bool ignore_window = false;     // sends past the peer's window
  bool wait = true;  // until the last byte went to the system; false: until all is queued
  bool big_endian = false;
  Duration patience = std::chrono::seconds(100);  // without any progress of the window
};

static_assert(!std::is_aggregate_v<PayloadOrder>);

/// The way the PDUs go; all of it belongs to the virtual connection that owns the sender.
struct PayloadWay {
  PayloadWay() = default;

  std::function<std::shared_ptr<PduLeg>()> leg = {};          // null when there is none
  std::function<Result<void>(Bytes)> send = {};               // under flow control
  std::function<void(RpcPduSize)> note_sent_regardless = {};  // past it
  std::function<std::size_t()> queued = {};                   // bytes that wait for the window
  std::function<ReceiveWindowSize()> window = {};             // that the peer announced
};

static_assert(!std::is_aggregate_v<PayloadWay>);

class PayloadSender {
 public:
  /// @param changed  notified when a window moves or a leg ends; outlives this.
  PayloadSender(Event& changed, std::uint64_t key, journal::PayloadPosition start, PayloadWay way);

  /// Continues the stream where the last call stopped.
  ///
  /// @return io when the leg ended before all was sent; deadline when PDUs still wait for the
  ///         window, with how many bytes of them: at `deadline`, or when the peer lets nothing go
  ///         for as long as the order has patience. A slow peer may take hours over a channel.
  [[nodiscard]] Task<Result<void>> send(PayloadOrder order, Deadline deadline);

 private:
  [[nodiscard]] Bytes next_pdu(PayloadOrder const& order, std::uint64_t& left);
  [[nodiscard]] Result<void> hand_over(PayloadOrder const& order, Bytes pdu);
  [[nodiscard]] bool gone() const;

  Event& changed_;
  std::uint64_t key_;
  journal::PayloadPosition position_;
  PayloadWay way_;
  std::uint32_t call_id_ = 1;
};

}  // namespace rpchspec::net
