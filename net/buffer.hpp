// A contiguous read buffer for a stream of PDUs or HTTP heads.

#pragma once

#include <cstddef>
#include <memory>

#include "protocol/base/bytes.hpp"

namespace rpchspec::net {

inline constexpr std::size_t kReadBufferSize =
    std::size_t{256} * 1024;                                     // bytes; four of the largest PDUs
inline constexpr std::size_t kLeastReadBufferSize = 65535 + 16;  // the largest PDU and a header

/// Fixed memory, filled at its end and taken from its front. Only what is left over moves, and
/// only when the space behind it is short.
class ReadBuffer {
 public:
  /// @param capacity  bytes; raised to kLeastReadBufferSize.
  explicit ReadBuffer(std::size_t capacity = kReadBufferSize);

  /// Where to read to: at least one byte unless full(), and as much as there is without moving
  /// more than a small tail. Invalidates views of data().
  [[nodiscard]] MutableByteView prepare();

  /// The first `size` bytes of what prepare() gave are now data. Precondition: size fits there.
  void commit(std::size_t size);

  /// What was read and not consumed. Valid until prepare() or append().
  [[nodiscard]] ByteView data() const { return {memory_.get() + begin_, end_ - begin_}; }

  /// Takes bytes off the front; views of the rest stay valid. Precondition: size <= data().size().
  void consume(std::size_t size);

  /// Adds bytes that came another way (a prefix of a handed-over socket). False: no room, nothing
  /// was added.
  [[nodiscard]] bool append(ByteView bytes);

  void clear() { begin_ = end_ = 0; }

  [[nodiscard]] bool empty() const { return begin_ == end_; }

  [[nodiscard]] bool full() const { return end_ - begin_ == capacity_; }

  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace rpchspec::net
