// Runs the steps of one case in order, and waits until its expectations are decided.

#pragma once

#include <map>
#include <memory>
#include <string>

#include "harness/actors/client.hpp"
#include "harness/engine/servers.hpp"
#include "journal/recorder.hpp"
#include "model/scenario.pb.h"
#include "net/event.hpp"
#include "reports/case_watch.hpp"

namespace rpchspec::engine {

/// Single-threaded, on the case's io_context.
class Executor {
 public:
  struct Cast {
    actors::Client& client;
    Servers& servers;
    journal::Recorder& recorder;
    /// Has the proxy read its configuration again, and waits until it did; null: nobody can.
    std::function<Result<void>()> reload = {};
  };

  /// @param scenario  outlives the executor; so does the cast.
  Executor(net::Executor executor,
           scenario::v1::Scenario const& scenario,
           Cast cast,
           double timeout_scale);

  Executor(Executor const&) = delete;
  Executor& operator=(Executor const&) = delete;

  /// Set-ups, steps, then the wait for what is still undecided. Everything is told in the journal;
  /// returns early when `watchdog` passes. @return false: it did.
  [[nodiscard]] net::Task<bool> run(net::Deadline watchdog);

  /// Something that another machine saw, which our recorder does not know of.
  void on_event(journal::Event const& event);

  /// One step more, of a scenario that somebody else makes as it goes on: one of the client, of the
  /// server, or a pause. Not told in the journal.
  [[nodiscard]] net::Task<Result<void>> play(scenario::v1::Step const& step,
                                             net::Deadline deadline);

  /// How long a step may take that says nothing of it.
  [[nodiscard]] net::Deadline deadline_of(scenario::v1::Step const& step) const;

 private:
  using Outcome = Result<void>;

  [[nodiscard]] net::Task<bool> run_steps(
      google::protobuf::RepeatedPtrField<scenario::v1::Step> const& steps, net::Deadline watchdog);
  [[nodiscard]] net::Task<bool> run_step(scenario::v1::Step const& step, net::Deadline watchdog);
  [[nodiscard]] net::Task<Outcome> act(scenario::v1::Step const& step, net::Deadline watchdog);
  [[nodiscard]] net::Task<Outcome> act_client(scenario::v1::Step const& step,
                                              net::Deadline deadline);
  [[nodiscard]] net::Task<Outcome> reload(net::Deadline deadline);
  [[nodiscard]] net::Task<Outcome> await(scenario::v1::Step const& step, net::Deadline watchdog);
  [[nodiscard]] net::Task<Outcome> parallel(scenario::v1::Parallel const& step,
                                            net::Deadline watchdog);
  [[nodiscard]] net::Task<> settle(net::Deadline watchdog);

  void tell(std::uint32_t index, journal::v1::Step::Phase phase, std::string error, bool setup);
  void on_time();
  [[nodiscard]] net::Deadline at_ns(std::uint64_t ns) const;

  scenario::v1::Scenario const& scenario_;
  Cast cast_;
  double scale_;
  reports::CaseWatch watch_;
  net::Event happened_;
  bool set_up_failed_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::map<scenario::v1::Step const*, std::uint32_t> index_;
};

}  // namespace rpchspec::engine
