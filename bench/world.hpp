// A generator and a verifier of payload with a relay between them.

#pragma once

#include "bench/meter.hpp"
#include "net/asio.hpp"
#include "net/deadline.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::bench {

struct WorldOptions {
  WorldOptions() = default;

  Direction direction = Direction::in;
  ReceiveWindowSize window{65536};  // of every receiver on the way
  std::uint32_t pdu_size = 5840;    // bytes
};

static_assert(!std::is_aggregate_v<WorldOptions>);

/// Single-threaded on the executor it was made with; strike() before it is destroyed.
class World {
 public:
  virtual ~World() = default;

  /// Everything listens, is connected, and ready for payload.
  [[nodiscard]] virtual net::Task<Result<void>> open(net::Deadline deadline) = 0;

  /// Sends payload of this many bytes, in RPC PDUs, and returns when the last went to the system.
  [[nodiscard]] virtual net::Task<Result<void>> send(std::uint64_t bytes,
                                                     net::Deadline deadline) = 0;

  [[nodiscard]] virtual net::Task<> strike() = 0;
};

}  // namespace rpchspec::bench
