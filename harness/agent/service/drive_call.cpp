#include "harness/agent/service/drive_call.hpp"

#include <algorithm>

#include "harness/engine/link.hpp"

namespace rpchspec::service {

namespace {

constexpr std::size_t kMostOfAPiece = std::size_t{64} << 10;
constexpr std::size_t kMostUntaken = std::size_t{1} << 20;

}  // namespace

DriveCall::DriveCall(Wake wake, std::shared_ptr<OpenCalls> calls)
    : open_(std::move(calls)), wake_(std::move(wake)) {}

void DriveCall::start(Stub& stub, std::string const& token, std::string const& drive) {
  std::lock_guard const lock(mutex_);
  self_ = shared_from_this();
  if (!token.empty()) {
    context_.AddMetadata("authorization", "Bearer " + token);
  }
  stub.async()->Drive(&context_, this);
  AddHold();
  held_ = true;
  waiting_.emplace_back().set_drive(drive);
  write_next();
  reading_ = true;
  StartRead(&in_);
  StartCall();
}

bool DriveCall::send(Bytes const& bytes) {
  std::lock_guard const lock(mutex_);
  auto const fits = queued_ == 0 || queued_ + bytes.size() <= engine::kMostOnTheWay;
  if (!held_ || !fits) {
    return false;
  }
  for (std::size_t at = 0; at < bytes.size(); at += kMostOfAPiece) {
    auto const size = std::min(kMostOfAPiece, bytes.size() - at);
    waiting_.emplace_back().set_data(bytes.data() + at, size);
    queued_ += size;
  }
  if (!writing_) {
    write_next();
  }
  return true;
}

void DriveCall::write_next() {
  writing_ = held_ && !waiting_.empty();
  if (writing_) {
    StartWrite(&waiting_.front());
  }
}

std::string DriveCall::take() {
  std::lock_guard const lock(mutex_);
  auto taken = std::exchange(arrived_, {});
  if (held_ && !reading_) {
    reading_ = true;
    StartRead(&in_);
  }
  return taken;
}

void DriveCall::OnReadDone(bool ok) {
  std::lock_guard const lock(mutex_);
  reading_ = false;
  if (!ok) {
    let_go();
    return;
  }
  if (drive_.empty()) {
    drive_ = in_.drive();
  }
  arrived_ += in_.data();
  if (held_ && arrived_.size() < kMostUntaken) {
    reading_ = true;
    StartRead(&in_);
  }
  wake();
}

void DriveCall::OnWriteDone(bool ok) {
  std::lock_guard const lock(mutex_);
  queued_ -= waiting_.front().data().size();
  waiting_.pop_front();
  writing_ = false;
  if (ok) {
    write_next();
  }
  if (!writing_) {
    wake();
  }
}

void DriveCall::OnDone(grpc::Status const& status) {
  std::shared_ptr<DriveCall> self;
  std::lock_guard const lock(mutex_);
  self = std::move(self_);
  held_ = false;
  end_ = status;
  wake();
}

void DriveCall::cancel() {
  std::lock_guard const lock(mutex_);
  context_.TryCancel();
  let_go();
}

/// No operation is begun from here on, but by what gRPC waits for anyway.
void DriveCall::let_go() {
  if (std::exchange(held_, false)) {
    RemoveHold();
  }
}

void DriveCall::wake() {
  if (wake_) {
    wake_();
  }
}

void DriveCall::forget_wake() {
  std::lock_guard const lock(mutex_);
  wake_ = nullptr;
}

std::string DriveCall::drive() const {
  std::lock_guard const lock(mutex_);
  return drive_;
}

bool DriveCall::has_more() const {
  std::lock_guard const lock(mutex_);
  return !arrived_.empty() || end_;
}

bool DriveCall::all_sent() const {
  std::lock_guard const lock(mutex_);
  return waiting_.empty();
}

std::optional<grpc::Status> DriveCall::end() const {
  std::lock_guard const lock(mutex_);
  return end_;
}

}  // namespace rpchspec::service
