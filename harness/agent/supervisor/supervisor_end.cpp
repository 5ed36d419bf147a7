#include <algorithm>

#include "harness/agent/supervisor/supervisor.hpp"

namespace rpchspec::supervisor {

namespace {

void remove_folder_of(Run const& run) {
  std::error_code ignored;
  std::filesystem::remove_all(run.folder().all, ignored);
}

}  // namespace

void Supervisor::leave() {
  std::map<std::string, std::shared_ptr<Lease>> leases;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    leases.swap(leases_);
    for (auto const& [id, lease] : leases) {
      for (auto const& [name, run] : lease->runs) {
        run->cancel();
      }
    }
  }
  changed_.notify_all();
  for (auto const& [id, lease] : leases) {
    lease->fixtures.close();
  }
  for (auto const& [id, lease] : leases) {
    drop(lease);
  }
}

Outcome<void> Supervisor::close_session(std::string const& lease) {
  std::shared_ptr<Lease> closed;
  {
    std::lock_guard const lock(mutex_);
    auto const found = find_locked(lease);
    if (!found) {
      return tl::unexpected(found.error());
    }
    closed = *found;
    leases_.erase(lease);
  }
  drop(closed);
  return {};
}

Outcome<api::ResetSessionReply> Supervisor::reset(std::string const& id) {
  std::shared_ptr<Lease> lease;
  std::vector<std::shared_ptr<Run>> runs;
  {
    std::lock_guard const lock(mutex_);
    auto const found = find_locked(id);
    if (!found) {
      return tl::unexpected(found.error());
    }
    lease = *found;
    runs = forget_runs(*lease);
  }
  end(runs);
  api::ResetSessionReply reply;
  reply.set_runs(static_cast<std::uint32_t>(runs.size()));
  reply.set_fixtures(lease->fixtures.stop_all());
  return reply;
}

/// Nobody finds them any more, but they count until they are gone.
std::vector<std::shared_ptr<Run>> Supervisor::forget_runs(Lease& lease) {
  std::vector<std::shared_ptr<Run>> runs;
  for (auto const& [id, run] : lease.runs) {
    runs.push_back(run);
  }
  ending_.insert(ending_.end(), runs.begin(), runs.end());
  lease.runs.clear();
  lease.order.clear();
  return runs;
}

/// Ends runs that were forgotten, side by side, and waits until they are gone.
void Supervisor::end(std::vector<std::shared_ptr<Run>> const& runs) {
  for (auto const& run : runs) {
    run->cancel();
  }
  for (auto const& run : runs) {
    run->events().wait_for_end();
    remove_folder_of(*run);
  }
  std::lock_guard const lock(mutex_);
  std::erase_if(ending_, [&](auto const& each) {
    return std::find(runs.begin(), runs.end(), each) != runs.end();
  });
}

/// Of a lease that nobody can find any more.
void Supervisor::drop(std::shared_ptr<Lease> const& lease) {
  std::vector<std::shared_ptr<Run>> runs;
  {
    std::lock_guard const lock(mutex_);
    runs = forget_runs(*lease);
  }
  lease->fixtures.close();
  end(runs);
  lease->fixtures.stop_all();
  std::error_code ignored;
  std::filesystem::remove_all(lease->folder, ignored);
  std::lock_guard const lock(mutex_);
  ports_.give_back(lease->ports);
}

void Supervisor::end_those_run_out() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto const first = std::min_element(
        leases_.begin(), leases_.end(),
        [](auto const& a, auto const& b) { return a.second->ends < b.second->ends; });
    if (first == leases_.end()) {
      changed_.wait(lock);
    } else if (auto const ends = first->second->ends; LeaseClock::now() < ends) {
      changed_.wait_until(lock, ends);
    } else {
      auto const lease = first->second;
      leases_.erase(first);
      lock.unlock();
      drop(lease);
      lock.lock();
    }
  }
}

}  // namespace rpchspec::supervisor
