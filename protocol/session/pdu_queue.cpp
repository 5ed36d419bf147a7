#include "protocol/session/pdu_queue.hpp"

#include <cassert>

#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::session {

void PduQueue::push(ByteView pdu) {
  assert(pdu.size() >= wire::kCommonHeaderSize);
  append(storage_, pdu);
}

std::size_t PduQueue::front_size() const {
  assert(!empty());
  wire::PduView const front{ByteView(storage_).subspan(head_)};
  return load<std::uint16_t>(front.bytes, 8, front.byte_order());
}

PduQueue::Slot PduQueue::pop() {
  Slot const slot{head_, front_size()};
  head_ += slot.size;
  return slot;
}

void PduQueue::forget_popped() {
  if (empty()) {
    clear();
  } else if (head_ > storage_.size() / 2) {
    storage_.erase(storage_.begin(), storage_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void PduQueue::clear() {
  storage_.clear();
  head_ = 0;
}

}  // namespace rpchspec::session
