#include "journal/chunk_framer.hpp"

#include <algorithm>

namespace rpchspec::journal {

namespace {

int hex_value(std::uint8_t c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

}  // namespace

ChunkFramer::Status ChunkFramer::take(ByteView& bytes) {
  while (!bytes.empty()) {
    if (place_ == Place::content) {
      auto const size = std::min<std::uint64_t>(left_, bytes.size());
      left_ -= size;
      bytes = bytes.subspan(static_cast<std::size_t>(size));
      place_ = left_ == 0 ? Place::after_content : Place::content;
      continue;
    }
    auto const status = step(bytes.front());
    if (status == Status::broken) {
      return status;
    }
    bytes = bytes.subspan(1);
    if (status == Status::whole) {
      return status;
    }
  }
  return Status::more;
}

ChunkFramer::Status ChunkFramer::step(std::uint8_t byte) {
  switch (place_) {
    case Place::size:
      return in_size(byte);
    case Place::extension:
      return byte == '\n' ? end_size() : Status::more;
    case Place::size_end:
      return byte == '\n' ? end_size() : Status::broken;
    case Place::content:
      break;
    case Place::after_content:
      place_ = byte == '\n' ? Place::size : place_;
      return byte == '\n' || byte == '\r' ? Status::more : Status::broken;
    case Place::trailer:
      if (byte == '\n') {
        return Status::whole;
      }
      place_ = byte == '\r' ? place_ : Place::trailer_line;
      return Status::more;
    case Place::trailer_line:
      place_ = byte == '\n' ? Place::trailer : place_;
      return Status::more;
  }
  return Status::broken;
}

ChunkFramer::Status ChunkFramer::in_size(std::uint8_t byte) {
  if (auto const value = hex_value(byte); value >= 0) {
    if (left_ >> 56 != 0) {
      return Status::broken;
    }
    left_ = left_ << 4 | static_cast<std::uint64_t>(value);
    digits_ = true;
    return Status::more;
  }
  if (!digits_) {
    return Status::broken;
  }
  if (byte == '\n') {
    return end_size();
  }
  if (byte == '\r') {
    place_ = Place::size_end;
    return Status::more;
  }
  place_ = Place::extension;
  return byte == ';' || byte == ' ' || byte == '\t' ? Status::more : Status::broken;
}

ChunkFramer::Status ChunkFramer::end_size() {
  place_ = left_ == 0 ? Place::trailer : Place::content;
  digits_ = false;
  return Status::more;
}

}  // namespace rpchspec::journal
