// The keyed digest of a journal, in one piece or as the bytes come. Private to the folder.

#pragma once

#define XXH_STATIC_LINKING_ONLY  // the state's size, so that it needs no allocation
#include <xxhash.h>

#include <cstdint>

#include "protocol/base/bytes.hpp"

namespace rpchspec::journal {

[[nodiscard]] inline std::uint64_t keyed_digest(ByteView bytes, std::uint64_t key) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), key);
}

/// The same value from any segmentation of the bytes.
class RunningDigest {
 public:
  explicit RunningDigest(std::uint64_t key) : key_(key) { restart(); }

  void restart() { XXH3_64bits_reset_withSeed(&state_, key_); }

  void add(ByteView bytes) { XXH3_64bits_update(&state_, bytes.data(), bytes.size()); }

  [[nodiscard]] std::uint64_t value() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_{};
  std::uint64_t key_;
};

}  // namespace rpchspec::journal
