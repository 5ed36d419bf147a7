#include "reports/tcp_packets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace rpchspec::reports {

namespace {

constexpr std::uint8_t kFin = 1;
constexpr std::uint8_t kSyn = 2;
constexpr std::uint8_t kAck = 16;
constexpr std::uint8_t kTcp = 6;  // IP protocol number
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kIpv4Header = 20;
constexpr std::uint8_t kHops = 64;
constexpr std::uint16_t kWindow = 0xFFFF;
// Maximum segment size, and the window in units of 16 KiB: no stream is ever held up by it.
constexpr std::array<std::uint8_t, 8> kSynOptions{2, 4, 0xFD, 0xE8, 3, 3, 14, 0};

/// Ones' complement sum (RFC 1071), not yet folded. An odd last byte counts as a high one.
std::uint64_t sum(ByteView bytes) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    total += std::uint64_t{bytes[i]} << (i % 2 == 0 ? 8 : 0);
  }
  return total;
}

std::uint16_t checksum(std::uint64_t total) {
  while (total >> 16 != 0) {
    total = (total & 0xFFFF) + (total >> 16);
  }
  return static_cast<std::uint16_t>(~total);
}

template <class Int>
void append_big(Bytes& to, Int value) {
  append<Int>(to, value, ByteOrder::big);
}

void append_ipv4(Bytes& to, TcpEndpoint const& from, TcpEndpoint const& target, std::size_t size) {
  auto const start = to.size();
  append_big<std::uint16_t>(to, 0x4500);
  append_big<std::uint16_t>(to, static_cast<std::uint16_t>(kIpv4Header + size));
  append_big<std::uint32_t>(to, 0x4000);  // not to be fragmented
  append_big<std::uint16_t>(to, std::uint16_t{kHops} << 8 | kTcp);
  append_big<std::uint16_t>(to, 0);
  append(to, from.address);
  append(to, target.address);
  store<std::uint16_t>(to, start + 10, checksum(sum(ByteView(to).subspan(start))), ByteOrder::big);
}

void append_ipv6(Bytes& to, TcpEndpoint const& from, TcpEndpoint const& target, std::size_t size) {
  append_big<std::uint32_t>(to, 0x60000000);
  append_big<std::uint16_t>(to, static_cast<std::uint16_t>(size));
  append_big<std::uint16_t>(to, std::uint16_t{kTcp} << 8 | kHops);
  append(to, from.address);
  append(to, target.address);
}

}  // namespace

std::optional<TcpEndpoint> parse_endpoint(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  TcpEndpoint endpoint;
  auto const digits = text.substr(colon + 1);
  auto const [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  auto host = std::string(text.substr(0, colon));
  bool const v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (v6) {
    host = host.substr(1, host.find_first_of("%]") - 1);
  }
  endpoint.address.resize(v6 ? 16 : 4);
  auto const parsed = inet_pton(v6 ? AF_INET6 : AF_INET, host.c_str(), endpoint.address.data());
  return parsed == 1 ? std::optional(std::move(endpoint)) : std::nullopt;
}

TcpPackets::TcpPackets(TcpEndpoint opener, TcpEndpoint acceptor)
    : opener_{std::move(opener)}, acceptor_{std::move(acceptor)} {}

std::array<TcpPacket, 3> TcpPackets::handshake() {
  auto syn = packet(Side::opener, kSyn, {}, 0);
  auto answer = packet(Side::acceptor, kSyn | kAck, {}, 0);
  return {std::move(syn), std::move(answer), packet(Side::opener, kAck, {}, 0)};
}

TcpPacket TcpPackets::segment(Side from, Flag flag, ByteView known, std::size_t size) {
  return packet(from, static_cast<std::uint8_t>(flag) | kAck, known, size);
}

void TcpPackets::skip(Side from, std::uint64_t size) {
  half(from).next += static_cast<std::uint32_t>(size);
}

TcpPacket TcpPackets::packet(Side from, std::uint8_t flags, ByteView known, std::size_t size) {
  auto& source = half(from);
  auto const& target = half(from == Side::opener ? Side::acceptor : Side::opener);
  bool const syn = (flags & kSyn) != 0;
  auto const header = kTcpHeader + (syn ? kSynOptions.size() : 0);
  auto const payload = known.first(std::min(known.size(), size));
  bool const v4 = source.endpoint.address.size() == 4;
  TcpPacket made;
  auto& bytes = made.bytes;
  v4 ? append_ipv4(bytes, source.endpoint, target.endpoint, header + size)
     : append_ipv6(bytes, source.endpoint, target.endpoint, header + size);
  auto const tcp = bytes.size();
  append_big<std::uint16_t>(bytes, source.endpoint.port);
  append_big<std::uint16_t>(bytes, target.endpoint.port);
  append_big<std::uint32_t>(bytes, source.next);
  append_big<std::uint32_t>(bytes, (flags & kAck) != 0 ? target.next : 0);
  bytes.push_back(static_cast<std::uint8_t>(header / 4 << 4));
  bytes.push_back(flags);
  append_big<std::uint16_t>(bytes, kWindow);
  append_big<std::uint32_t>(bytes, 0);  // checksum, urgent pointer
  if (syn) {
    append(bytes, kSynOptions);
  }
  append(bytes, payload);
  if (payload.size() == size) {
    auto const pseudo_header =
        sum(source.endpoint.address) + sum(target.endpoint.address) + kTcp + header + size;
    auto const total = pseudo_header + sum(ByteView(bytes).subspan(tcp));
    store<std::uint16_t>(bytes, tcp + 16, checksum(total), ByteOrder::big);
  }
  made.size = static_cast<std::uint32_t>(tcp + header + size);
  source.next += static_cast<std::uint32_t>(size) + (syn || (flags & kFin) != 0 ? 1 : 0);
  return made;
}

}  // namespace rpchspec::reports
