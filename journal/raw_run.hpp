// Stray bytes of one direction, gathered so that a flood of them costs few records.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "journal/redaction.hpp"

namespace rpchspec::journal {

inline constexpr std::size_t kRawPrefix = 256;  // bytes

/// One record a call, at first; after 64 of them one for each 64 KiB, and one at the end.
class RawRun {
 public:
  /// `is` is static text; bytes of another sort than before need a `restart`.
  void add(ByteView bytes, std::string_view is, Redactor& redactor) {
    is_ = is;
    size_ += bytes.size();
    auto const kept = std::min(bytes.size(), kRawPrefix - prefix_.size());
    redactor.append(bytes.first(kept), prefix_);
    redactor.skip(bytes.subspan(kept));
  }

  [[nodiscard]] bool due() const {
    return size_ > 0 && (records_ < kSingleRecords || size_ >= kGathered);
  }

  [[nodiscard]] bool active() const { return !is_.empty(); }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] std::string const& prefix() const { return prefix_; }

  [[nodiscard]] std::uint64_t size() const { return size_; }

  [[nodiscard]] std::string_view is() const { return is_; }

  void recorded() {
    ++records_;
    size_ = 0;
    prefix_.clear();
  }

  void restart() {
    recorded();
    is_ = {};
    records_ = 0;
  }

 private:
  static constexpr std::uint32_t kSingleRecords = 64;
  static constexpr std::uint64_t kGathered = 65536;  // bytes

  std::string prefix_;
  std::string_view is_;
  std::uint64_t size_ = 0;
  std::uint32_t records_ = 0;
};

}  // namespace rpchspec::journal
