// The queue of events between a proxy role and its shell, without copies of RPC PDUs.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/session/deviations.hpp"
#include "protocol/session/pdu_queue.hpp"
#include "protocol/session/proxy_event.hpp"
#include "protocol/wire/rts.hpp"

namespace rpchspec::session {

/// Remembers what to send as places in memory, and makes views of them when they are pulled.
///
/// Bytes come from the input (zero copy), from a queue of held PDUs, or from PDUs made here.
/// Neighbours that go the same way become one event. Allocates nothing once it is warm.
class ProxyOutputs {
 public:
  /// @param wrong_header  a deviation, of what send() makes.
  explicit ProxyOutputs(HeaderBits wrong_header = {}) : wrong_header_(wrong_header) {}

  /// An input begins: what was pulled before is forgotten. Precondition: all events were pulled.
  void begin(ByteView input);

  void forward(ProxyLeg to, ByteView part_of_input);
  void release(ProxyLeg to, PduQueue const& queue, PduQueue::Slot slot);
  void send(ProxyLeg to, wire::RtsPdu const& pdu);
  void send_copy(ProxyLeg to, ByteView bytes);

  /// Anything that is not bytes.
  void signal(ProxyEvent event);

  [[nodiscard]] std::optional<ProxyEvent> next();

  /// True when this input made something to write on that leg.
  [[nodiscard]] bool sends_to(ProxyLeg leg) const;

  /// Drops what was not pulled yet.
  void clear();

 private:
  enum class Origin { input, queue, owned, signal };

  struct Item {
    Origin origin = Origin::signal;
    ProxyLeg to = ProxyLeg::client;
    PduQueue const* queue = nullptr;
    std::size_t offset = 0;  // or the index of the signal
    std::size_t size = 0;
  };

  void add(Item const& item);
  [[nodiscard]] ByteView bytes_of(Item const& item) const;

  HeaderBits wrong_header_;
  ByteView input_;
  Bytes owned_;
  std::vector<ProxyEvent> signals_;
  std::vector<Item> items_;
  std::size_t pulled_ = 0;
};

}  // namespace rpchspec::session
