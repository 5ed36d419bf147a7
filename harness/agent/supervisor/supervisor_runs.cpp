#include <algorithm>

#include "harness/agent/supervisor/lint_scenarios.hpp"
#include "harness/agent/supervisor/run_words.hpp"
#include "harness/agent/supervisor/supervisor.hpp"

namespace rpchspec::supervisor {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{30};

using Semaphore = std::counting_semaphore<>;

/// One of the few places that a semaphore has.
class Place {
 public:
  Place(Semaphore& semaphore, std::chrono::seconds patience)
      : semaphore_(semaphore), is_ours_(semaphore.try_acquire_for(patience)) {}

  ~Place() {
    if (is_ours_) {
      semaphore_.release();
    }
  }

  Place(Place const&) = delete;
  Place& operator=(Place const&) = delete;

  [[nodiscard]] bool is_ours() const { return is_ours_; }

 private:
  Semaphore& semaphore_;
  bool is_ours_;
};

RunFolder folder_of(Lease const& lease, std::string const& run_id) {
  return {lease.folder / "runs" / run_id};
}

/// The draft becomes the run's folder.
Outcome<void> keep(RunFolder const& draft, RunFolder const& folder) {
  std::error_code error;
  fs::create_directories(folder.all.parent_path(), error);
  fs::rename(draft.all, folder.all, error);
  if (error) {
    return refuse(Why::unavailable, "the agent cannot write to its disk: " + error.message());
  }
  return {};
}

}  // namespace

/// Writes and lints the scenarios. Few of these at a time: each is given much memory.
Outcome<api::ValidateReply> Supervisor::look_at(api::RunRequest const& request,
                                                RunFolder const& folder) {
  if (auto written = write_scenarios(request, folder); !written) {
    return tl::unexpected(std::move(written.error()));
  }
  Place const place(lints_, kPatience);
  if (!place.is_ours()) {
    return refuse(Why::exhausted, "the agent is busy looking at other scenarios");
  }
  return lint_scenarios(request, folder, options_);
}

/// Of no lease, so that a lease that is closed meanwhile leaves nothing.
Outcome<OwnFolder> Supervisor::draft_folder(std::string const& lease) {
  std::lock_guard const lock(mutex_);
  auto const found = find_locked(lease);
  if (!found) {
    return tl::unexpected(found.error());
  }
  return OwnFolder(options_.folder / kDrafts / std::to_string(++drafts_));
}

Outcome<api::ValidateReply> Supervisor::validate(api::RunRequest const& request) {
  auto const draft = draft_folder(request.lease());
  if (!draft) {
    return tl::unexpected(draft.error());
  }
  if (auto checked = check_request(request, options_.quotas, targets_); !checked) {
    if (checked.error().why != Why::invalid) {
      return tl::unexpected(std::move(checked.error()));
    }
    api::ValidateReply reply;
    for (auto& each : checked.error().problems) {
      *reply.add_problems() = std::move(each);
    }
    reply.set_more(static_cast<std::uint32_t>(checked.error().more));
    return reply;
  }
  return look_at(request, {draft->path()});
}

/// What keeps it from being started. Null: nothing does. Else the run that this request is of.
Outcome<std::shared_ptr<Run>> Supervisor::check_room(Lease const& lease,
                                                     api::RunRequest const& request) const {
  if (auto const found = lease.runs.find(request.run_id()); found != lease.runs.end()) {
    if (found->second->request().SerializeAsString() == request.SerializeAsString()) {
      return found->second;
    }
    return refuse(Why::exists, "there is another run '" + request.run_id() + "'");
  }
  auto const folder = folder_of(lease, request.run_id()).all;
  if (std::any_of(ending_.begin(), ending_.end(),
                  [&](auto const& run) { return run->folder().all == folder; })) {
    return refuse(Why::not_now, "the run '" + request.run_id() +
                                    "' that was there is being ended: Reset has not answered yet");
  }
  if (lease.runs.size() >= options_.quotas.runs_kept) {
    return refuse(Why::exhausted, "the lease has " + std::to_string(lease.runs.size()) +
                                      " runs, and is allowed no more; Reset forgets them");
  }
  if (auto checked = check_quotas(request); !checked) {
    return tl::unexpected(std::move(checked.error()));
  }
  return nullptr;
}

std::vector<std::shared_ptr<Run>> Supervisor::all_runs() const {
  auto runs = ending_;
  for (auto const& [id, lease] : leases_) {
    for (auto const& [name, run] : lease->runs) {
      runs.push_back(run);
    }
  }
  return runs;
}

/// A run that goes on is counted with all the bytes that it may leave.
Outcome<void> Supervisor::check_quotas(api::RunRequest const& request) const {
  auto const& quotas = options_.quotas;
  std::uint32_t running = 0;
  std::uint64_t bytes = 0;
  for (auto const& run : all_runs()) {
    if (run->ended()) {
      bytes += run->bytes();
      continue;
    }
    ++running;
    bytes += quotas.run_bytes;
    if (!request.target().empty() && run->request().target() == request.target()) {
      return refuse(Why::not_now, "target '" + request.target() + "' is in use by another run");
    }
  }
  if (running >= quotas.runs) {
    return refuse(Why::exhausted,
                  "there are " + std::to_string(running) + " runs, and no more are allowed");
  }
  for (auto const& [id, lease] : leases_) {
    bytes += bytes_below(lease->folder / kFixtures);
  }
  if (bytes + quotas.run_bytes > quotas.disk_bytes) {
    return refuse(Why::exhausted,
                  "what runs and fixtures left, and may leave yet, takes " + std::to_string(bytes) +
                      " of " + std::to_string(quotas.disk_bytes) + " bytes, and a run " +
                      std::to_string(quotas.run_bytes) + "; Reset and CloseSession make room");
  }
  return {};
}

Outcome<std::shared_ptr<Run>> Supervisor::known_run(api::RunRequest const& request) {
  std::lock_guard const lock(mutex_);
  auto const lease = find_locked(request.lease());
  if (!lease) {
    return tl::unexpected(lease.error());
  }
  return check_room(**lease, request);
}

Outcome<std::shared_ptr<Run>> Supervisor::run(api::RunRequest const& request) {
  auto const draft = draft_folder(request.lease());
  if (!draft) {
    return tl::unexpected(draft.error());
  }
  if (auto checked = check_request(request, options_.quotas, targets_); !checked) {
    return tl::unexpected(std::move(checked.error()));
  }
  if (auto known = known_run(request); !known || *known != nullptr) {
    return known;
  }
  auto const looked = look_at(request, {draft->path()});
  if (!looked) {
    return tl::unexpected(looked.error());
  }
  if (looked->problems_size() > 0) {
    return refuse_all({looked->problems().begin(), looked->problems().end()}, looked->more());
  }
  return start(request, {draft->path()});
}

Outcome<std::shared_ptr<Run>> Supervisor::start(api::RunRequest const& request,
                                                RunFolder const& draft) {
  std::lock_guard const lock(mutex_);
  auto const lease = find_locked(request.lease());
  if (!lease) {
    return tl::unexpected(lease.error());
  }
  if (auto known = check_room(**lease, request); !known || *known != nullptr) {
    return known;
  }
  auto const folder = folder_of(**lease, request.run_id());
  if (auto kept = keep(draft, folder); !kept) {
    return tl::unexpected(std::move(kept.error()));
  }
  auto run = std::make_shared<Run>(request, folder, words_of(request, folder, targets_, options_));
  if (auto started = run->start(options_); !started) {
    std::error_code ignored;
    fs::remove_all(folder.all, ignored);
    return tl::unexpected(std::move(started.error()));
  }
  (*lease)->runs[request.run_id()] = run;
  (*lease)->order.push_back(request.run_id());
  return run;
}

Outcome<std::shared_ptr<Run>> Supervisor::find_run(std::string const& lease,
                                                   std::string const& run_id) {
  std::lock_guard const lock(mutex_);
  auto const found = find_locked(lease);
  if (!found) {
    return tl::unexpected(found.error());
  }
  auto const run = (*found)->runs.find(run_id);
  if (run == (*found)->runs.end()) {
    return refuse(Why::not_found, "the lease has no such run");
  }
  return run->second;
}

Outcome<api::ListRunsReply> Supervisor::list_runs(std::string const& lease) {
  std::lock_guard const lock(mutex_);
  auto const found = find_locked(lease);
  if (!found) {
    return tl::unexpected(found.error());
  }
  api::ListRunsReply reply;
  for (auto const& id : (*found)->order) {
    *reply.add_runs() = (*found)->runs.at(id)->state();
  }
  return reply;
}

}  // namespace rpchspec::supervisor
