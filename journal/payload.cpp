#include "journal/payload.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace rpchspec::journal {

namespace {

// The mark: magic (0..5), direction (6), check (7), virtual connection (8..9), offset (10..15).
constexpr std::array<std::uint8_t, 6> kMagic{0xC6, 'R', 'P', 'C', 'H', 0x9D};
constexpr std::size_t kDirectionAt = 6;
constexpr std::size_t kCheckAt = 7;
constexpr std::size_t kConnectionAt = 8;
constexpr std::size_t kOffsetAt = 10;

constexpr std::size_t kWord = 8;
constexpr std::size_t kBlock = 8;  // words compared at once
constexpr std::uint64_t kStride = 0x9E3779B97F4A7C15;

// The finisher of splitmix64: each word depends on its index alone, so they can be made in any
// order and several at a time.
constexpr std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

constexpr std::uint64_t seed_of(std::uint64_t key, PayloadPosition const& position) {
  auto const stream = std::uint64_t{position.virtual_connection} << 1 | (position.out ? 1 : 0);
  return mixed(key + mixed(stream + kStride));
}

/// Word `index` of a stream, as it lies in memory.
inline std::uint64_t word(std::uint64_t seed, std::uint64_t index) {
  auto const value = mixed(seed + index * kStride);
  if constexpr (std::endian::native == std::endian::big) {
    return __builtin_bswap64(value);
  }
  return value;
}

inline std::uint8_t byte_of(std::uint64_t seed, std::uint64_t offset) {
  return static_cast<std::uint8_t>(mixed(seed + offset / kWord * kStride) >>
                                   (8 * (offset % kWord)));
}

/// Bytes up to the next word of the stream.
std::size_t unaligned(std::uint64_t offset, std::size_t size) {
  return std::min<std::size_t>(size, (kWord - offset % kWord) % kWord);
}

void fill_stream(MutableByteView bytes, std::uint64_t seed, std::uint64_t offset) {
  std::size_t at = 0;
  for (auto const end = unaligned(offset, bytes.size()); at < end; ++at) {
    bytes[at] = byte_of(seed, offset + at);
  }
  auto const first = (offset + at) / kWord;
  auto const words = (bytes.size() - at) / kWord;
  auto* const to = bytes.data() + at;
  for (std::size_t i = 0; i < words; ++i) {
    auto const value = word(seed, first + i);
    std::memcpy(to + i * kWord, &value, kWord);
  }
  for (at += words * kWord; at < bytes.size(); ++at) {
    bytes[at] = byte_of(seed, offset + at);
  }
}

std::optional<std::size_t> compare_bytes(ByteView bytes, std::uint64_t seed, std::uint64_t offset) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] != byte_of(seed, offset + at)) {
      return at;
    }
  }
  return std::nullopt;
}

/// Index of the first byte that is not the stream's, `offset` being that of bytes[0].
std::optional<std::size_t> compare_stream(ByteView bytes,
                                          std::uint64_t seed,
                                          std::uint64_t offset) {
  auto at = unaligned(offset, bytes.size());
  if (auto const found = compare_bytes(bytes.first(at), seed, offset)) {
    return found;
  }
  for (; bytes.size() - at >= kBlock * kWord; at += kBlock * kWord) {
    auto const first = (offset + at) / kWord;
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      std::uint64_t found = 0;
      std::memcpy(&found, bytes.data() + at + i * kWord, kWord);
      difference |= found ^ word(seed, first + i);
    }
    if (difference != 0) {
      break;
    }
  }
  auto const found = compare_bytes(bytes.subspan(at), seed, offset + at);
  return found ? std::optional(*found + at) : std::nullopt;
}

using Mark = std::array<std::uint8_t, kPayloadMarkSize>;

Mark mark_of(std::uint64_t key, PayloadPosition const& position) {
  Mark mark{};
  std::copy(kMagic.begin(), kMagic.end(), mark.begin());
  mark[kDirectionAt] = position.out ? 1 : 0;
  mark[kCheckAt] = static_cast<std::uint8_t>(mixed(seed_of(key, position) ^ position.offset) >> 56);
  store<std::uint16_t>(mark, kConnectionAt, position.virtual_connection);
  store<std::uint16_t>(mark, kOffsetAt, static_cast<std::uint16_t>(position.offset));
  store<std::uint32_t>(mark, kOffsetAt + 2, static_cast<std::uint32_t>(position.offset >> 16));
  return mark;
}

std::optional<std::size_t> first_mismatch_of_mark(ByteView mark, std::uint64_t key) {
  auto const position = payload_position(mark);
  if (!position) {
    return 0;
  }
  auto const promised = mark_of(key, *position);
  auto const at = std::mismatch(promised.begin(), promised.end(), mark.begin()).first;
  if (at == promised.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(at - promised.begin());
}

}  // namespace

void fill_payload(MutableByteView stub, std::uint64_t key, PayloadPosition const& position) {
  assert(stub.size() >= kPayloadMarkSize && position.offset < std::uint64_t{1} << 48);
  auto const mark = mark_of(key, position);
  std::copy(mark.begin(), mark.end(), stub.begin());
  fill_stream(stub.subspan(kPayloadMarkSize), seed_of(key, position),
              position.offset + kPayloadMarkSize);
}

std::optional<PayloadPosition> payload_position(ByteView stub) {
  if (stub.size() < kPayloadMarkSize || !std::equal(kMagic.begin(), kMagic.end(), stub.begin())) {
    return std::nullopt;
  }
  PayloadPosition position;
  position.virtual_connection = load<std::uint16_t>(stub, kConnectionAt);
  position.out = (stub[kDirectionAt] & 1) != 0;
  position.offset = std::uint64_t{load<std::uint32_t>(stub, kOffsetAt + 2)} << 16 |
                    load<std::uint16_t>(stub, kOffsetAt);
  return position;
}

std::optional<std::size_t> first_mismatch(ByteView stub, std::uint64_t key) {
  if (stub.size() < kPayloadMarkSize) {
    return 0;
  }
  if (auto const found = first_mismatch_of_mark(stub.first(kPayloadMarkSize), key)) {
    return found;
  }
  auto const position = *payload_position(stub);
  auto const found = compare_stream(stub.subspan(kPayloadMarkSize), seed_of(key, position),
                                    position.offset + kPayloadMarkSize);
  return found ? std::optional(*found + kPayloadMarkSize) : std::nullopt;
}

void PayloadVerifier::restart() {
  seen_ = 0;
  mismatch_.reset();
}

void PayloadVerifier::add(ByteView piece) {
  if (seen_ < kPayloadMarkSize) {
    auto const size = std::min(piece.size(), kPayloadMarkSize - seen_);
    std::copy_n(piece.begin(), size, mark_.begin() + static_cast<std::ptrdiff_t>(seen_));
    piece = piece.subspan(size);
    seen_ += size;
    if (seen_ < kPayloadMarkSize) {
      return;
    }
    if (position()) {
      mismatch_ = first_mismatch_of_mark(mark_, key_);
    }
  }
  auto const position_now = position();
  if (position_now && !mismatch_) {
    auto const found =
        compare_stream(piece, seed_of(key_, *position_now), position_now->offset + seen_);
    mismatch_ = found ? std::optional(*found + seen_) : std::nullopt;
  }
  seen_ += piece.size();
}

std::optional<PayloadPosition> PayloadVerifier::position() const {
  return seen_ < kPayloadMarkSize ? std::nullopt : payload_position(mark_);
}

}  // namespace rpchspec::journal
