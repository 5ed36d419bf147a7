#include "journal/payload_pdu.hpp"

#include <algorithm>

namespace rpchspec::journal {

Bytes payload_pdu(PayloadPdu const& pdu) {
  auto const size = std::clamp<std::uint32_t>(pdu.size, kLeastPayloadPdu, 65535);
  auto const order = pdu.byte_order;
  Bytes bytes(size);
  bytes[0] = 5;
  bytes[2] = pdu.ptype;
  bytes[3] = 0x03;
  bytes[4] = order == ByteOrder::little ? 0x10 : 0x00;
  store<std::uint16_t>(bytes, 8, static_cast<std::uint16_t>(size), order);
  store<std::uint32_t>(bytes, 12, pdu.call_id, order);
  store<std::uint32_t>(bytes, 16, size - kPayloadPduHeader, order);
  fill_payload(MutableByteView(bytes).subspan(kPayloadPduHeader), pdu.key, pdu.position);
  return bytes;
}

bool carries_payload(ByteView pdu) {
  return pdu.size() >= kLeastPayloadPdu &&
         payload_position(pdu.subspan(kPayloadPduHeader)).has_value();
}

std::uint32_t next_payload_size(std::uint64_t left, std::uint32_t pdu_size) {
  auto const whole = std::clamp<std::uint32_t>(pdu_size, kLeastPayloadPdu, 65535);
  if (left < 2 * kLeastPayloadPdu) {
    return std::max<std::uint32_t>(static_cast<std::uint32_t>(left), kLeastPayloadPdu);
  }
  if (left > whole && left - whole < kLeastPayloadPdu) {
    return static_cast<std::uint32_t>(left - kLeastPayloadPdu);  // leaves enough for a last mark
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(left, whole));
}

}  // namespace rpchspec::journal
