#include "harness/engine/schedule.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <queue>
#include <thread>

#include "harness/loader/selector.hpp"
#include "reports/steps.hpp"

namespace rpchspec::engine {
namespace {

constexpr double kSetUpSeconds = 0.1;  // of a case that waits for nothing

double seconds_of(CaseJob const& job) {
  auto const expected = loader::expected_duration(*job.scenario);
  return kSetUpSeconds + std::chrono::duration<double>(expected).count();
}

/// Plays jobs[first, last) with a pool; begins them in order.
std::size_t run_side_by_side(std::vector<CaseJob> const& jobs,
                             std::size_t last,
                             std::size_t threads,
                             ScheduleHooks const& hooks) {
  std::mutex mutex;
  std::size_t next = 0;
  auto const worker = [&] {
    for (;;) {
      std::size_t mine = 0;
      {
        std::lock_guard const lock(mutex);
        if (next == last || !hooks.go_on()) {
          return;
        }
        mine = next++;
      }
      hooks.play(jobs[mine]);
    }
  };
  std::vector<std::thread> pool;
  for (std::size_t i = 0; i < std::min(threads, last); ++i) {
    pool.emplace_back(worker);
  }
  for (auto& thread : pool) {
    thread.join();
  }
  return next;
}

std::uint64_t payload_of(scenario::v1::Send const& send) {
  return send.bytes() * std::max(send.count(), 1U);
}

std::uint64_t payload_of(scenario::v1::Step const& step) {
  return step.has_client_send()   ? payload_of(step.client_send())
         : step.has_server_send() ? payload_of(step.server_send())
         : step.has_client_call()
             ? step.client_call().bytes() * std::max(step.client_call().count(), 1U)
             : 0;
}

}  // namespace

std::vector<CaseJob> in_order(std::vector<CaseJob> jobs) {
  std::stable_sort(jobs.begin(), jobs.end(), [](CaseJob const& a, CaseJob const& b) {
    if (a.alone != b.alone) {
      return b.alone;
    }
    return loader::expected_duration(*a.scenario) > loader::expected_duration(*b.scenario);
  });
  return jobs;
}

std::vector<CaseJob> run_jobs(std::vector<CaseJob> jobs,
                              std::size_t threads,
                              ScheduleHooks const& hooks) {
  auto const shared = static_cast<std::size_t>(
      std::count_if(jobs.begin(), jobs.end(), [](CaseJob const& job) { return !job.alone; }));
  auto begun = run_side_by_side(jobs, shared, std::max<std::size_t>(threads, 1), hooks);
  if (begun == shared) {
    while (begun < jobs.size() && hooks.go_on()) {
      hooks.play(jobs[begun++]);
    }
  }
  return {jobs.begin() + static_cast<std::ptrdiff_t>(begun), jobs.end()};
}

double estimated_seconds_alone(std::vector<CaseJob> const& jobs) {
  double alone = 0;
  for (auto const& job : jobs) {
    alone += job.alone ? seconds_of(job) : 0;
  }
  return alone;
}

double estimated_seconds(std::vector<CaseJob> const& jobs, std::size_t threads) {
  std::priority_queue<double, std::vector<double>, std::greater<>> busy_until;
  double latest = 0;
  for (auto const& job : jobs) {
    if (job.alone) {
      continue;
    }
    auto const takes = seconds_of(job);
    double begins = 0;
    if (busy_until.size() >= std::max<std::size_t>(threads, 1)) {
      begins = busy_until.top();
      busy_until.pop();
    }
    busy_until.push(begins + takes);
    latest = std::max(latest, begins + takes);
  }
  return latest + estimated_seconds_alone(jobs);
}

std::uint64_t estimated_bytes(std::vector<CaseJob> const& jobs) {
  std::uint64_t bytes = 0;
  for (auto const& job : jobs) {
    for (auto const& flat : reports::flatten_steps(*job.scenario)) {
      bytes += flat.step == nullptr ? 0 : 2 * payload_of(*flat.step);
    }
  }
  return bytes;
}

}  // namespace rpchspec::engine
