#include "harness/engine/frame_buffer.hpp"

#include <algorithm>
#include <string>

namespace rpchspec::engine {
namespace {

constexpr std::size_t kSizeField = 4;
constexpr std::size_t kRoom = std::size_t{64} << 10;

std::size_t size_in(boost::beast::flat_buffer const& buffer) {
  auto const* const bytes = static_cast<std::uint8_t const*>(buffer.data().data());
  std::size_t size = 0;
  for (std::size_t i = 0; i < kSizeField; ++i) {
    size = size << 8 | bytes[i];
  }
  return size;
}

tl::unexpected<Error> too_large(std::size_t size, std::size_t most) {
  return fail({ErrorCode::too_large, 0, "frame", "",
               "a frame of " + std::to_string(size) + " bytes; " + std::to_string(most) +
                   " are allowed here"});
}

}  // namespace

Result<Bytes> to_bytes(Frame const& frame) {
  auto const size = frame.ByteSizeLong();
  if (size > kMostOfAFrame) {
    return too_large(size, kMostOfAFrame);
  }
  Bytes bytes(kSizeField + size);
  for (std::size_t i = 0; i < kSizeField; ++i) {
    bytes[i] = static_cast<std::uint8_t>(size >> (8 * (kSizeField - 1 - i)));
  }
  frame.SerializeWithCachedSizesToArray(bytes.data() + kSizeField);
  return bytes;
}

MutableByteView FrameBuffer::prepare(std::size_t most) {
  auto const left = kSizeField + most - std::min(buffer_.size(), kSizeField + most - 1);
  auto const room = buffer_.prepare(std::min(kRoom, left));
  return {static_cast<std::uint8_t*>(room.data()), room.size()};
}

Result<std::optional<Frame>> FrameBuffer::next(std::size_t most) {
  if (buffer_.size() < kSizeField) {
    return std::optional<Frame>();
  }
  auto const size = size_in(buffer_);
  if (size > most) {
    return too_large(size, most);
  }
  if (buffer_.size() < kSizeField + size) {
    return std::optional<Frame>();
  }
  auto const* const bytes = static_cast<std::uint8_t const*>(buffer_.data().data());
  std::optional<Frame> frame(std::in_place);
  if (!frame->ParseFromArray(bytes + kSizeField, static_cast<int>(size))) {
    return fail({ErrorCode::bad_syntax, 0, "frame", "", "what came is no frame"});
  }
  buffer_.consume(kSizeField + size);
  return frame;
}

}  // namespace rpchspec::engine
