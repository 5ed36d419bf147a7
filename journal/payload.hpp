// RPC payload that proves where it came from: a keyed pseudo-random stream that marks itself.
//
// The stub of a payload PDU starts with 16 bytes: a magic number, the virtual connection, the
// direction and the offset of the stub in its stream; the rest is the keyed stream at that offset.
// A receiver can thus verify a gigabyte without keeping it, and notices a PDU of another virtual
// connection, one that comes twice, and one that is missing.

#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocol/base/bytes.hpp"

namespace rpchspec::journal {

inline constexpr std::size_t kPayloadMarkSize = 16;

struct PayloadPosition {
  std::uint16_t virtual_connection = 0;
  bool out = false;          // server to client
  std::uint64_t offset = 0;  // bytes of stub before this one, marks included; below 2^48
  friend bool operator==(PayloadPosition const&, PayloadPosition const&) = default;
};

/// Writes mark and stream. Precondition: stub.size() >= kPayloadMarkSize.
void fill_payload(MutableByteView stub, std::uint64_t key, PayloadPosition const& position);

/// The mark of a stub; empty when it carries none.
[[nodiscard]] std::optional<PayloadPosition> payload_position(ByteView stub);

/// Offset within `stub` of the first byte that differs from what its own mark promises; empty when
/// all of it is right.
[[nodiscard]] std::optional<std::size_t> first_mismatch(ByteView stub, std::uint64_t key);

/// `first_mismatch` for a stub that comes in pieces: keeps its mark and nothing else.
class PayloadVerifier {
 public:
  explicit PayloadVerifier(std::uint64_t key) : key_(key) {}

  /// The next byte is the first one of another stub.
  void restart();
  void add(ByteView piece);

  /// What the mark says; empty before it is whole, and for a stub that carries none.
  [[nodiscard]] std::optional<PayloadPosition> position() const;

  [[nodiscard]] std::optional<std::size_t> mismatch() const { return mismatch_; }

 private:
  std::uint64_t key_;
  std::array<std::uint8_t, kPayloadMarkSize> mark_{};
  std::size_t seen_ = 0;  // bytes of the stub so far
  std::optional<std::size_t> mismatch_{};
};

}  // namespace rpchspec::journal
