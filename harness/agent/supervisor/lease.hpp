// One caller's share of an agent: its runs, its fixtures, its ports, its folder.

#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/agent/supervisor/fixtures.hpp"
#include "harness/agent/supervisor/run.hpp"

namespace rpchspec::supervisor {

inline constexpr char const* kFixtures = "fixtures";  // below a lease's folder

using LeaseClock = std::chrono::steady_clock;

/// Runs are guarded by the supervisor's lock; fixtures guard themselves.
struct Lease {
  Lease(std::filesystem::path where,
        std::vector<std::uint16_t> own,
        SupervisorOptions const& options)
      : folder(std::move(where)),
        ports(own),
        fixtures(folder / kFixtures, std::move(own), options) {}

  std::string id;
  std::chrono::seconds ttl{};
  LeaseClock::time_point ends{};
  std::filesystem::path folder;
  std::vector<std::uint16_t> ports;
  std::map<std::string, std::shared_ptr<Run>> runs;
  std::vector<std::string> order;  // of the runs' starts
  std::atomic<std::uint32_t> calls{0};
  Fixtures fixtures;
};

/// A call of a lease that takes its time: counted while this object is there.
class Call {
 public:
  Call() = default;

  explicit Call(std::shared_ptr<Lease> lease) : lease_(std::move(lease)) { ++lease_->calls; }

  Call(Call&& other) noexcept = default;

  Call& operator=(Call&& other) noexcept {
    std::swap(lease_, other.lease_);
    return *this;
  }

  ~Call() {
    if (lease_) {
      --lease_->calls;
    }
  }

  Lease* operator->() const { return lease_.get(); }

 private:
  std::shared_ptr<Lease> lease_;
};

}  // namespace rpchspec::supervisor
