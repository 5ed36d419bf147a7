#include "bindings/native/course.hpp"

#include <csignal>

namespace rpchspec::bindings {

Course::Course(cli::RunWords words)
    : thread_([this, words = std::move(words)] {
        auto end = cli::run_words(words, *this, stop_);
        std::lock_guard const lock(mutex_);
        end_ = std::move(end);
        changed_.notify_all();
      }) {}

Course::~Course() {
  stop(SIGTERM);
  thread_.join();
}

std::optional<std::string> Course::next(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return !lines_.empty() || end_; });
  if (lines_.empty()) {
    return {};
  }
  auto line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

std::optional<cli::RunEnd> Course::end() const {
  std::lock_guard const lock(mutex_);
  return lines_.empty() ? end_ : std::nullopt;
}

void Course::say(std::string line) {
  std::lock_guard const lock(mutex_);
  lines_.push_back(std::move(line));
  changed_.notify_all();
}

}  // namespace rpchspec::bindings
