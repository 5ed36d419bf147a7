#include "harness/loader/lint_play.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "harness/faults/step_fault.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

namespace scn = scenario::v1;
using Names = google::protobuf::RepeatedPtrField<std::string>;

class PlayLint {
 public:
  PlayLint(scn::Scenario const& scenario, Places const& places, model::TextErrors& errors)
      : scenario_(scenario), places_(places), errors_(errors) {}

  void run() {
    collect(scenario_.steps());
    steps(scenario_.steps());
    server(scenario_.client());
    for (auto const& each : scenario_.expect()) {
      expectation(each);
    }
  }

 private:
  template <class Steps>
  void collect(Steps const& steps) {
    for (auto const& step : steps) {
      if (opens(step)) {
        opened_.insert(std::max(step.vc(), 1U));
      }
      if (step.has_client_fault()) {
        client_faults_.insert(step.client_fault().name());
      }
      if (step.has_server_fault()) {
        server_faults_.insert(step.server_fault().name());
      }
      for (auto const& branch : step.parallel().branches()) {
        collect(branch.steps());
      }
    }
  }

  template <class Steps>
  void steps(Steps const& steps) {
    for (auto const& step : steps) {
      connection(step, step.vc());
      server(step.client_open());
      if (step.has_await()) {
        expectation(step.await());
      }
      if (step.has_client_release()) {
        release(step.client_release(), scenario_.client().hold(), client_faults_, "client");
      }
      if (step.has_server_release()) {
        release(step.server_release(), scenario_.server().hold(), server_faults_, "server");
      }
      if (step.has_client_fault()) {
        fault(step.client_fault(), faults::Actor::client);
      }
      if (step.has_server_fault()) {
        fault(step.server_fault(), faults::Actor::server);
      }
      for (auto const& branch : step.parallel().branches()) {
        this->steps(branch.steps());
      }
    }
  }

  void expectation(scn::Expectation const& e) {
    connection(e, e.vc());
    for (auto const& each : e.any_of()) {
      expectation(each);
    }
  }

  /// The first one is there by default, and by way of set-ups.
  template <class Message>
  void connection(Message const& m, std::uint32_t vc) {
    if (vc > 1 && !opened_.contains(vc)) {
      std::vector<std::string> known;
      for (auto const each : opened_) {
        known.push_back(std::to_string(each));
      }
      errors_.add(places_.of(m, "vc"), "no step opens virtual connection " + std::to_string(vc) +
                                           "; allowed: " + model::join(known));
    }
  }

  /// A mapper listens for those who ask for one.
  template <class Message>
  void server(Message const& m) {
    auto const& needs = scenario_.needs();
    if (m.server() == "mapper" && std::find(needs.begin(), needs.end(), "mapper") == needs.end()) {
      errors_.add(places_.of(m, "server"), "nothing listens there; add `mapper` to 'needs'");
    }
  }

  void fault(faults::api::Fault const& fault, faults::Actor actor) {
    auto const done = faults::checked_step(fault, actor);
    if (!done) {
      auto const& why = done.error();
      auto const where = why.field == "after.pdu" ? places_.of(fault.after(), "pdu")
                                                  : places_.of(fault, why.field);
      errors_.add(where, why.text + model::suggestion(why.said, why.allowed));
    }
  }

  void release_of_fault(scn::Release const& step,
                        std::set<std::string> const& faults,
                        std::string const& actor) {
    std::vector<std::string> known(faults.begin(), faults.end());
    std::erase(known, "");
    if (!step.pdu().empty()) {
      errors_.add(places_.of(step, "fault"), "'pdu' and 'fault' exclude each other");
    } else if (std::find(known.begin(), known.end(), step.fault()) == known.end()) {
      errors_.add(places_.of(step, "fault"), "no " + actor + ".fault has the name '" +
                                                 step.fault() + "'" +
                                                 model::suggestion(step.fault(), known));
    }
  }

  void release(scn::Release const& step,
               Names const& held,
               std::set<std::string> const& faults,
               std::string const& actor) {
    if (!step.fault().empty()) {
      return release_of_fault(step, faults, actor);
    }
    auto const& pdu = step.pdu();
    auto const is_legacy = pdu == "legacy-response" && actor == "server";
    auto const is_held = is_legacy
                             ? scenario_.server().legacy_response() == scn::Server::LEGACY_HELD
                             : std::find(held.begin(), held.end(), pdu) != held.end();
    if (!is_held) {
      errors_.add(places_.of(step, "pdu"),
                  "nothing holds '" + pdu + "' back; add `" +
                      (is_legacy ? "legacy_response: held" : "hold: [" + pdu + "]") + "` to '" +
                      actor + "'");
    }
  }

  scn::Scenario const& scenario_;
  Places const& places_;
  model::TextErrors& errors_;
  std::set<std::uint32_t> opened_{1};
  std::set<std::string> client_faults_;
  std::set<std::string> server_faults_;
};

}  // namespace

bool opens(scn::Step const& step) {
  return step.has_client_open() || step.has_client_connect() || step.has_client_request() ||
         step.has_client_echo() || step.has_client_http();
}

void lint_play(scn::Scenario const& scenario, Places const& places, model::TextErrors& errors) {
  PlayLint(scenario, places, errors).run();
}

}  // namespace rpchspec::loader
