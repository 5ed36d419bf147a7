// RPC PDUs that wait for a window or a plug, in order, in one piece of memory.

#pragma once

#include "protocol/base/bytes.hpp"

namespace rpchspec::session {

/// First in, first out. Memory is used again, so that a channel that runs at its window does not
/// allocate for each PDU.
class PduQueue {
 public:
  /// Where a PDU lies; valid until the next forget_popped().
  struct Slot {
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  /// Precondition: `pdu` is one whole RPC PDU.
  void push(ByteView pdu);

  [[nodiscard]] bool empty() const { return head_ == storage_.size(); }

  /// Bytes that wait.
  [[nodiscard]] std::size_t size() const { return storage_.size() - head_; }

  /// Size of the first PDU. Precondition: not empty.
  [[nodiscard]] std::size_t front_size() const;

  /// Takes the first PDU; its bytes stay readable. Precondition: not empty.
  Slot pop();

  /// The bytes of a popped PDU, until the next push or forget_popped.
  [[nodiscard]] ByteView view(Slot slot) const {
    return ByteView(storage_).subspan(slot.offset, slot.size);
  }

  /// Gives the memory of popped PDUs back to the queue.
  void forget_popped();

  void clear();

 private:
  Bytes storage_;
  std::size_t head_ = 0;
};

}  // namespace rpchspec::session
