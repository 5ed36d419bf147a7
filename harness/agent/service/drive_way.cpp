#include "harness/agent/service/drive_way.hpp"

#include <algorithm>
#include <mutex>

#include "harness/agent/service/channel.hpp"
#include "harness/agent/service/drive_call.hpp"
#include "harness/engine/frame_buffer.hpp"
#include "net/event.hpp"

namespace rpchspec::service {

namespace {

using engine::Frame;

Error link_error(std::string why) {
  return {ErrorCode::io, 0, "link", "", std::move(why)};
}

/// Why a stream is over.
Error over(grpc::Status const& status) {
  if (status.ok() || status.error_code() == grpc::StatusCode::CANCELLED) {
    return link_error("the link ended");
  }
  return link_error("the link ended: " + status.error_message());
}

class DriveLink final : public engine::Link {
 public:
  DriveLink(net::Executor const& executor, std::shared_ptr<OpenCalls> calls)
      : changed_(std::make_shared<net::Event>(executor)),
        call_(std::make_shared<DriveCall>(
            [executor, changed = std::weak_ptr(changed_)] {
              net::asio::post(executor, [changed] {
                if (auto const there = changed.lock()) {
                  there->notify();
                }
              });
            },
            std::move(calls))) {}

  ~DriveLink() override {
    call_->forget_wake();
    call_->cancel();
  }

  DriveLink(DriveLink const&) = delete;
  DriveLink& operator=(DriveLink const&) = delete;

  /// The agent's answer: the drive that this link belongs to.
  net::Task<Result<std::string>> begin(DriveCall::Stub& stub,
                                       std::string token,
                                       std::string drive,
                                       net::Deadline deadline) {
    call_->start(stub, token, drive);
    auto const known = [this] { return !call_->drive().empty() || call_->end(); };
    auto const in_time = co_await changed_->wait(known, deadline);
    if (auto const end = call_->end(); end && call_->drive().empty()) {
      co_return tl::unexpected(
          link_error(end->ok() ? "it ends the link at once" : end->error_message()));
    }
    if (!in_time) {
      co_return tl::unexpected(link_error("time-out"));
    }
    co_return call_->drive();
  }

  Result<void> post(Frame const& frame) override {
    auto const bytes = engine::to_bytes(frame);
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    if (call_->send(*bytes)) {
      return {};
    }
    auto const end = call_->end();
    return tl::unexpected(end ? over(*end)
                              : Error{ErrorCode::too_large, 0, "link", "",
                                      "the link ends, or does not keep up with the case"});
  }

  net::Task<Result<Frame>> receive(net::Deadline deadline) override {
    for (;;) {
      auto frame = arrived_.next(most_);
      if (!frame) {
        co_return tl::unexpected(frame.error());
      }
      if (*frame) {
        co_return **std::move(frame);
      }
      auto const end = call_->end();  // before the last look at what came
      if (!take()) {
        if (end) {
          co_return tl::unexpected(over(*end));
        }
        auto const known = [this] { return call_->has_more(); };
        auto const in_time = co_await changed_->wait(known, deadline);
        if (!in_time) {
          co_return tl::unexpected(link_error("time-out"));
        }
      }
    }
  }

  /// gRPC has threads of its own for that.
  net::Task<> run() override {
    auto const over_now = [this] { return call_->end().has_value(); };
    (void)co_await changed_->wait(over_now, net::Deadline::never());
  }

  net::Task<bool> sent(net::Deadline deadline) override {
    auto const done = [this] { return call_->all_sent() || call_->end(); };
    (void)co_await changed_->wait(done, deadline);
    co_return call_->all_sent();
  }

  void close() override { call_->cancel(); }

  void set_most(std::size_t bytes) override { most_ = bytes; }

  [[nodiscard]] std::string const& local_address() const override { return local_; }

 private:
  /// As much of what came as goes into the buffer. @return false: nothing came.
  bool take() {
    if (taken_.size() == used_) {
      taken_ = call_->take();
      used_ = 0;
    }
    if (taken_.empty()) {
      return false;
    }
    auto const room = arrived_.prepare(most_);
    auto const count = std::min(room.size(), taken_.size() - used_);
    std::copy_n(taken_.begin() + static_cast<std::ptrdiff_t>(used_), count, room.begin());
    arrived_.commit(count);
    used_ += count;
    return true;
  }

  std::shared_ptr<net::Event> changed_;
  std::shared_ptr<DriveCall> call_;
  engine::FrameBuffer arrived_;
  std::string taken_;  // of the call, and how much of it is in the buffer
  std::size_t used_ = 0;
  std::size_t most_ = engine::kMostOfAFrame;
  std::string local_;
};

class DriveWay final : public engine::WayToPeer {
 public:
  explicit DriveWay(CallerOptions const& options)
      : address_(options.address),
        token_(options.token),
        stub_(api::Servers::NewStub(channel_of(options))) {}

  /// Precondition: its links are gone.
  ~DriveWay() override { calls_->wait_for_none(); }

  DriveWay(DriveWay const&) = delete;
  DriveWay& operator=(DriveWay const&) = delete;

  net::Task<Result<std::unique_ptr<engine::Link>>> connect(net::Executor executor,
                                                           net::Deadline deadline) override {
    auto link = std::make_unique<DriveLink>(executor, calls_);
    auto const began = co_await link->begin(*stub_, token_, drive(), deadline);
    if (!began) {
      co_return tl::unexpected(began.error());
    }
    keep(*began);
    std::unique_ptr<engine::Link> made = std::move(link);
    co_return made;
  }

  [[nodiscard]] std::string const& address() const override { return address_; }

  [[nodiscard]] std::string const& token() const override { return drive_; }

 private:
  std::string drive() const {
    std::lock_guard const lock(mutex_);
    return drive_;
  }

  void keep(std::string const& drive) {
    std::lock_guard const lock(mutex_);
    if (drive_.empty()) {
      drive_ = drive;
    }
  }

  std::string address_;
  std::string token_;
  std::unique_ptr<DriveCall::Stub> stub_;
  std::shared_ptr<OpenCalls> calls_ = std::make_shared<OpenCalls>();
  mutable std::mutex mutex_;
  std::string drive_;  // once the first link is made
};

}  // namespace

std::unique_ptr<engine::WayToPeer> drive_way(CallerOptions const& options) {
  return std::make_unique<DriveWay>(options);
}

}  // namespace rpchspec::service
