// A TCP connection as IP packets: addresses, sequence numbers, checksums. Private to reports.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/base/bytes.hpp"

namespace rpchspec::reports {

struct TcpEndpoint {
  Bytes address;  // 4 or 16 bytes, in network order
  std::uint16_t port = 0;
};

/// "127.0.0.1:6001", "[::1]:6001"; empty for anything else.
[[nodiscard]] std::optional<TcpEndpoint> parse_endpoint(std::string_view text);

inline constexpr std::size_t kLargestSegment = 65000;  // bytes of payload

struct TcpPacket {
  Bytes bytes;             // IP and TCP header, and of the payload what is known
  std::uint32_t size = 0;  // of the whole packet
};

/// Makes the packets of one connection in the order in which they are asked for.
class TcpPackets {
 public:
  enum class Side { opener, acceptor };
  enum class Flag : std::uint8_t { none = 0, fin = 1, rst = 4, push = 8 };

  /// Precondition: both addresses are of one family.
  TcpPackets(TcpEndpoint opener, TcpEndpoint acceptor);

  /// SYN, SYN and ACK, ACK.
  [[nodiscard]] std::array<TcpPacket, 3> handshake();

  /// A segment of `size` bytes of payload, of which only the first are `known`. Precondition: at
  /// most kLargestSegment. After a FIN of this side there is none; what is sent all the same goes
  /// on behind it.
  [[nodiscard]] TcpPacket segment(Side from, Flag flag, ByteView known, std::size_t size);

  /// Bytes of this side that no packet was made for: the next one stands behind them.
  void skip(Side from, std::uint64_t size);

 private:
  struct Half {
    TcpEndpoint endpoint;
    std::uint32_t next = 1000;  // sequence number
  };

  [[nodiscard]] Half& half(Side side) { return side == Side::opener ? opener_ : acceptor_; }

  [[nodiscard]] TcpPacket packet(Side from, std::uint8_t flags, ByteView known, std::size_t size);

  Half opener_;
  Half acceptor_;
};

}  // namespace rpchspec::reports
