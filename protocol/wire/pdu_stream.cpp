#include "protocol/wire/pdu_stream.hpp"

#include <algorithm>
#include <string>

namespace rpchspec::wire {

Result<std::optional<PduView>> next_pdu(ByteView& buffered) {
  if (!buffered.empty() && buffered[0] != 5) {
    return fail({ErrorCode::bad_value, 0, "rpc_vers", "C706 12.6.3.1",
                 "found " + std::to_string(buffered[0]) + ", expected 5"});
  }
  if (buffered.size() < kCommonHeaderSize) {
    return std::optional<PduView>();
  }
  auto const order = (buffered[4] & 0xF0) == 0x10 ? ByteOrder::little : ByteOrder::big;
  auto const size = load<std::uint16_t>(buffered, 8, order);
  if (size < kCommonHeaderSize) {
    return fail({ErrorCode::bad_value, 8, "frag_length", "C706 12.6.3.1",
                 "found " + std::to_string(size) + ", expected 16 or more"});
  }
  if (buffered.size() < size) {
    return std::optional<PduView>();
  }
  std::optional<PduView> pdu(PduView{buffered.first(size)});
  buffered = buffered.subspan(size);
  return pdu;
}

LegacyResponse take_legacy_response(ByteView& buffered) {
  if (buffered.empty() || buffered[0] != static_cast<std::uint8_t>(kLegacyServerResponse[0])) {
    return LegacyResponse::absent;
  }
  auto const size = std::min(buffered.size(), kLegacyServerResponse.size());
  if (as_text(buffered.first(size)) != kLegacyServerResponse.substr(0, size)) {
    return LegacyResponse::malformed;
  }
  if (size < kLegacyServerResponse.size()) {
    return LegacyResponse::incomplete;
  }
  buffered = buffered.subspan(size);
  return LegacyResponse::taken;
}

}  // namespace rpchspec::wire
