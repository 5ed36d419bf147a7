// Legs that are watched from outside: what our end is about to send passes a gate, PDU by PDU.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/stream.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::net {

class PduLeg;

/// A connection that carries a channel, at our end of it.
struct LegFacts {
  std::string name;                      // "client.out", "server.in"
  std::uint32_t connection = 0;          // as the journal numbers it; 0: nothing is recorded
  std::uint32_t virtual_connection = 0;  // as a scenario counts; 0: not one of its own
};

/// What may be done to it while it is there.
struct LegControls {
  Stream* stream = nullptr;
  std::function<void(Bytes)> write{};     // queues bytes
  std::function<Task<bool>()> written{};  // waits until all that was queued is written
  std::function<void(CloseHow)> end{};    // ends it, as a failure of our own would
};

/// Of a leg that they keep.
[[nodiscard]] LegControls controls_of(std::shared_ptr<PduLeg> leg);

enum class Fate { pass, drop, repeat, hold };

/// What becomes of one PDU.
struct Decision {
  Fate fate = Fate::pass;
  std::optional<Bytes> instead{};  // what is sent in its place
  bool stop_behind = false;        // what follows it waits for release()
};

/// Single-threaded. Bytes that are no PDUs pass unjudged, and so does all that follows them.
class SendGate {
 public:
  using Judge = std::function<Decision(SendGate&, wire::PduView const&)>;

  SendGate(LegFacts facts, LegControls controls, Judge judge);

  /// Bytes in any segmentation; those of a PDU that is not whole yet wait for the rest.
  void pass(ByteView bytes);

  /// What was held goes on, and is judged again.
  void release();

  /// Nothing more is sent.
  void shut();

  /// The leg is gone: nothing of `controls` is used from here on.
  void detach();

  [[nodiscard]] bool attached() const { return controls_.stream != nullptr; }

  [[nodiscard]] bool holds() const { return holding_; }

  [[nodiscard]] LegFacts const& facts() const { return facts_; }

  [[nodiscard]] LegControls const& controls() const { return controls_; }

 private:
  void go_on();
  [[nodiscard]] bool judge(wire::PduView const& pdu);

  LegFacts facts_;
  LegControls controls_;
  Judge judge_;
  Bytes waiting_;  // begun PDU, or all from a held one on
  bool holding_ = false;
  bool shut_ = false;
  bool unframed_ = false;
};

/// Told of the legs of one half. Outlives them.
class LegWatch {
 public:
  virtual ~LegWatch() = default;

  /// A leg is there. @return its gate, which the leg keeps, and detaches at its end.
  [[nodiscard]] virtual std::shared_ptr<SendGate> opened(LegFacts facts, LegControls controls) = 0;
};

/// Detaches at the end of a scope; null is none.
class GateKeeper {
 public:
  explicit GateKeeper(std::shared_ptr<SendGate> gate) : gate_(std::move(gate)) {}

  ~GateKeeper() {
    if (gate_) {
      gate_->detach();
    }
  }

  GateKeeper(GateKeeper const&) = delete;
  GateKeeper& operator=(GateKeeper const&) = delete;

 private:
  std::shared_ptr<SendGate> gate_;
};

}  // namespace rpchspec::net
