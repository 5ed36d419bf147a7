// Which calls of a channel gRPC is not done with.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace rpchspec::service {

/// A call keeps its channel, and is dropped on a thread of gRPC's. The last one would take the
/// channel with it, which ends that thread and waits for it: whoever owns the channel waits here
/// first. Any thread.
class OpenCalls {
 public:
  /// Of one call: from its beginning until all of it is gone.
  class Mark {
   public:
    explicit Mark(std::shared_ptr<OpenCalls> calls) : calls_(std::move(calls)) { calls_->add(1); }

    ~Mark() { calls_->add(-1); }

    Mark(Mark const&) = delete;
    Mark& operator=(Mark const&) = delete;

   private:
    std::shared_ptr<OpenCalls> calls_;
  };

  /// Blocks until there is none.
  void wait_for_none() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  void add(int number) {
    std::lock_guard const lock(mutex_);
    open_ += number;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int open_ = 0;
};

}  // namespace rpchspec::service
