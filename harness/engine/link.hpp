// Frames between the two machines that play one case (link.proto).

#pragma once

#include <memory>
#include <string>

#include "harness/engine/link.pb.h"
#include "net/asio.hpp"
#include "net/deadline.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::engine {

using link::v1::Frame;

inline constexpr std::uint32_t kLinkVersion = 3;
inline constexpr std::size_t kMostOfAFrame = std::size_t{8} << 20;   // bytes
inline constexpr std::size_t kMostOnTheWay = std::size_t{64} << 20;  // bytes that wait to be sent

/// One end. Single-threaded; run() goes on beside everything else, and is awaited before the end.
class Link {
 public:
  virtual ~Link() = default;

  /// Queues a frame behind those before it. too_large: the other end does not keep up; io: the link
  /// has ended.
  [[nodiscard]] virtual Result<void> post(Frame const& frame) = 0;

  /// The next frame. One caller at a time. io: the link has ended, or nothing came by the deadline
  /// ("time-out"; the link stays); bad_syntax, too_large: what came is no frame.
  [[nodiscard]] virtual net::Task<Result<Frame>> receive(net::Deadline deadline) = 0;

  /// Sends what is posted until the link ends, or is cancelled.
  [[nodiscard]] virtual net::Task<> run() = 0;

  /// Waits until all that was posted is on its way. False: it never will be, or deadline.
  [[nodiscard]] virtual net::Task<bool> sent(net::Deadline deadline) = 0;

  /// Ends it: a pending receive() yields an error, and run() returns.
  virtual void close() = 0;

  /// The largest frame that may come from now on; at first it is kMostOfAFrame.
  virtual void set_most(std::size_t bytes) = 0;

  /// The address of this end; empty where it has none.
  [[nodiscard]] virtual std::string const& local_address() const = 0;
};

/// How links to one peer are made. Any thread.
class WayToPeer {
 public:
  virtual ~WayToPeer() = default;

  /// A new link. The error says what to check.
  [[nodiscard]] virtual net::Task<Result<std::unique_ptr<Link>>> connect(
      net::Executor executor, net::Deadline deadline) = 0;

  /// The peer, for the report: "10.0.0.5:7000".
  [[nodiscard]] virtual std::string const& address() const = 0;

  /// What Open.token says; empty: nothing.
  [[nodiscard]] virtual std::string const& token() const = 0;
};

}  // namespace rpchspec::engine
