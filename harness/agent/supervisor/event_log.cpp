#include "harness/agent/supervisor/event_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "journal/utf8.hpp"

namespace rpchspec::supervisor {

namespace {

void tell_lost(api::RunEnd& end, std::uint64_t lost) {
  if (lost > 0) {
    auto const& text = end.text();
    end.set_lost(lost);
    end.set_text(text + (text.empty() || text.ends_with('\n') ? "" : "\n") + std::to_string(lost) +
                 " events are lost: the agent's disk had no room for them");
  }
}

}  // namespace

EventLog::EventLog(std::filesystem::path const& file)
    : file_(open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {}

EventLog::~EventLog() {
  if (file_ >= 0) {
    close(file_);
  }
}

void EventLog::add(api::RunEvent event) {
  std::lock_guard const lock(mutex_);
  if (end_) {
    return;
  }
  event.set_sequence(ends_.size() + 1);
  journal::make_utf8(event);
  if (event.has_end()) {
    tell_lost(*event.mutable_end(), lost_);
    end_ = std::move(event);  // told also where the disk is full
    changed_.notify_all();
    return;
  }
  auto const bytes = event.SerializeAsString();
  auto const at = ends_.empty() ? 0 : ends_.back();
  auto const written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
  if (written == static_cast<ssize_t>(bytes.size())) {
    ends_.push_back(at + bytes.size());
  } else {
    ++lost_;
  }
  changed_.notify_all();
}

std::uint64_t EventLog::count() const {
  std::lock_guard const lock(mutex_);
  return ends_.size() + (end_ ? 1 : 0);
}

bool EventLog::wait_for(std::uint64_t sequence, std::chrono::milliseconds at_most) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [&] { return ends_.size() >= sequence || end_; });
  return ends_.size() >= sequence || (end_ && end_->sequence() >= sequence);
}

void EventLog::wait_for_end() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return end_.has_value(); });
}

std::optional<api::RunEvent> EventLog::read(std::uint64_t sequence) const {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  {
    std::lock_guard const lock(mutex_);
    if (end_ && sequence == end_->sequence()) {
      return end_;
    }
    if (sequence == 0 || sequence > ends_.size()) {
      return std::nullopt;
    }
    from = sequence == 1 ? 0 : ends_[sequence - 2];
    to = ends_[sequence - 1];
  }
  std::string bytes(to - from, '\0');
  api::RunEvent event;
  bool const whole = pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(from)) ==
                         static_cast<ssize_t>(bytes.size()) &&
                     event.ParseFromString(bytes);
  return whole ? std::optional(event) : std::nullopt;
}

std::optional<api::RunEnd> EventLog::end() const {
  std::lock_guard const lock(mutex_);
  return end_ ? std::optional(end_->end()) : std::nullopt;
}

}  // namespace rpchspec::supervisor
