#include "net/payload_sender.hpp"

#include <algorithm>

#include "journal/payload_pdu.hpp"

namespace rpchspec::net {
namespace {

// How much may wait in the role's machine: enough to refill any legal window at once.
constexpr std::size_t kAhead = std::size_t{512} * 1024;

/// A PDU of the whole window may never go out (AMB-16), and a larger one never does.
std::uint32_t fitting(std::uint32_t pdu_size, ReceiveWindowSize window) {
  return window.value > journal::kPayloadPduHeader && pdu_size >= window.value ? window.value / 2
                                                                               : pdu_size;
}

}  // namespace

PayloadSender::PayloadSender(Event& changed,
                             std::uint64_t key,
                             journal::PayloadPosition start,
                             PayloadWay way)
    : changed_(changed), key_(key), position_(start), way_(std::move(way)) {}

bool PayloadSender::gone() const {
  auto const leg = way_.leg();
  return !leg || leg->outbox().ending().has_value();
}

Bytes PayloadSender::next_pdu(PayloadOrder const& order, std::uint64_t& left) {
  journal::PayloadPdu pdu;
  pdu.ptype = order.ptype;
  pdu.size = journal::next_payload_size(left, order.pdu_size);
  pdu.call_id = call_id_++;
  pdu.key = key_;
  pdu.position = position_;
  pdu.byte_order = order.big_endian ? ByteOrder::big : ByteOrder::little;
  auto bytes = journal::payload_pdu(pdu);
  position_.offset += bytes.size() - journal::kPayloadPduHeader;
  left -= std::min<std::uint64_t>(left, bytes.size());
  return bytes;
}

Result<void> PayloadSender::hand_over(PayloadOrder const& order, Bytes pdu) {
  if (!order.ignore_window) {
    return way_.send(std::move(pdu));
  }
  way_.note_sent_regardless(RpcPduSize(static_cast<std::uint32_t>(pdu.size())));
  (void)way_.leg()->send(std::move(pdu));
  return {};
}

Task<Result<void>> PayloadSender::send(PayloadOrder order, Deadline deadline) {
  if (!order.ignore_window && way_.window) {
    order.pdu_size = fitting(order.pdu_size, way_.window());
  }
  auto left = order.bytes;
  auto in_time = true;
  auto const by = [&] { return earlier(deadline, Deadline::in(order.patience)); };
  while (left > 0 && in_time && !gone()) {
    if (auto const done = hand_over(order, next_pdu(order, left)); !done) {
      co_return tl::unexpected(done.error());
    }
    in_time = co_await changed_.wait([this] { return gone() || way_.queued() < kAhead; }, by());
    if (in_time && !gone()) {
      auto const leg = way_.leg();
      in_time = co_await leg->outbox().room(kOutboxLimit - kAhead, by());
    }
  }
  while (order.wait && in_time && !gone() && way_.queued() > 0) {
    auto const before = way_.queued();
    in_time = co_await changed_.wait([&] { return gone() || way_.queued() < before; }, by());
  }
  if (gone()) {
    co_return fail({ErrorCode::io, 0, "", "", "the leg ended before all of it was sent"});
  }
  if (order.wait && in_time) {
    auto const leg = way_.leg();
    in_time = co_await leg->outbox().drained(by());
  }
  if (!in_time) {
    co_return fail({ErrorCode::deadline, 0, "", "",
                    std::to_string(left + way_.queued()) + " of " + std::to_string(order.bytes) +
                        " bytes still wait for the window"});
  }
  co_return Result<void>();
}

}  // namespace rpchspec::net
