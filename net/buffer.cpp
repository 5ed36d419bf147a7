#include "net/buffer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace rpchspec::net {

namespace {

// What is worth moving to the front even where there is some space behind it.
constexpr std::size_t kSmallTail = 4096;

}  // namespace

ReadBuffer::ReadBuffer(std::size_t capacity)
    : memory_(new std::uint8_t[std::max(capacity, kLeastReadBufferSize)]),
      capacity_(std::max(capacity, kLeastReadBufferSize)) {}

MutableByteView ReadBuffer::prepare() {
  auto const size = end_ - begin_;
  if (size == 0) {
    begin_ = end_ = 0;
  }
  auto const behind = capacity_ - end_;
  if (behind == 0 || (size <= kSmallTail && behind < capacity_ / 2)) {
    std::memmove(memory_.get(), memory_.get() + begin_, size);
    begin_ = 0;
    end_ = size;
  }
  return {memory_.get() + end_, capacity_ - end_};
}

void ReadBuffer::commit(std::size_t size) {
  assert(size <= capacity_ - end_);
  end_ += size;
}

void ReadBuffer::consume(std::size_t size) {
  assert(size <= end_ - begin_);
  begin_ += size;
}

bool ReadBuffer::append(ByteView bytes) {
  if (bytes.size() > capacity_ - (end_ - begin_)) {
    return false;
  }
  while (!bytes.empty()) {
    auto const space = prepare();
    auto const taken = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), taken);
    commit(taken);
    bytes = bytes.subspan(taken);
  }
  return true;
}

}  // namespace rpchspec::net
