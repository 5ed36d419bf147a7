// The events of one run, numbered from 1: on the disk, so that they can be asked for again.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "harness/agent/supervisor/outcome.hpp"

namespace rpchspec::supervisor {

/// Thread-safe: one writes, many read.
class EventLog {
 public:
  explicit EventLog(std::filesystem::path const& file);
  ~EventLog();
  EventLog(EventLog const&) = delete;
  EventLog& operator=(EventLog const&) = delete;

  /// Gives it the next number, and makes its texts UTF-8. Behind an `end` nothing is added.
  /// One that the disk has no room for has none; the end says how many these are.
  void add(api::RunEvent event);

  /// How many there are.
  [[nodiscard]] std::uint64_t count() const;

  /// Waits, at most so long, until there is one of this number. @return whether there is.
  [[nodiscard]] bool wait_for(std::uint64_t sequence, std::chrono::milliseconds at_most) const;

  void wait_for_end() const;

  /// Empty: there is none of this number.
  [[nodiscard]] std::optional<api::RunEvent> read(std::uint64_t sequence) const;

  /// How it ended; empty: it goes on.
  [[nodiscard]] std::optional<api::RunEnd> end() const;

 private:
  int file_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::uint64_t> ends_;  // offset behind each event
  std::uint64_t lost_ = 0;
  std::optional<api::RunEvent> end_;
};

}  // namespace rpchspec::supervisor
