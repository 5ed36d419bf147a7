#include "harness/engine/case_run.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "harness/actors/step_values.hpp"
#include "harness/engine/case_place.hpp"
#include "harness/engine/case_probes.hpp"
#include "harness/engine/case_world.hpp"
#include "harness/engine/executor.hpp"
#include "harness/engine/lag.hpp"
#include "harness/engine/local_servers.hpp"
#include "harness/engine/remote_servers.hpp"
#include "harness/loader/selector.hpp"
#include "harness/targets/process_usage.hpp"
#include "net/task_scope.hpp"
#include "reports/capture.hpp"
#include "reports/judge.hpp"
#include "reports/monitor.hpp"
#include "reports/proxy_log.hpp"

namespace rpchspec::engine {
namespace {

namespace scn = scenario::v1;

// A retry runs beside other programs still; what waits for 15 s is not explained by less than this.
constexpr std::uint32_t kWorstLagMs = 2000;
constexpr Duration kFarewell = std::chrono::seconds(2);
constexpr auto kWatchdogFloor = std::chrono::seconds(120);

/// The course of one case in its world, on one io_context.
class Case {
 public:
  Case(Surroundings const& surroundings,
       CaseOrder const& order,
       std::filesystem::path const& journal,
       std::function<bool()> const& is_over)
      : surroundings_(surroundings),
        order_(order),
        is_over_(is_over),
        recorder_({Clock::now(), seed_of(surroundings, order), journal}),
        servers_(made_servers()),
        world_(io_, surroundings, order, *servers_, recorder_) {}

  void play() {
    net::asio::co_spawn(io_, main(), [this](std::exception_ptr error) {
      if (error) {
        try {
          std::rethrow_exception(error);
        } catch (std::exception const& thrown) {
          failure_ = std::string("the harness: ") + thrown.what();
        }
      }
    });
    io_.run();
    finish();
  }

  /// Once played: puts what another machine saw into the journal.
  [[nodiscard]] Result<void> complete(std::filesystem::path const& journal) {
    return servers_->complete(journal);
  }

  /// Why the journal is not whole; empty: it is.
  [[nodiscard]] std::string const& unwritable() const { return recorder_.error(); }

 private:
  std::unique_ptr<Servers> made_servers();
  net::Task<> main();
  net::Task<> play_in(ServersPlace place);
  net::Task<> perform();
  net::Task<> watch(net::TaskScope& scope);
  void tell_start();
  void note_resources();
  void note_log(std::string_view which);
  void finish();
  Duration watchdog() const;
  Duration farewell() const;

  bool wants_probes() const {
    auto const& needs = scenario().needs();
    return std::find(needs.begin(), needs.end(), "raw-socket") != needs.end();
  }

  double scale() const { return surroundings_.timeout_scale; }

  scn::Scenario const& scenario() const { return *order_.scenario; }

  Surroundings const& surroundings_;
  CaseOrder const& order_;
  std::function<bool()> const& is_over_;
  net::asio::io_context io_;
  journal::Recorder recorder_;
  RemoteServers* remote_ = nullptr;  // the servers, where they are elsewhere
  std::unique_ptr<Servers> servers_;
  CaseWorld world_;
  std::optional<CaseProbes> probes_;
  std::optional<Executor> executor_;  // listens to the recorder to the end
  std::string failure_;
  bool interrupted_ = false;
};

std::unique_ptr<Servers> Case::made_servers() {
  if (surroundings_.elsewhere == nullptr) {
    return std::make_unique<LocalServers>(io_, surroundings_, order_, recorder_);
  }
  auto made = std::make_unique<RemoteServers>(io_, surroundings_, order_, recorder_.start());
  remote_ = made.get();
  return made;
}

net::Task<> Case::main() {
  auto const place = co_await servers_->raise();
  tell_start();
  if (place) {
    co_await play_in(*place);
  } else {
    failure_ = to_string(place.error());
  }
  co_await world_.strike();
  co_await servers_->strike();
}

net::Task<> Case::play_in(ServersPlace place) {
  if (auto const raised = world_.raise(place); !raised) {
    failure_ = to_string(raised.error());
  } else {
    co_await net::in_scope([this](net::TaskScope& scope) -> net::Task<> {
      scope.spawn(watch(scope));
      if (wants_probes()) {
        probes_.emplace(io_.get_executor(), recorder_);
        scope.spawn(probes_->run(scope));
      }
      scope.spawn([this, &scope]() -> net::Task<> {
        co_await perform();
        scope.cancel();
      });
      co_return;
    });
  }
}

net::Task<> Case::perform() {
  executor_.emplace(io_.get_executor(), scenario(),
                    Executor::Cast{world_.client(), *servers_, recorder_, surroundings_.reload},
                    scale());
  if (remote_ != nullptr) {
    remote_->on_event([this](journal::Event const& event) { executor_->on_event(event); });
  }
  note_resources();
  auto const in_time = co_await executor_->run(net::Deadline::in(watchdog()));
  if (!in_time) {
    failure_ = std::string(reports::kEndedByWatchdog);
  }
  // The proxy must let go of the servers when the client leaves: monitors look at how.
  journal::Event event;
  event.mutable_note()->set_text(std::string(reports::kClientLeft));
  recorder_.append(event, Clock::now());
  co_await world_.client().leave();
  co_await servers_->left(net::Deadline::in(farewell()));
  note_resources();
}

/// Only where no other case uses the proxy meanwhile, and only of a proxy that is no part of us.
void Case::note_resources() {
  if (!scenario().exclusive() || surroundings_.proxy_group == 0) {
    return;
  }
  if (auto const usage = targets::usage_of_group(surroundings_.proxy_group)) {
    journal::Event event;
    event.mutable_resources()->set_processes(usage->processes);
    event.mutable_resources()->set_descriptors(usage->descriptors);
    event.mutable_resources()->set_resident(usage->resident);
    recorder_.append(event, Clock::now());
  }
}

/// How long to wait for what the proxy has left open: where that is judged, until it can be.
Duration Case::farewell() const {
  auto const judged = surroundings_.target.topology != targets::Topology::http_front &&
                      !reports::disturbs(scenario());
  auto const patience = std::chrono::duration<double>(reports::kPatienceToClose + 0.5) * scale();
  return judged ? std::chrono::duration_cast<Duration>(patience) : kFarewell;
}

/// Notes how late this thread is, and ends the case when the run is over.
net::Task<> Case::watch(net::TaskScope& scope) {
  for (;;) {
    co_await tick(recorder_);
    if (!servers_->broken().empty()) {
      failure_ = servers_->broken();
      scope.cancel();
      co_return;
    }
    if (is_over_() || !recorder_.error().empty()) {
      interrupted_ = true;
      scope.cancel();
      co_return;
    }
  }
}

void Case::tell_start() {
  journal::Event event;
  auto* started = event.mutable_started();
  started->set_scenario(scenario().id());
  started->set_topology(std::string(targets::to_string(surroundings_.target.topology)));
  started->set_seed(surroundings_.seed);
  started->set_version(surroundings_.tool_version);
  started->set_timeout_scale(scale());
  if (remote_ != nullptr) {
    *started->mutable_elsewhere() = remote_->about();
  }
  for (auto const& [name, value] : surroundings_.target.facts.given) {
    (*started->mutable_facts())[name] = value;
  }
  for (auto const& name : surroundings_.target.facts.probed) {
    started->add_probed(name);
  }
  recorder_.append(event, recorder_.start());
  auto const since_1970 =
      std::chrono::system_clock::now().time_since_epoch() - (Clock::now() - recorder_.start());
  auto const began = std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
  recorder_.parameter(std::string(reports::kBegan), std::to_string(began), recorder_.start());
  note_log(reports::kProxyLogFrom);
}

/// How far the proxy's log has come: a report shows what was written during the case.
void Case::note_log(std::string_view which) {
  std::error_code error;
  auto const size = std::filesystem::file_size(surroundings_.proxy_log, error);
  if (!error) {
    auto const name = surroundings_.proxy_log.filename().string();
    recorder_.parameter(std::string(which), fmt::format("{} {}", size, name), Clock::now());
  }
}

Duration Case::watchdog() const {
  auto const own = actors::to_duration(scenario().watchdog());
  Duration const floor = kWatchdogFloor;
  auto const bound =
      own > Duration::zero() ? own : floor + 3 * loader::expected_duration(scenario());
  return std::chrono::duration_cast<Duration>(bound * scale());
}

void Case::finish() {
  note_log(reports::kProxyLogTo);
  journal::Event event;
  event.mutable_finished()->set_interrupted(interrupted_);
  event.mutable_finished()->set_error(failure_);
  recorder_.append(event, Clock::now());
  recorder_.flush();
}

}  // namespace

CaseOutcome run_case(Surroundings const& surroundings,
                     CaseOrder const& order,
                     std::function<bool()> const& is_over) {
  CaseOutcome outcome;
  std::error_code ignored;
  std::filesystem::create_directories(order.directory, ignored);
  outcome.journal = order.directory / "journal.bin";
  std::filesystem::remove(outcome.journal, ignored);
  {
    Case played(surroundings, order, outcome.journal, is_over);
    played.play();
    outcome.unwritable = played.unwritable();
    auto const completed = played.complete(outcome.journal);
    if (!completed && outcome.unwritable.empty()) {
      outcome.unwritable = to_string(completed.error());
    }
  }
  if (!outcome.unwritable.empty()) {
    outcome.judgement.result = reports::unexecuted(*order.scenario, model::Verdict::error,
                                                   outcome.unwritable, order.rerun);
    return outcome;
  }
  reports::JudgeOptions options;
  options.rerun = order.rerun;
  options.strict = surroundings.strict;
  options.lag_is_error = order.retry;
  options.lag_threshold_ms = order.retry ? kWorstLagMs : options.lag_threshold_ms;
  outcome.judgement =
      reports::judge(*order.scenario, outcome.journal, surroundings.registry, options);
  return outcome;
}

}  // namespace rpchspec::engine
