#include "harness/explore/explorer.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "harness/engine/output.hpp"
#include "harness/engine/run_record.hpp"
#include "harness/explore/generate.hpp"
#include "harness/explore/render.hpp"
#include "harness/explore/shrink.hpp"
#include "harness/explore/yaml.hpp"

namespace rpchspec::explore {
namespace {

using model::CaseResult;
using model::Verdict;
using scenario::v1::Scenario;

constexpr std::uint64_t kFirstBatch = 64;  // most of what can be found is found at once
constexpr std::uint64_t kBatch = 192;
constexpr std::size_t kAtOnce = 24;  // cases wait more than they work, but these work
constexpr std::size_t kMostUnjudged = 5;
constexpr int kConfirmations = 3;
constexpr double kImpatience = 0.3;

/// Passes on what the engine says beside its results, each thing once.
class Notes final : public engine::RunObserver {
 public:
  explicit Notes(ExploreObserver& observer) : observer_(observer) {}

  void on_estimate(reports::Estimate const&) override {}

  void on_case_started(std::string const&) override {}

  void on_case_finished(CaseResult const&) override {}

  void on_finding(model::Finding const&, std::string const&) override {}

  void on_note(std::string const& text) override {
    if (said_.insert(text).second) {
      observer_.on_note(text);
    }
  }

 private:
  ExploreObserver& observer_;
  std::set<std::string> said_;
};

enum class Purpose { look, shrink };

class Explorer {
 public:
  Explorer(ExploreRequest const& request, ExploreObserver& observer, std::atomic<int> const& stop)
      : request_(request), observer_(observer), notes_(observer), stop_(stop) {}

  ExploreOutcome go();

 private:
  void begin();
  bool go_on() const;
  void batch();
  void take(CaseResult const& result);
  void take_sanity(CaseResult const& result);
  std::vector<CaseResult> play(std::vector<Scenario> const& scenarios, Purpose purpose);
  std::vector<bool> still_fail(std::vector<History> const& candidates);
  bool fails_again(History const& history);
  void settle_on(History failing);
  void finish();

  [[nodiscard]] std::filesystem::path scratch() const {
    return request_.run.out / engine::kExploring;
  }

  ExploreRequest const& request_;
  ExploreObserver& observer_;
  Notes notes_;
  std::atomic<int> const& stop_;
  ExploreOutcome outcome_;
  TimePoint begun_ = Clock::now();
  TimePoint shrinking_since_{};
  std::optional<std::uint64_t> failed_;  // number of the lightest history that did
  std::set<std::string> broken_;         // requirements that it broke
  double impatience_ = 1;                // on the times after which something never comes
  std::optional<Scenario> found_;
};

bool Explorer::go_on() const {
  auto const in_time = !request_.time || Clock::now() - begun_ < *request_.time;
  auto const more = !request_.histories || outcome_.histories < *request_.histories;
  return stop_ == 0 && in_time && more && !failed_ && outcome_.could_not_start.empty();
}

/// Whoever reads the folder of an exploration that was killed must not take what an earlier run
/// left there for its results.
void Explorer::begin() {
  auto const opened = engine::Output(request_.run).open(engine::begun(request_.run));
  if (!opened) {
    outcome_.could_not_start = to_string(opened.error());
  }
}

ExploreOutcome Explorer::go() {
  begin();
  while (go_on()) {
    batch();
  }
  if (failed_) {
    settle_on(generate(request_.seed, *failed_));
  }
  finish();
  return std::move(outcome_);
}

void Explorer::batch() {
  auto const most = outcome_.histories == 0 ? kFirstBatch : kBatch;
  auto const left = request_.histories ? *request_.histories - outcome_.histories : most;
  auto const first = outcome_.histories + 1;
  std::vector<Scenario> scenarios;
  std::map<std::string, std::uint64_t> numbers;
  for (auto number = first; number < first + std::min(left, most); ++number) {
    auto rendered = render(generate(request_.seed, number));
    numbers[rendered.scenario.id()] = number;
    if (!rendered.moves.empty()) {
      scenarios.push_back(std::move(rendered.scenario));
    }
  }
  auto const results = play(scenarios, Purpose::look);
  outcome_.histories += numbers.size();
  std::vector<Failure> failures;
  for (auto const& result : results) {
    auto const number = numbers.find(result.id);
    if (number == numbers.end()) {
      take_sanity(result);
      continue;
    }
    take(result);
    if (result.verdict == Verdict::fail) {
      auto const history = generate(request_.seed, number->second);
      failures.push_back({number->second, result.id, weight(history), broken_by(result)});
    }
  }
  observer_.on_batch(outcome_.histories, failures.size());
  if (!failures.empty()) {
    auto choice = choose(std::move(failures));
    failed_ = choice.lightest.number;
    broken_ = std::move(choice.lightest.broken);
    outcome_.elsewhere = std::move(choice.elsewhere);
  }
}

/// Of a proxy that carries nothing at all, histories say nothing either.
void Explorer::take_sanity(CaseResult const& result) {
  if (result.verdict != Verdict::pass && result.verdict != Verdict::warn) {
    outcome_.could_not_start = result.id + ": " + result.message;
  }
}

void Explorer::take(CaseResult const& result) {
  outcome_.warned += result.verdict == Verdict::warn ? 1 : 0;
  outcome_.skipped += result.verdict == Verdict::skip ? 1 : 0;
  if (result.verdict == Verdict::not_run) {  // a failure or a signal ended the batch before it
    ++outcome_.not_run;
    return;
  }
  auto const unjudged = result.verdict == Verdict::blocked || result.verdict == Verdict::error;
  outcome_.unjudged_count += unjudged ? 1 : 0;
  if (unjudged && outcome_.unjudged.size() < kMostUnjudged) {
    outcome_.unjudged.push_back(result);
  }
}

std::vector<CaseResult> Explorer::play(std::vector<Scenario> const& scenarios, Purpose purpose) {
  auto run = request_.run;
  run.scenarios = scenarios;
  run.fail_fast = purpose == Purpose::look;  // one failure is enough; what runs is finished
  if (purpose != Purpose::look || outcome_.histories != 0) {
    run.sanity.clear();  // once is enough
  }
  run.seed = request_.seed;
  run.timeout_scale *= impatience_;
  run.jobs = run.jobs == 0 ? kAtOnce : run.jobs;
  run.out = scratch();
  run.junit.clear();
  run.evidence = engine::Evidence::none;
  auto outcome = engine::run(run, notes_, stop_);
  if (!outcome.could_not_start.empty()) {
    outcome_.could_not_start = outcome.could_not_start;
  }
  return std::move(outcome.result.cases);
}

std::vector<bool> Explorer::still_fail(std::vector<History> const& candidates) {
  auto const late = Clock::now() - shrinking_since_ > request_.shrinking;
  if (stop_ != 0 || (late && impatience_ != 1)) {
    return {};
  }
  std::vector<Scenario> scenarios;
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    auto& scenario = scenarios.emplace_back(render(candidates[i]).scenario);
    scenario.set_id(scenario.id() + "-" + std::to_string(i));
    index[scenario.id()] = i;
  }
  std::vector<bool> fails(candidates.size(), false);
  for (auto const& result : play(scenarios, Purpose::shrink)) {
    auto const at = index.find(result.id);
    if (at == index.end() || result.verdict != Verdict::fail) {
      continue;
    }
    auto const broken = broken_by(result);  // of the same fault, as far as that can be told
    fails[at->second] = std::any_of(broken.begin(), broken.end(),
                                    [&](auto const& id) { return broken_.contains(id); });
  }
  auto const smallest = std::find(fails.begin(), fails.end(), true);
  if (smallest != fails.end()) {
    auto const at = static_cast<std::size_t>(smallest - fails.begin());
    observer_.on_shrunk(candidates[at].moves.size(),
                        static_cast<std::uint64_t>(scenarios[at].steps_size()));
  }
  return fails;
}

/// Red cells are seen more than once, and made small.
void Explorer::settle_on(History failing) {
  shrinking_since_ = Clock::now();
  failing.moves = render(failing).moves;
  if (request_.shrinking == Duration::zero()) {
    found_ = render(failing).scenario;
    return;
  }
  outcome_.unstable = !fails_again(failing);
  if (!outcome_.unstable) {
    impatience_ = kImpatience;
    auto small =
        shrink(failing, [this](std::vector<History> const& each) { return still_fail(each); });
    impatience_ = 1;
    // On a slow machine impatience may take for lost what was only late.
    if (weight(small) == weight(failing) || fails_again(small)) {
      failing = std::move(small);
    }
  }
  found_ = render(failing).scenario;
}

bool Explorer::fails_again(History const& history) {
  auto const again = still_fail(std::vector<History>(kConfirmations, history));
  return std::find(again.begin(), again.end(), true) != again.end();
}

void Explorer::finish() {
  std::error_code ignored;
  std::filesystem::remove_all(scratch(), ignored);
  auto run = request_.run;
  run.sanity.clear();
  run.seed = request_.seed;
  if (found_) {
    auto const name = found_->id().substr(found_->id().find('/') + 1) + ".yaml";
    auto const file = run.out / name;
    std::filesystem::create_directories(run.out, ignored);
    if (auto const written = engine::write_file(file, to_yaml(*found_)); !written) {
      observer_.on_note(to_string(written.error()));
    }
    outcome_.file = file;
    run.scenarios = {*found_};
  }
  outcome_.last = engine::run(run, notes_, stop_);
  outcome_.no_more = broken_;
  for (auto const& result : outcome_.last.result.cases) {
    for (auto const& id : broken_by(result)) {
      outcome_.no_more.erase(id);
    }
  }
}

}  // namespace

ExploreOutcome explore(ExploreRequest const& request,
                       ExploreObserver& observer,
                       std::atomic<int> const& stop) {
  return Explorer(request, observer, stop).go();
}

}  // namespace rpchspec::explore
