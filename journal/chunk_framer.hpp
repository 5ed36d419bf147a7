// Finds the end of a chunked body (RFC 9112 7.1). What the chunks carry is not looked at.

#pragma once

#include <cstdint>

#include "protocol/base/bytes.hpp"

namespace rpchspec::journal {

class ChunkFramer {
 public:
  enum class Status { more, whole, broken };

  void restart() { *this = ChunkFramer(); }

  /// Takes bytes off the front, up to and with the last one of the trailer section. After `broken`
  /// the end cannot be known; the offending byte is left.
  Status take(ByteView& bytes);

 private:
  enum class Place { size, extension, size_end, content, after_content, trailer, trailer_line };

  Status step(std::uint8_t byte);
  Status in_size(std::uint8_t byte);
  Status end_size();

  Place place_ = Place::size;
  std::uint64_t left_ = 0;  // of the chunk
  bool digits_ = false;
};

}  // namespace rpchspec::journal
