#include "harness/engine/run.hpp"

#include "harness/engine/case_player.hpp"
#include "harness/engine/proxy_under_test.hpp"
#include "harness/engine/run_plan.hpp"
#include "harness/engine/run_record.hpp"
#include "harness/engine/run_surroundings.hpp"
#include "harness/engine/sanity.hpp"
#include "harness/engine/usage_of_run.hpp"
#include "harness/targets/program.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::engine {
namespace {

/// The course of a run: one configuration of the target after the other.
class Run {
 public:
  Run(RunRequest const& request, RunObserver& observer, std::atomic<int> const& stop)
      : request_(request), record_(request, observer, stop), proxy_(request.out, stop) {}

  RunOutcome go();

 private:
  void ask_version();
  void play_stages(RunPlan const& plan);
  std::vector<CaseJob> play(Configured const& stage);
  bool prepare(Configured const& stage);
  void tell_growth();
  bool determine_proxy_use(targets::Target const& target);
  std::vector<CaseJob> play_all(std::vector<CaseJob> jobs, CasePlayer& player, Sanity& sanity);

  RunRequest const& request_;
  RunRecord record_;
  ProxyUnderTest proxy_;
  UsageOfRun usage_;
  std::optional<RunSurroundings> surroundings_;  // of the configuration that is played
  CaseNumbers numbers_;
};

RunOutcome Run::go() {
  if (auto const opened = record_.open(); !opened) {
    return record_.give_up(opened.error());
  }
  auto const absent = targets::why_absent(request_.target.program);
  if (absent.empty()) {
    ask_version();
  }
  auto const plan = make_plan(request_, absent, numbers_);
  record_.skip(plan.skipped);
  if (auto const room = record_.plan(plan); !room) {
    return record_.give_up(room.error());
  }
  if (absent.empty()) {
    play_stages(plan);
  }
  return record_.finish();
}

/// Of the program, where the user did not say it.
void Run::ask_version() {
  if (request_.target.facts.given.contains("version")) {
    return;
  }
  auto const version = targets::version_of(request_.target.program, request_.out / "version.log");
  if (!version.empty()) {
    record_.note_version(version);
  }
}

/// Each configuration in turn, but for those that no case is left for.
void Run::play_stages(RunPlan const& plan) {
  auto const& stages = plan.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].jobs.empty() && !(plan.idle() && i == 0)) {
      continue;
    }
    record_.enter(stages[i]);
    auto const left = play(stages[i]);
    tell_growth();
    proxy_.unwatch();
    auto const last = i + 1 == stages.size();
    if (last || stages[i + 1].target->reconfigure.empty()) {
      proxy_.stop();
    }
    surroundings_.reset();
    record_.leave(*stages[i].target, left);
  }
}

/// @return the jobs that did not begin.
std::vector<CaseJob> Run::play(Configured const& stage) {
  if (!record_.go_on() || !prepare(stage)) {
    return stage.jobs;
  }
  CasePlayer player(request_, surroundings_->get(), numbers_, record_);
  Sanity sanity(request_, player, record_);
  sanity.check_way(stage.jobs);
  auto left = play_all(stage.jobs, player, sanity);
  sanity.check_at_end();
  usage_.add(player.connections());
  return left;
}

bool Run::prepare(Configured const& stage) {
  surroundings_.emplace(request_, *stage.target);
  if (auto why = surroundings_->open(proxy_); !why.empty()) {
    record_.fail_to_start(std::move(why));
    return false;
  }
  usage_.begin(proxy_.group());
  proxy_.watch([this](std::string const& how) { record_.proxy_died(how); });
  return stage.jobs.empty() || determine_proxy_use(*stage.target);
}

void Run::tell_growth() {
  auto const topology = targets::to_string(request_.target.topology);
  if (auto grown = usage_.end(*request_.registry, topology, record_.stop())) {
    record_.take(*std::move(grown), record_.case_directory(std::string(kWholeRun)) / "journal.bin");
  }
}

bool Run::determine_proxy_use(targets::Target const& target) {
  if (!target.forward_proxy) {
    return true;
  }
  if (auto why = surroundings_->determine_proxy_use(); !why.empty()) {
    record_.fail_to_start(std::move(why));
    return false;
  }
  auto const& through = target.forward_proxy->text;
  record_.note(surroundings_->get().indirect
                   ? "the proxy is reached through " + through
                   : "the proxy is reached directly, not through " + through);
  return true;
}

std::vector<CaseJob> Run::play_all(std::vector<CaseJob> jobs, CasePlayer& player, Sanity& sanity) {
  auto const threads = threads_for(request_, jobs.size());
  auto const played = record_.told();
  std::erase_if(jobs, [&](CaseJob const& job) {
    return job.repetition == 0 && played.contains(job.scenario->id());
  });
  ScheduleHooks hooks;
  hooks.play = [&](CaseJob const& job) {
    auto const verdict = player.play(job);
    if (reports::is_red(verdict) && request_.target.topology != targets::Topology::embedded) {
      sanity.check_after(job.scenario->id());
    }
  };
  hooks.go_on = [this] { return record_.go_on(); };
  auto left = run_jobs(std::move(jobs), threads, hooks);
  auto again = run_jobs(player.late(), 1, hooks);  // alone: what was late must not be so again
  left.insert(left.end(), again.begin(), again.end());
  return left;
}

}  // namespace

RunOutcome run(RunRequest const& request, RunObserver& observer, std::atomic<int> const& stop) {
  return Run(request, observer, stop).go();
}

}  // namespace rpchspec::engine
