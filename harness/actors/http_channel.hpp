// One HTTP connection of the client actor: heads out, heads and PDUs in.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "net/pdu_leg.hpp"
#include "protocol/session/server.hpp"
#include "protocol/wire/auth_challenge.hpp"
#include "protocol/wire/http_head.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::actors {

/// Reads what the proxy answers and tells its owner. Single-threaded; held by shared_ptr.
class HttpChannel {
 public:
  struct Handlers {
    Handlers() = default;

    std::function<void(wire::ResponseHead const&)> on_head = {};
    std::function<void(wire::PduView const&)> on_pdu = {};
    std::function<void(net::LegEnd const&)> on_end = {};
  };

  HttpChannel(net::Stream stream, Handlers handlers);

  [[nodiscard]] net::PduLeg& leg() { return leg_; }

  /// What answers is an RPC connect response (v1): PDUs behind any success, whatever its head says.
  void expect_v1() { is_v1_ = true; }

  /// Reads until the end. Spawn once, beside leg().write().
  [[nodiscard]] net::Task<> read();

  /// True when the last request was answered in full and the connection still stands.
  [[nodiscard]] bool idle() const { return idle_ && !ended_; }

  [[nodiscard]] bool ended() const { return ended_; }

  /// No request was sent on this connection yet.
  [[nodiscard]] bool fresh() const { return fresh_; }

  /// A final response head came, and its body is still open.
  [[nodiscard]] bool answering() const { return phase_ != Phase::head; }

  /// The last request was answered in full, and the answer did not announce a close.
  [[nodiscard]] bool may_be_reused() const { return idle() && keeps_; }

  /// The last request was answered with another status than 200 (v1: with no 2xx).
  [[nodiscard]] bool refused() const { return refused_; }

  /// Carries, or carried, a virtual channel: not so after an echo, or a 401 that asks again.
  [[nodiscard]] bool is_channel() const { return !fresh_ && !exchange_; }

  /// A request goes out: what comes next answers it.
  void request_sent() { idle_ = fresh_ = refused_ = exchange_ = false; }

  /// What the last 401 offered.
  [[nodiscard]] std::vector<wire::AuthChallenge> const& challenges() const { return challenges_; }

  /// A handshake's last leg went out, and was not refused since.
  [[nodiscard]] bool logged_on() const { return logged_on_; }

  void note_log_on() { logged_on_ = true; }

 private:
  enum class Phase { head, pdus, body };

  [[nodiscard]] Result<std::size_t> on_bytes(ByteView bytes);
  [[nodiscard]] Result<bool> take_head(ByteView& left);
  [[nodiscard]] Result<bool> take_pdu(ByteView& left);
  [[nodiscard]] Result<bool> take_body(ByteView& left);
  [[nodiscard]] bool brings_pdus(wire::ResponseHead const& head) const;
  void note_head(wire::ResponseHead const& head);
  void answered();

  net::PduLeg leg_;
  Handlers handlers_;
  Phase phase_ = Phase::head;
  std::uint64_t body_left_ = 0;
  bool idle_ = false;
  bool fresh_ = true;
  bool keeps_ = false;
  bool refused_ = false;
  bool exchange_ = false;
  bool ended_ = false;
  bool is_v1_ = false;
  bool logged_on_ = false;
  std::vector<wire::AuthChallenge> challenges_;
};

}  // namespace rpchspec::actors
