#include "harness/agent/supervisor/supervisor.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include <google/protobuf/util/time_util.h>

#include "harness/agent/supervisor/run_words.hpp"
#include "harness/agent/supervisor/secret.hpp"

namespace rpchspec::supervisor {

namespace {

namespace fs = std::filesystem;
using google::protobuf::util::TimeUtil;
using std::chrono::seconds;

constexpr seconds kDefaultTtl = std::chrono::minutes(10);
constexpr char const* kApi = "rpchspec.v1";
constexpr char const* kSuite = "1.0";

tl::unexpected<Error> cannot_use(std::string text) {
  return fail({ErrorCode::io, 0, "folder", {}, std::move(text)});
}

Outcome<seconds> ttl_of(api::OpenSessionRequest const& request, seconds most) {
  if (!request.has_ttl()) {
    return std::min(kDefaultTtl, most);
  }
  auto const ttl = seconds(request.ttl().seconds());
  if (ttl < seconds(1) || ttl > most) {
    return refuse_field("ttl", "expected 1 s to " + std::to_string(most.count()) + " s");
  }
  return ttl;
}

api::Session told(Lease const& lease) {
  api::Session session;
  session.set_lease(lease.id);
  session.mutable_ttl()->set_seconds(lease.ttl.count());
  auto const left = lease.ends - LeaseClock::now();
  *session.mutable_ends() = TimeUtil::GetCurrentTime() +
                            TimeUtil::NanosecondsToDuration(
                                std::chrono::duration_cast<std::chrono::nanoseconds>(left).count());
  for (auto const port : lease.ports) {
    session.add_ports(port);
  }
  return session;
}

void remove_folder(fs::path const& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::open(SupervisorOptions options) {
  TargetsFolder targets;
  if (!options.targets.empty()) {
    auto loaded = TargetsFolder::load(options.targets);
    if (!loaded) {
      return tl::unexpected(loaded.error());
    }
    targets = std::move(*loaded);
  }
  std::error_code error;
  options.folder = fs::absolute(options.folder, error);
  fs::create_directories(options.folder, error);
  auto const file = options.folder / "lock";
  int const lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return cannot_use("cannot write to the folder '" + options.folder.string() + "'");
  }
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return cannot_use("another agent uses the folder '" + options.folder.string() +
                      "'; see --folder");
  }
  remove_folder(options.folder / kLeases);
  remove_folder(options.folder / kDrafts);
  chmod(options.folder.c_str(), S_IRWXU);
  std::ofstream none(options.folder / kNoTargets);
  none << "defaults: {}\n";
  if (!none.flush()) {
    close(lock);
    return cannot_use("cannot write to the folder '" + options.folder.string() + "'");
  }
  return std::unique_ptr<Supervisor>(new Supervisor(std::move(options), std::move(targets), lock));
}

Supervisor::Supervisor(SupervisorOptions options, TargetsFolder targets, int lock)
    : options_(std::move(options)),
      targets_(std::move(targets)),
      lock_(lock),
      ports_(options_.first_port, options_.last_port, options_.fixture_address),
      janitor_([this] { end_those_run_out(); }) {}

Supervisor::~Supervisor() {
  leave();
  janitor_.join();
  close(lock_);
}

api::HelloReply Supervisor::hello() const {
  api::HelloReply reply;
  auto& version = *reply.mutable_version();
  version.set_name("rpchspec");
  version.set_version(options_.version);
  version.set_suite(kSuite);
  version.set_api(kApi);
  for (auto const* each : {"run", "inline-scenarios", "fixture"}) {
    reply.add_capabilities(each);
  }
  *reply.mutable_clock() = TimeUtil::GetCurrentTime();
  reply.set_monotonic_ns(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(LeaseClock::now().time_since_epoch())
          .count()));
  for (auto const& name : targets_.names()) {
    reply.add_targets(name);
  }
  auto const& quotas = options_.quotas;
  auto& told = *reply.mutable_quotas();
  told.set_sessions(quotas.sessions);
  told.set_runs(quotas.runs);
  told.set_fixtures(quotas.fixtures);
  told.mutable_run_time()->set_seconds(quotas.run_time.count());
  told.set_run_bytes(quotas.run_bytes);
  told.set_runs_kept(quotas.runs_kept);
  told.set_message_bytes(quotas.message_bytes);
  told.set_scenario_bytes(quotas.scenario_bytes);
  told.set_scenarios(quotas.scenarios);
  told.set_disk_bytes(quotas.disk_bytes);
  told.set_calls(quotas.calls);
  told.mutable_ttl()->set_seconds(quotas.ttl.count());
  return reply;
}

Outcome<api::Session> Supervisor::open_session(api::OpenSessionRequest const& request) {
  auto const ttl = ttl_of(request, options_.quotas.ttl);
  if (!ttl) {
    return tl::unexpected(ttl.error());
  }
  std::lock_guard const lock(mutex_);
  if (stopping_) {
    return refuse(Why::unavailable, "the agent is leaving");
  }
  if (leases_.size() >= options_.quotas.sessions) {
    return refuse(Why::exhausted, "there are " + std::to_string(leases_.size()) +
                                      " sessions, and no more are allowed");
  }
  auto ports = ports_.take();
  if (!ports) {
    return refuse(Why::exhausted, "there are no free ports left for a session");
  }
  auto const folder = options_.folder / kLeases / std::to_string(++made_);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    ports_.give_back(*ports);
    return refuse(Why::unavailable, "the agent cannot write to its disk: " + error.message());
  }
  auto lease = std::make_shared<Lease>(folder, std::move(*ports), options_);
  lease->id = new_secret();
  lease->ttl = *ttl;
  lease->ends = LeaseClock::now() + *ttl;
  leases_[lease->id] = lease;
  changed_.notify_all();
  return told(*lease);
}

Outcome<Call> Supervisor::enter(std::string const& lease) {
  std::lock_guard const lock(mutex_);
  auto const found = find_locked(lease);
  if (!found) {
    return tl::unexpected(found.error());
  }
  if ((*found)->calls >= options_.quotas.calls) {
    return refuse(Why::exhausted, "the session has " + std::to_string(options_.quotas.calls) +
                                      " calls under way, and is allowed no more at a time");
  }
  return Call(*found);
}

Outcome<std::shared_ptr<Lease>> Supervisor::find_locked(std::string const& lease) const {
  auto const found = leases_.find(lease);
  if (found == leases_.end() || found->second->ends <= LeaseClock::now()) {
    return refuse(Why::not_found, "there is no such lease, or it has run out");
  }
  return found->second;
}

Outcome<api::Session> Supervisor::keep_alive(std::string const& lease) {
  std::lock_guard const lock(mutex_);
  auto const found = find_locked(lease);
  if (!found) {
    return tl::unexpected(found.error());
  }
  (*found)->ends = LeaseClock::now() + (*found)->ttl;
  changed_.notify_all();
  return told(**found);
}

}  // namespace rpchspec::supervisor
