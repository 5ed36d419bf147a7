#include "harness/engine/run.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <mutex>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "harness/engine/case_place.hpp"
#include "harness/engine/case_run.hpp"
#include "harness/engine/output.hpp"
#include "harness/engine/preflight.hpp"
#include "harness/engine/proxy_under_test.hpp"
#include "harness/engine/proxy_use.hpp"
#include "harness/engine/schedule.hpp"
#include "harness/engine/shared_listeners.hpp"
#include "harness/loader/selector.hpp"
#include "harness/targets/needs.hpp"
#include "harness/targets/program.hpp"
#include "reports/findings.hpp"
#include "reports/repetitions.hpp"
#include "reports/run_result.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::engine {
namespace {

namespace scn = scenario::v1;
using model::CaseResult;
using model::Verdict;
using targets::Topology;

constexpr std::size_t kMostJobs = 64;

std::string utc(char const* format) {
  return fmt::format(fmt::runtime(format), fmt::gmtime(std::time(nullptr)));
}

bool is_trouble(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::blocked || verdict == Verdict::error;
}

/// What is played under one configuration of the target.
struct Stage {
  targets::Target const* target = nullptr;
  std::vector<CaseJob> jobs = {};
};

class Run {
 public:
  Run(RunRequest const& request, RunObserver& observer, std::atomic<int> const& stop)
      : request_(request),
        observer_(observer),
        stop_(stop),
        output_(request),
        proxy_(request.out, stop) {
    stages_.push_back({&request.target});
    for (auto const& target : request.configurations) {
      stages_.push_back({&target});
    }
  }

  RunOutcome go();

 private:
  void play_stages();
  void begin_stage(Stage const& stage);
  void end_stage(std::size_t index);
  bool prepare();
  Result<targets::Target> with_upstream_certificate() const;
  bool enter_configuration();
  bool determine_proxy_use();
  void check_way();
  void play_all();
  void play(CaseJob const& job);
  CaseResult play_once(CaseJob const& job, bool retry);
  void take(CaseResult result, std::filesystem::path const& journal);
  void check_sanity_after(CaseResult const& culprit);
  bool go_on() const;
  std::string why_not_run() const;
  void select();
  model::RunResult planned() const;
  void stop_writing(std::string const& why);
  Stage* stage_for(scn::Scenario const& scenario);
  void estimate();
  void finish();
  void fail_to_start(std::string why);

  /// The target as it is configured now.
  [[nodiscard]] targets::Target const& target() const { return *target_; }

  [[nodiscard]] std::size_t threads_for(std::size_t jobs) const {
    return request_.jobs != 0 ? request_.jobs : std::clamp<std::size_t>(jobs, 1, kMostJobs);
  }

  /// Of a case's evidence. Repetitions run side by side: each has its own; so has each
  /// configuration's sanity.
  [[nodiscard]] std::filesystem::path directory_of(CaseJob const& job) const {
    auto suffix = request_.repeat > 1 ? fmt::format("~{}", job.repetition + 1) : std::string();
    if (job.scenario->role() != scn::Scenario::ORDINARY && !target().configuration.empty()) {
      suffix += "~" + target().configuration;
    }
    return output_.case_directory(job.scenario->id() + suffix);
  }

  [[nodiscard]] std::string rerun(std::string const& id) const {
    return request_.rerun ? request_.rerun(id) : std::string();
  }

  RunRequest const& request_;
  RunObserver& observer_;
  std::atomic<int> const& stop_;
  Output output_;
  RunOutcome outcome_;
  std::optional<SharedListeners> shared_;
  ProxyUnderTest proxy_;
  std::string absent_;  // why the target cannot be started on this machine
  std::optional<Surroundings> surroundings_;
  std::vector<Stage> stages_;
  targets::Target const* target_ = &request_.target;
  std::vector<CaseJob> jobs_;  // of the stage
  reports::FindingCollector findings_;
  TimePoint begun_ = Clock::now();
  mutable std::mutex mutex_;
  bool failed_fast_ = false;
  std::string dead_;           // why the proxy can't be tested any further
  std::string unwritable_;     // why nothing more can be written, as of a full disk
  std::string suspect_since_;  // the case after which sanity broke
  std::atomic<bool> proxy_died_{false};
  std::atomic<bool> checking_{false};
  std::atomic<std::uint32_t> next_number_{1};
};

RunOutcome Run::go() {
  auto& result = outcome_.result;
  result = begun(request_);
  if (auto const opened = output_.open(result); !opened) {
    fail_to_start(to_string(opened.error()));
    return std::move(outcome_);
  }
  absent_ = targets::why_absent(request_.target.program);
  if (absent_.empty() && !result.target.facts.contains("version")) {
    auto const version = targets::version_of(request_.target.program, request_.out / "version.log");
    if (!version.empty()) {
      result.target.facts["version"] = version;
    }
  }
  select();
  if (auto const room = output_.plan(planned()); !room) {
    fail_to_start(to_string(room.error()));
    return std::move(outcome_);
  }
  estimate();
  if (absent_.empty()) {
    play_stages();
  }
  finish();
  return std::move(outcome_);
}

/// Each configuration in turn, but for those that no case is left for.
void Run::play_stages() {
  auto const idle = std::all_of(stages_.begin(), stages_.end(),
                                [](Stage const& stage) { return stage.jobs.empty(); });
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].jobs.empty() && !(idle && i == 0)) {
      continue;
    }
    begin_stage(stages_[i]);
    if (go_on() && prepare()) {
      check_way();
      play_all();
    }
    end_stage(i);
  }
}

/// Of the proxy's state under another configuration nothing is known.
void Run::begin_stage(Stage const& stage) {
  std::lock_guard const lock(mutex_);
  target_ = stage.target;
  jobs_ = stage.jobs;
  dead_.clear();
  suspect_since_.clear();
  proxy_died_ = false;
  if (!target().configuration.empty()) {
    observer_.on_note(
        fmt::format("configuration {}: {} cases", target().configuration, stage.jobs.size()));
  }
}

/// What did not run is told with its reason here, before the next stage has others.
void Run::end_stage(std::size_t index) {
  proxy_.unwatch();
  auto const last = index + 1 == stages_.size();
  if (last || stages_[index + 1].target->reconfigure.empty()) {
    proxy_.stop();
  }
  surroundings_.reset();
  shared_.reset();
  auto& cases = outcome_.result.cases;
  std::set<std::string> told;
  for (auto const& known : cases) {
    told.insert(known.id);
  }
  for (auto const& job : jobs_) {
    if (told.insert(job.scenario->id()).second) {
      cases.push_back(reports::unexecuted(*job.scenario, Verdict::not_run, why_not_run(),
                                          rerun(job.scenario->id())));
      cases.back().configuration = target().configuration;
    }
  }
}

void Run::fail_to_start(std::string why) {
  observer_.on_note(why);
  outcome_.could_not_start = why;
  outcome_.exit.could_not_start = true;
  dead_ = std::move(why);
}

bool Run::prepare() {
  auto certificate = net::self_signed({"localhost", "127.0.0.1"});
  if (!certificate) {
    fail_to_start(to_string(certificate.error()));
    return false;
  }
  auto const reachable = with_upstream_certificate();
  if (!reachable) {
    fail_to_start(to_string(reachable.error()));
    return false;
  }
  auto shared = SharedListeners::open(*reachable);
  if (!shared) {
    fail_to_start(to_string(shared.error()));
    return false;
  }
  shared_.emplace(std::move(*shared));
  surroundings_.emplace(Surroundings{target(), *request_.registry, request_.seed,
                                     request_.timeout_scale, request_.strict, request_.tool_version,
                                     *certificate, shared_->own_address(), shared_->server_legs(),
                                     shared_->upstream(), shared_->upstream_binding()});
  return enter_configuration() && determine_proxy_use();
}

/// MS-RPCH 3.2.2.4.1.1, once for all cases.
bool Run::determine_proxy_use() {
  if (!target().forward_proxy || jobs_.empty()) {
    return true;
  }
  auto const use = engine::determine_proxy_use(*surroundings_);
  if (!use) {
    fail_to_start(use.error().detail);
    return false;
  }
  surroundings_->indirect = *use == session::ProxyUse::indirect;
  observer_.on_note(surroundings_->indirect
                        ? "the proxy is reached through " + target().forward_proxy->text
                        : "the proxy is reached directly, not through " +
                              target().forward_proxy->text);
  return true;
}

/// --upstream-tls front: the files of the certificate that the front gets.
Result<targets::Target> Run::with_upstream_certificate() const {
  auto made = target();
  if (made.upstream_tls == "front") {
    auto const folder = proxy_.certificate(made);
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    made.upstream_tls = (*folder / "cert.pem").string() + "," + (*folder / "key.pem").string();
  }
  return made;
}

bool Run::enter_configuration() {
  if (auto const entered = proxy_.enter(target(), shared_->own_address()); !entered) {
    fail_to_start(entered.error().detail);
    return false;
  }
  surroundings_->proxy_group = proxy_.group();
  surroundings_->proxy_log = proxy_.log();
  proxy_.watch([this](std::string const& how) {
    std::lock_guard const lock(mutex_);
    dead_ = dead_.empty() ? how : dead_;
    proxy_died_ = true;
    observer_.on_note(how);
  });
  return true;
}

/// The first configuration that shows this case; null: none does.
Stage* Run::stage_for(scn::Scenario const& scenario) {
  auto const fits = [&](Stage const& stage) {
    return !targets::skip_reason(scenario, *stage.target);
  };
  auto const found = std::find_if(stages_.begin(), stages_.end(), fits);
  return found == stages_.end() ? nullptr : &*found;
}

void Run::select() {
  for (auto const& scenario : request_.scenarios) {
    auto* const stage = absent_.empty() ? stage_for(scenario) : nullptr;
    if (stage == nullptr) {
      auto reason = absent_.empty() ? *targets::skip_reason(scenario, request_.target)
                                    : reports::SkipReason{scenario.id(), absent_, {}};
      outcome_.result.cases.push_back(
          reports::unexecuted(scenario, Verdict::skip, reason.reason, rerun(scenario.id())));
      observer_.on_case_skipped(outcome_.result.cases.back());
      outcome_.skipped.push_back(std::move(reason));
      continue;
    }
    auto const shares_servers =
        targets::has_our_servers(stage->target->topology) && !has_own_addresses(*stage->target);
    auto const alone = scenario.exclusive() || (shares_servers && ends_unattributed(scenario));
    for (std::uint32_t i = 0; i < std::max(request_.repeat, 1U); ++i) {
      stage->jobs.push_back({&scenario, next_number_++, alone, false, i});
    }
  }
  for (auto& stage : stages_) {
    stage.jobs = in_order(std::move(stage.jobs));
  }
}

/// What a results.json says that is never finished.
model::RunResult Run::planned() const {
  auto run = outcome_.result;
  for (auto const& stage : stages_) {
    for (auto const& job : stage.jobs) {
      if (job.repetition == 0) {
        run.cases.push_back(reports::unexecuted(*job.scenario, Verdict::not_run,
                                                "the run did not come to it",
                                                rerun(job.scenario->id())));
      }
    }
  }
  reports::summarize(run);
  return run;
}

/// A case whose evidence is lost may have its verdict; nothing else begins. mutex_ is held.
void Run::stop_writing(std::string const& why) {
  if (unwritable_.empty()) {
    unwritable_ = why;
    outcome_.exit.could_not_start = true;
    observer_.on_note(why);
  }
}

void Run::estimate() {
  reports::Estimate estimate;
  for (auto const& stage : stages_) {
    auto const threads = threads_for(stage.jobs.size());
    estimate.cases += stage.jobs.size();
    estimate.jobs = std::max(estimate.jobs, threads);
    estimate.seconds += estimated_seconds(stage.jobs, threads);
    estimate.bytes += estimated_bytes(stage.jobs);
  }
  estimate.embedded = request_.target.topology == Topology::embedded;
  estimate.target = request_.target.urls.empty()
                        ? "the embedded reference proxy"
                        : fmt::format("{} ({})", request_.target.urls.front().text,
                                      targets::to_string(request_.target.topology));
  observer_.on_estimate(estimate);
}

/// Sanity first: when the way is closed there is no point in three hundred failures.
void Run::check_way() {
  if (!request_.target.defect.empty()) {
    return;  // broken on purpose: what fails is what one wants to see
  }
  for (auto const& scenario : request_.sanity) {
    if (targets::skip_reason(scenario, target()) || !go_on()) {
      continue;
    }
    auto const job = CaseJob{&scenario, next_number_++, true, false};
    auto result = play_once(job, false);
    auto const journal = directory_of(job) / "journal.bin";
    if (is_trouble(result.verdict) && scenario.role() == scn::Scenario::SANITY) {
      auto const way = read_way(journal);
      auto const server =
          server_name(*surroundings_, {&scenario, job.number, {}, {}, true, false}) + ":" +
          std::to_string(target().backend_ports.front());
      auto const words = advice(way, target(), server);
      dead_ = words.empty()
                  ? "the sanity case " + scenario.id() +
                        " did not pass: " + result.message.substr(result.message.rfind('\n') + 1)
                  : words;
      outcome_.exit.could_not_start =
          (!way.proxy_reached && !target().urls.empty()) || leads_nowhere(way, target());
      observer_.on_note(dead_);
      if (outcome_.exit.could_not_start) {  // of a proxy that is not there nothing was judged
        result = reports::unexecuted(scenario, Verdict::not_run, dead_, rerun(scenario.id()));
      }
    }
    auto const selected = std::any_of(jobs_.begin(), jobs_.end(), [&](CaseJob const& chosen) {
      return chosen.scenario->id() == scenario.id();
    });
    if (selected || result.verdict != Verdict::pass) {
      take(std::move(result), journal);
    } else {
      std::error_code ignored;
      std::filesystem::remove_all(journal.parent_path(), ignored);
    }
  }
}

bool Run::go_on() const {
  std::lock_guard const lock(mutex_);
  return stop_ == 0 && !failed_fast_ && dead_.empty() && unwritable_.empty() &&
         Clock::now() - begun_ < request_.max_time;
}

std::string Run::why_not_run() const {
  if (stop_ != 0) {
    return "the run was interrupted";
  }
  if (!unwritable_.empty() || !dead_.empty()) {
    return unwritable_.empty() ? dead_ : unwritable_;
  }
  return failed_fast_ ? "an earlier case failed (--fail-fast)"
                      : "the run's time was up (--max-time)";
}

void Run::play_all() {
  auto const threads = threads_for(jobs_.size());
  std::set<std::string> played;
  for (auto const& result : outcome_.result.cases) {
    played.insert(result.id);
  }
  std::erase_if(jobs_, [&](CaseJob const& job) {
    return job.repetition == 0 && played.contains(job.scenario->id());
  });
  ScheduleHooks hooks;
  hooks.play = [this](CaseJob const& job) { play(job); };
  hooks.go_on = [this] { return go_on(); };
  jobs_ = run_jobs(std::move(jobs_), threads, hooks);
}

CaseResult Run::play_once(CaseJob const& job, bool retry) {
  CaseOrder order;
  order.scenario = job.scenario;
  order.number = retry ? next_number_++ : job.number;
  order.repetition = job.repetition;
  order.directory = directory_of(job);
  order.rerun = rerun(job.scenario->id());
  order.alone = job.alone;
  order.retry = retry;
  auto const started = Clock::now();
  auto outcome = run_case(*surroundings_, order, stop_, &proxy_died_);
  auto& result = outcome.judgement.result;
  result.started_s = std::chrono::duration<double>(started - begun_).count();
  if (!outcome.unwritable.empty()) {
    std::lock_guard const lock(mutex_);
    stop_writing(outcome.unwritable);
    return std::move(result);
  }
  // Lag can only make a healthy proxy look late, never a broken one look well.
  if (outcome.judgement.lagged && !retry && result.verdict != Verdict::pass) {
    result.verdict = Verdict::not_run;
  }
  if (request_.repeat > 1) {
    result.repetition = job.repetition + 1;
    result.repetitions = {{result.verdict, 1}};
  }
  result.configuration = target().configuration;
  if (!result.configuration.empty() && !result.where.empty()) {
    result.where = "configuration " + result.configuration + ", " + result.where;
  }
  return std::move(result);
}

void Run::play(CaseJob const& job) {
  {
    std::lock_guard const lock(mutex_);
    observer_.on_case_started(job.scenario->id());
  }
  auto result = play_once(job, job.retry);
  if (result.verdict == Verdict::not_run && stop_ == 0 && !proxy_died_ && !job.retry) {
    static std::mutex retries;  // one at a time: what was late must not be so again
    std::lock_guard const alone(retries);
    result = play_once(job, true);
  }
  auto const trouble = is_trouble(result.verdict);
  auto const copy = trouble ? result : CaseResult();
  take(std::move(result), directory_of(job) / "journal.bin");
  if (trouble && request_.target.topology != Topology::embedded) {
    check_sanity_after(copy);
  }
}

void Run::take(CaseResult result, std::filesystem::path const& journal) {
  std::lock_guard const lock(mutex_);
  result.suspect = !suspect_since_.empty();
  if (proxy_died_ && result.verdict == Verdict::not_run) {
    result.message = dead_;
  }
  if (auto const kept = output_.add_case(result, journal); !kept) {
    stop_writing(to_string(kept.error()));
  }
  for (auto const& finding : findings_.add(result)) {
    observer_.on_finding(finding, result.where);
  }
  failed_fast_ = failed_fast_ || (request_.fail_fast && is_trouble(result.verdict));
  observer_.on_case_finished(result);
  reports::add_case(outcome_.result.cases, std::move(result));
}

/// A case may have left the proxy broken: the one after which sanity fails is named.
void Run::check_sanity_after(CaseResult const& culprit) {
  if (!request_.target.defect.empty() || checking_.exchange(true)) {
    return;
  }
  for (auto const& scenario : request_.sanity) {
    if (scenario.role() != scn::Scenario::SANITY || targets::skip_reason(scenario, target()) ||
        !go_on()) {
      continue;
    }
    CaseOrder order;
    order.scenario = &scenario;
    order.number = next_number_++;
    order.directory = output_.case_directory(scenario.id() + "~after");
    auto const outcome = run_case(*surroundings_, order, stop_, &proxy_died_);
    auto const& verdict = outcome.judgement.result.verdict;
    if (is_trouble(verdict) && !outcome.judgement.lagged) {
      std::lock_guard const lock(mutex_);
      if (suspect_since_.empty()) {
        suspect_since_ = culprit.id;
        observer_.on_note(
            "after " + culprit.id +
            " the proxy no longer opens a virtual connection; later cases are suspect");
      }
      if (!read_way(outcome.journal).proxy_reached) {
        dead_ = "the proxy no longer accepts connections since " + culprit.id;
      }
    }
    std::error_code ignored;
    std::filesystem::remove_all(order.directory, ignored);
  }
  checking_ = false;
}

void Run::finish() {
  auto& result = outcome_.result;
  std::stable_sort(result.cases.begin(), result.cases.end(),
                   [&](CaseResult const& a, CaseResult const& b) {
                     return std::pair(a.category, a.id) < std::pair(b.category, b.id);
                   });
  result.duration_s = std::chrono::duration<double>(Clock::now() - begun_).count();
  reports::summarize(result);
  auto const report =
      reports::apply_waivers(result, waivers_of(request_.target), utc("{:%Y-%m-%d}"));
  outcome_.warnings = report.warnings;
  reports::recount(result);
  result.complete = true;
  if (stop_ == SIGINT) {
    outcome_.exit.interruption = reports::Interruption::interrupted;
  } else if (stop_ != 0) {
    outcome_.exit.interruption = reports::Interruption::terminated;
  }
  if (auto const written = output_.close(result); !written) {
    fail_to_start(to_string(written.error()));
  }
}

}  // namespace

model::RunResult begun(RunRequest const& request) {
  model::RunResult result;
  result.tool_version = request.tool_version;
  result.suite = request.suite_version;
  result.shard = request.shard;
  result.started = utc("{:%Y-%m-%dT%H:%M:%SZ}");
  result.seed = request.seed;
  result.target.name = request.target.name;
  result.target.topology = targets::to_string(request.target.topology);
  result.target.facts = request.target.facts.given;
  for (auto const& url : request.target.urls) {
    result.target.urls.push_back(url.text);
  }
  return result;
}

RunOutcome run(RunRequest const& request, RunObserver& observer, std::atomic<int> const& stop) {
  return Run(request, observer, stop).go();
}

}  // namespace rpchspec::engine
