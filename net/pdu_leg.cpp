#include "net/pdu_leg.hpp"

#include <algorithm>

namespace rpchspec::net {

PduLeg::PduLeg(Stream stream)
    : stream_(std::move(stream)), outbox_(stream_), reading_changed_(stream_.executor()) {}

Task<LegEnd> PduLeg::read(Reader reader) {
  LegEnd end;
  for (;;) {
    co_await reading_changed_.wait([this] { return reading_; }, Deadline::never());
    auto const got = co_await stream_.read_some(buffer_.prepare(), Deadline::never());
    if (got.ending) {
      end.ending = *got.ending;
      co_return end;
    }
    buffer_.commit(got.bytes);
    auto const taken = reader(buffer_.data());
    if (!taken) {
      end.refused = taken.error();
      co_return end;
    }
    buffer_.consume(*taken);
    if (buffer_.full()) {
      end.refused =
          Error{ErrorCode::too_large, 0, "", "",
                "more than " + std::to_string(buffer_.capacity()) + " bytes without a whole PDU"};
      co_return end;
    }
  }
}

void PduLeg::set_reading(bool enabled) {
  reading_ = enabled;
  reading_changed_.notify();
}

bool PduLeg::send(Bytes bytes) {
  return outbox_.push(std::move(bytes));
}

Task<bool> PduLeg::send_pieces(Bytes bytes, Pieces pieces, Deadline deadline) {
  auto const step = pieces.size == 0 ? bytes.size() : pieces.size;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto const size = std::min(step, bytes.size() - at);
    auto const from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    if (!outbox_.push(Bytes(from, from + static_cast<std::ptrdiff_t>(size)))) {
      co_return false;
    }
    if (!co_await outbox_.drained(deadline)) {
      co_return false;
    }
    if (pieces.gap > Duration::zero() && at + size < bytes.size()) {
      co_await sleep_until(Deadline::in(pieces.gap));
    }
  }
  co_return true;
}

Task<> PduLeg::close(CloseHow how, Deadline deadline) {
  if (how != CloseHow::rst) {
    (void)co_await outbox_.drained(deadline);
  }
  co_await stream_.close(how, deadline);
}

Task<> PduLeg::half_close(Deadline deadline) {
  (void)co_await outbox_.drained(deadline);
  (void)co_await stream_.shutdown_send(deadline);
}

}  // namespace rpchspec::net
