// Frames of a link (link.proto) as bytes: each behind its size, four bytes, most significant first.

#pragma once

#include <optional>

#include <boost/beast/core/flat_buffer.hpp>

#include "harness/engine/link.hpp"
#include "protocol/base/bytes.hpp"

namespace rpchspec::engine {

/// A frame behind its size. too_large: it is above kMostOfAFrame.
[[nodiscard]] Result<Bytes> to_bytes(Frame const& frame);

/// Collects what arrives, cut anywhere, and grows with that alone, whatever sizes it speaks of.
class FrameBuffer {
 public:
  /// Room for what arrives next, at least one byte. `most`: bytes of a frame.
  /// Precondition: next() found no whole frame.
  [[nodiscard]] MutableByteView prepare(std::size_t most);

  /// So many bytes of the room arrived.
  void commit(std::size_t bytes) { buffer_.commit(bytes); }

  /// The next frame; nothing: it is not here yet. too_large: it is above `most`; bad_syntax: it is
  /// none.
  [[nodiscard]] Result<std::optional<Frame>> next(std::size_t most);

  /// Bytes that it takes.
  [[nodiscard]] std::size_t capacity() const { return buffer_.capacity(); }

 private:
  boost::beast::flat_buffer buffer_;
};

}  // namespace rpchspec::engine
