// A run on a thread of its own, told line by line.

#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "harness/cli/json_lines.hpp"
#include "harness/cli/run_words.hpp"

namespace rpchspec::bindings {

/// Any thread may call it. Lines are kept until they are taken: a few for each case.
class Course final : public cli::JsonLines {
 public:
  explicit Course(cli::RunWords words);

  /// Breaks the run off, if it still goes on, and waits for its reports.
  ~Course() override;
  Course(Course const&) = delete;
  Course& operator=(Course const&) = delete;

  /// Waits up to `patience` for a line of reports/progress_json.hpp. Empty: none came, or the run
  /// is over: see end().
  [[nodiscard]] std::optional<std::string> next(std::chrono::milliseconds patience);

  /// Once the run is over and every line was taken.
  [[nodiscard]] std::optional<cli::RunEnd> end() const;

  /// As a signal with this number would: reports of what finished are written.
  void stop(int signal) { stop_ = signal; }

 private:
  void say(std::string line) override;

  std::atomic<int> stop_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  std::optional<cli::RunEnd> end_;
  std::thread thread_;  // the last: it uses all of them
};

}  // namespace rpchspec::bindings
