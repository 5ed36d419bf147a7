#include "net/outbox.hpp"

#include <algorithm>
#include <array>

namespace rpchspec::net {

namespace {

constexpr std::size_t kMostOfABatch = 64;

}  // namespace

Outbox::Outbox(Stream& stream, std::size_t limit)
    : stream_(stream), limit_(limit), pushed_(stream.executor()), written_(stream.executor()) {}

bool Outbox::has_room(std::size_t size) const {
  auto const fits = queued_ == 0 || (queued_ <= limit_ && size <= limit_ - queued_);
  return !ending_ && !finished_ && fits;
}

template <class Kept>
bool Outbox::keep(Kept bytes) {
  if (!has_room(bytes.size())) {
    return false;
  }
  if (!bytes.empty()) {
    queued_ += bytes.size();
    entries_.emplace_back(std::move(bytes));
    pushed_.notify();
  }
  return true;
}

bool Outbox::push(Bytes owned) {
  return keep(std::move(owned));
}

bool Outbox::push_borrowed(ByteView borrowed) {
  return keep(borrowed);
}

void Outbox::drop(Ending ending) {
  if (!ending_) {
    ending_ = ending;
  }
  entries_.clear();
  queued_ = 0;
  written_.notify();
}

Task<> Outbox::run() {
  struct Finish {
    explicit Finish(Outbox& box_) : box(box_) {}

    ~Finish() {
      if (!box.finished_ || !box.entries_.empty()) {
        box.drop(Ending::cancelled);
      }
    }

    Finish(Finish const&) = delete;
    Finish& operator=(Finish const&) = delete;

    Outbox& box;
  };

  Finish const finish_at_exit(*this);
  auto const work = [this] { return !entries_.empty() || finished_; };
  while (co_await pushed_.wait(work, Deadline::never())) {
    if (entries_.empty()) {
      co_return;
    }
    auto const goes_on = co_await write_batch();
    if (!goes_on) {
      co_return;
    }
  }
}

Task<bool> Outbox::write_batch() {
  std::array<ByteView, kMostOfABatch> views;
  auto const count = std::min(entries_.size(), views.size());
  for (std::size_t i = 0; i < count; ++i) {
    views[i] = std::visit([](auto const& bytes) { return ByteView(bytes); }, entries_[i]);
  }
  auto const deadline = write_timeout_ ? Deadline::in(*write_timeout_) : Deadline::never();
  std::span<ByteView const> const batch(views.data(), count);
  auto const result = co_await stream_.write_all(batch, deadline);
  if (result.ending) {
    drop(*result.ending);
    co_return false;
  }
  queued_ -= result.bytes;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(count));
  written_.notify();
  co_return true;
}

void Outbox::finish() {
  finished_ = true;
  pushed_.notify();
}

Task<bool> Outbox::drained(Deadline deadline) {
  auto const done = [this] { return entries_.empty() || ending_; };
  auto const in_time = co_await written_.wait(done, deadline);
  co_return in_time && !ending_;
}

Task<bool> Outbox::room(std::size_t size, Deadline deadline) {
  auto const known = [this, size] { return has_room(size) || ending_ || finished_; };
  (void)co_await written_.wait(known, deadline);
  co_return has_room(size);
}

}  // namespace rpchspec::net
