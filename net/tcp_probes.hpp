// TCP keep-alive probes on this machine's own connections, seen by a raw socket (RFC 9293 3.8.4).

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "net/asio.hpp"
#include "net/deadline.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::net {

/// Tells keep-alive probes from other segments of one connection over IPv4. Bytes in, no socket.
class ProbeFinder {
 public:
  /// @param prober, probed  ports of the end whose probes are looked for, and of the other.
  ProbeFinder(std::uint16_t prober, std::uint16_t probed) : prober_(prober), probed_(probed) {}

  /// One IPv4 packet, from its header on. True when it shows that a probe came: a probe repeats the
  /// last octet that was acknowledged, or none, and nothing else that carries no more does. Where
  /// no acknowledgement was seen before it, the one that answers it tells.
  [[nodiscard]] bool on_packet(ByteView packet);

 private:
  std::uint16_t prober_;
  std::uint16_t probed_;
  std::optional<std::uint32_t> acknowledged_;  // by the probed end
  std::optional<std::uint32_t> candidate_;     // sequence number of what may have been a probe
};

/// Watches one connection. Needs CAP_NET_RAW; packets are those that reach this machine.
class TcpProbes {
 public:
  /// @return  not_supported where the privileges don't allow it, with the system's words.
  [[nodiscard]] static Result<TcpProbes> open(Executor executor,
                                              std::uint16_t prober,
                                              std::uint16_t probed);

  TcpProbes(TcpProbes&&) noexcept;
  TcpProbes& operator=(TcpProbes&&) noexcept;
  ~TcpProbes();

  /// Waits for the next probe. False: the deadline passed, or the socket failed.
  [[nodiscard]] Task<bool> next(Deadline deadline);

 private:
  struct Impl;
  explicit TcpProbes(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether open() would work, for the needs of a scenario.
[[nodiscard]] bool can_see_probes();

}  // namespace rpchspec::net
