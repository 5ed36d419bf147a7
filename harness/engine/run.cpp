#include "harness/engine/run.hpp"

#include "harness/engine/case_player.hpp"
#include "harness/engine/first_look.hpp"
#include "harness/engine/proxy_under_test.hpp"
#include "harness/engine/run_plan.hpp"
#include "harness/engine/run_record.hpp"
#include "harness/engine/run_surroundings.hpp"
#include "harness/engine/sanity.hpp"
#include "harness/engine/usage_of_run.hpp"
#include "harness/targets/program.hpp"
#include "model/suggestion.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::engine {
namespace {

/// The course of a run: one configuration of the target after the other.
class Run {
 public:
  Run(RunRequest const& request, RunObserver& observer, std::atomic<int> const& stop)
      : request_(request), record_(request_, observer, stop), proxy_(request_.out, stop) {}

  RunOutcome go();

 private:
  void note_unused_facts();
  void ask_version();
  void look();
  void play_stages(RunPlan const& plan);
  std::vector<CaseJob> play(Configured const& stage);
  bool enter(targets::Target const& target, bool for_cases);
  void leave();
  void tell_growth();
  bool determine_proxy_use(targets::Target const& target);
  std::vector<CaseJob> play_all(std::vector<CaseJob> jobs);

  RunRequest request_;  // its target learns the facts that are probed
  RunRecord record_;
  ProxyUnderTest proxy_;
  UsageOfRun usage_;
  CaseNumbers numbers_;
  // Of the configuration that is played:
  std::optional<RunSurroundings> surroundings_;
  std::optional<CasePlayer> player_;
  std::optional<Sanity> sanity_;
};

RunOutcome Run::go() {
  if (auto const opened = record_.open(); !opened) {
    return record_.give_up(opened.error());
  }
  note_unused_facts();
  auto const absent = targets::why_absent(request_.target.program);
  if (absent.empty()) {
    ask_version();
    look();
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

void Run::note_unused_facts() {
  auto const& unused = request_.target.unused_facts;
  if (!unused.empty()) {
    record_.note(model::join(unused) +
                 (unused.size() == 1 ? " is stated, and counts" : " are stated, and count") +
                 " for nothing: each case gives the embedded proxy the configuration that it "
                 "needs (--proxy names another)");
  }
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

/// What nobody stated is read off the sanity cases, before it is known which others can be played.
void Run::look() {
  if (!is_looked_at(request_) || !enter(request_.target, true)) {
    return;
  }
  auto const journals = sanity_->look();
  auto probed = FirstLook(request_, *player_).facts(journals);
  record_.note_probed(adopt(std::move(probed), request_.target.facts));
}

/// Each configuration in turn, but for those that no case is left for.
void Run::play_stages(RunPlan const& plan) {
  auto const& stages = plan.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    auto const looked_at = surroundings_.has_value();
    if (stages[i].jobs.empty() && !(plan.idle() && i == 0) && !looked_at) {
      continue;
    }
    if (!looked_at) {
      record_.enter(stages[i]);
    }
    auto const left = play(stages[i]);
    tell_growth();
    proxy_.unwatch();
    auto const last = i + 1 == stages.size();
    if (last || stages[i + 1].target->reconfigure.empty()) {
      proxy_.stop();
    }
    leave();
    record_.leave(*stages[i].target, left);
  }
}

/// @return the jobs that did not begin.
std::vector<CaseJob> Run::play(Configured const& stage) {
  if (!record_.go_on() || !(sanity_ || enter(*stage.target, !stage.jobs.empty()))) {
    return stage.jobs;
  }
  sanity_->check_way(stage.jobs);
  auto left = play_all(stage.jobs);
  sanity_->check_at_end();
  usage_.add(player_->connections());
  return left;
}

/// @param for_cases  that go through the target's forward proxy, where it has one.
bool Run::enter(targets::Target const& target, bool for_cases) {
  surroundings_.emplace(request_, target);
  if (auto why = surroundings_->open(proxy_); !why.empty()) {
    record_.fail_to_start(std::move(why));
    return false;
  }
  usage_.begin(proxy_.group());
  proxy_.watch([this](std::string const& how) { record_.proxy_died(how); });
  if (for_cases && !determine_proxy_use(target)) {
    return false;
  }
  player_.emplace(request_, surroundings_->get(), numbers_, record_);
  sanity_.emplace(request_, *player_, record_);
  return true;
}

void Run::leave() {
  sanity_.reset();
  player_.reset();
  surroundings_.reset();
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

std::vector<CaseJob> Run::play_all(std::vector<CaseJob> jobs) {
  auto const threads = threads_for(request_, jobs.size());
  auto const played = record_.told();
  std::erase_if(jobs, [&](CaseJob const& job) {
    return job.repetition == 0 && played.contains(job.scenario->id());
  });
  ScheduleHooks hooks;
  hooks.play = [&](CaseJob const& job) {
    auto const verdict = player_->play(job);
    if (reports::is_red(verdict) && request_.target.topology != targets::Topology::embedded) {
      sanity_->check_after(job.scenario->id());
    }
  };
  hooks.go_on = [this] { return record_.go_on(); };
  auto left = run_jobs(std::move(jobs), threads, hooks);
  auto again = run_jobs(player_->late(), 1, hooks);  // alone: what was late must not be so again
  left.insert(left.end(), again.begin(), again.end());
  return left;
}

}  // namespace

RunOutcome run(RunRequest const& request, RunObserver& observer, std::atomic<int> const& stop) {
  return Run(request, observer, stop).go();
}

}  // namespace rpchspec::engine
