// Leases, and all that runs in them. What a service may be asked for, without the service.

#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>

#include "harness/agent/supervisor/lease.hpp"
#include "harness/agent/supervisor/options.hpp"
#include "harness/agent/supervisor/outcome.hpp"
#include "harness/agent/supervisor/ports.hpp"
#include "harness/agent/supervisor/targets_folder.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::supervisor {

/// Thread-safe.
class Supervisor {
 public:
  /// Takes the folder, and removes what leases of an earlier one left there. io: it is not ours to
  /// write, or another agent has it; bad_value: of the targets.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>> open(SupervisorOptions options);

  ~Supervisor();
  Supervisor(Supervisor const&) = delete;
  Supervisor& operator=(Supervisor const&) = delete;

  /// Ends all that runs, and waits for that; sessions are over, and there are no new ones.
  void leave();

  [[nodiscard]] api::HelloReply hello() const;

  [[nodiscard]] Outcome<api::Session> open_session(api::OpenSessionRequest const& request);
  [[nodiscard]] Outcome<api::Session> keep_alive(std::string const& lease);
  [[nodiscard]] Outcome<void> close_session(std::string const& lease);
  [[nodiscard]] Outcome<api::ResetSessionReply> reset(std::string const& lease);

  [[nodiscard]] Outcome<api::ValidateReply> validate(api::RunRequest const& request);

  /// The run that goes on, or that this very request started before.
  [[nodiscard]] Outcome<std::shared_ptr<Run>> run(api::RunRequest const& request);
  [[nodiscard]] Outcome<std::shared_ptr<Run>> find_run(std::string const& lease,
                                                       std::string const& run_id);
  [[nodiscard]] Outcome<api::ListRunsReply> list_runs(std::string const& lease);

  /// not_found: there is none of this id, or it has run out. exhausted: it has as many calls under
  /// way as it may have, so that others find a thread of the service, too.
  [[nodiscard]] Outcome<Call> enter(std::string const& lease);

 private:
  static constexpr int kMostLints = 2;  // at a time

  explicit Supervisor(SupervisorOptions options, TargetsFolder targets, int lock);

  [[nodiscard]] Outcome<std::shared_ptr<Lease>> find_locked(std::string const& lease) const;
  [[nodiscard]] Outcome<OwnFolder> draft_folder(std::string const& lease);
  [[nodiscard]] Outcome<api::ValidateReply> look_at(api::RunRequest const& request,
                                                    RunFolder const& folder);
  [[nodiscard]] Outcome<std::shared_ptr<Run>> check_room(Lease const& lease,
                                                         api::RunRequest const& request) const;
  [[nodiscard]] Outcome<void> check_quotas(api::RunRequest const& request) const;
  [[nodiscard]] std::vector<std::shared_ptr<Run>> all_runs() const;
  [[nodiscard]] Outcome<std::shared_ptr<Run>> known_run(api::RunRequest const& request);
  [[nodiscard]] Outcome<std::shared_ptr<Run>> start(api::RunRequest const& request,
                                                    RunFolder const& draft);
  [[nodiscard]] std::vector<std::shared_ptr<Run>> forget_runs(Lease& lease);
  void end(std::vector<std::shared_ptr<Run>> const& runs);
  void drop(std::shared_ptr<Lease> const& lease);
  void end_those_run_out();

  SupervisorOptions options_;
  TargetsFolder targets_;
  int lock_ = -1;  // a file in our folder
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Ports ports_;
  std::map<std::string, std::shared_ptr<Lease>> leases_;
  std::vector<std::shared_ptr<Run>> ending_;  // of no lease any more, but not gone yet
  std::uint64_t made_ = 0;                    // leases so far: names of their folders
  std::uint64_t drafts_ = 0;
  std::counting_semaphore<> lints_{kMostLints};
  bool stopping_ = false;
  std::thread janitor_;
};

}  // namespace rpchspec::supervisor
