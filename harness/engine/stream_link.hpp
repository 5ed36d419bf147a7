// A link over one TCP or TLS connection.

#pragma once

#include "harness/engine/frame_buffer.hpp"
#include "harness/engine/link.hpp"
#include "harness/targets/target.hpp"
#include "net/connect.hpp"
#include "net/outbox.hpp"

namespace rpchspec::engine {

class StreamLink final : public Link {
 public:
  /// @param stream  connected, its handshake done.
  explicit StreamLink(net::Stream stream);

  [[nodiscard]] Result<void> post(Frame const& frame) override;
  [[nodiscard]] net::Task<Result<Frame>> receive(net::Deadline deadline) override;
  [[nodiscard]] net::Task<> run() override;
  [[nodiscard]] net::Task<bool> sent(net::Deadline deadline) override;
  void close() override;

  void set_most(std::size_t bytes) override { most_ = bytes; }

  [[nodiscard]] std::string const& local_address() const override { return local_; }

 private:
  net::Stream stream_;
  net::Outbox outbox_;
  FrameBuffer arrived_;
  std::size_t most_ = kMostOfAFrame;
  std::string local_;
};

/// To the target's agent (`backend_at`), by TCP or TLS. The error says what its CA file lacks, or
/// that this agent is spoken to in another way.
[[nodiscard]] Result<std::unique_ptr<WayToPeer>> stream_way(targets::Target const& target);

/// Connects for each link.
class StreamWay final : public WayToPeer {
 public:
  /// @param to  where the peer listens, and its TLS.
  StreamWay(net::ConnectOptions to, std::string token);

  [[nodiscard]] net::Task<Result<std::unique_ptr<Link>>> connect(net::Executor executor,
                                                                 net::Deadline deadline) override;

  [[nodiscard]] std::string const& address() const override { return address_; }

  [[nodiscard]] std::string const& token() const override { return token_; }

 private:
  net::ConnectOptions to_;
  std::string token_;
  std::string address_;
};

}  // namespace rpchspec::engine
