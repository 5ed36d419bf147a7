// How a relay forwards wrongly on purpose.

#include "protocol/session/relay.hpp"
#include "protocol/wire/dcerpc.hpp"

namespace rpchspec::session {
namespace {

/// The first multiple of `step` in [begin, end), or 0.
std::uint64_t multiple_within(std::uint64_t step, std::uint64_t begin, std::uint64_t end) {
  if (step == 0) {
    return 0;
  }
  auto const next = (begin + step - 1) / step * step;
  return next < end ? next : 0;
}

bool is_rare(ByteView pdu) {
  auto const type = static_cast<wire::Ptype>(pdu[2]);
  return type == wire::Ptype::co_cancel || type == wire::Ptype::orphaned ||
         type == wire::Ptype::shutdown;
}

bool is_verified(ByteView pdu) {
  return pdu[10] != 0 || pdu[11] != 0;  // auth_length
}

}  // namespace

void Relay::misforward(ByteView pdu) {
  auto const& d = options_.deviations;
  auto const is_due = [this](std::uint32_t every) { return every != 0 && pdus_ % every == 0; };
  auto const begins_at = rpc_bytes_;
  ++pdus_;
  rpc_bytes_ += pdu.size();

  auto const is_lost = is_due(d.drop_every) || (d.lose_above != 0 && pdu.size() > d.lose_above) ||
                       (d.lose_rare_types && is_rare(pdu)) || (d.lose_behind_rts && behind_rts_) ||
                       (d.lose_verified && is_verified(pdu));
  if (is_lost) {
    consumed(pdu.size());
    return;
  }
  if (withheld_.empty() && (d.wait_for_next || is_due(d.swap_every))) {
    withheld_.assign(pdu.begin(), pdu.end());
    return;
  }
  altered_.assign(pdu.begin(), pdu.end());
  auto const due = multiple_within(d.flip_byte_every, begins_at, rpc_bytes_);
  for (auto const flipped : {d.flip_byte_at, due}) {
    if (flipped > begins_at + wire::kCommonHeaderSize && flipped < rpc_bytes_) {
      altered_[flipped - begins_at] ^= 0x01;
    }
  }
  if (d.rewrite_call_id) {
    altered_[12] ^= 0x80;
  }
  if (d.wait_for_next) {
    std::swap(altered_, withheld_);
    pass(altered_, Source::copy);
    return;
  }
  pass(altered_, Source::copy);
  if (is_due(d.duplicate_every)) {
    pass(altered_, Source::copy);
  }
  if (!withheld_.empty()) {
    pass(withheld_, Source::copy);
    withheld_.clear();
  }
}

}  // namespace rpchspec::session
