#include "protocol/wire/uuid.hpp"

#include <algorithm>

namespace rpchspec::wire {

std::string to_string(Uuid const& uuid) {
  static constexpr char kDigits[] = "0123456789abcdef";
  Bytes bytes;
  append_uuid(bytes, uuid, ByteOrder::big);
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      text += '-';
    }
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

Uuid load_uuid(ByteView bytes, std::size_t offset, ByteOrder order) {
  Uuid uuid;
  uuid.time_low = load<std::uint32_t>(bytes, offset, order);
  uuid.time_mid = load<std::uint16_t>(bytes, offset + 4, order);
  uuid.time_hi_and_version = load<std::uint16_t>(bytes, offset + 6, order);
  std::ranges::copy(bytes.subspan(offset + 8, 8), uuid.clock_seq_and_node.begin());
  return uuid;
}

void append_uuid(Bytes& to, Uuid const& uuid, ByteOrder order) {
  append<std::uint32_t>(to, uuid.time_low, order);
  append<std::uint16_t>(to, uuid.time_mid, order);
  append<std::uint16_t>(to, uuid.time_hi_and_version, order);
  append(to, ByteView(uuid.clock_seq_and_node));
}

}  // namespace rpchspec::wire
