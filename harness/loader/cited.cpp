// What a case cites and how long it takes: walks over its steps and expectations.

#include <algorithm>

#include "harness/loader/selector.hpp"

namespace rpchspec::loader {
namespace {

using scenario::v1::Expectation;
using scenario::v1::Scenario;
using scenario::v1::Step;
using std::chrono::nanoseconds;

nanoseconds to_time(google::protobuf::Duration const& duration) {
  return std::chrono::seconds(duration.seconds()) + nanoseconds(duration.nanos());
}

/// Silence that an expectation waits for even when all is well.
nanoseconds silence(Expectation const& e) {
  return std::max({to_time(e.stays_open().for_()), to_time(e.no_response().for_()),
                   to_time(e.receives_not().for_()), to_time(e.not_connected().for_()),
                   to_time(e.data().for_())});
}

template <class Steps>
nanoseconds sum(Steps const& steps) {
  nanoseconds total{0};
  for (Step const& step : steps) {
    total += to_time(step.pause().for_()) + silence(step.await());
    nanoseconds longest{0};
    for (auto const& branch : step.parallel().branches()) {
      longest = std::max(longest, sum(branch.steps()));
    }
    total += longest;
  }
  return total;
}

class Citations {
 public:
  template <class Ids>
  void add(Ids const& ids) {
    for (auto const& id : ids) {
      if (std::find(all.begin(), all.end(), id) == all.end()) {
        all.push_back(id);
      }
    }
  }

  void add(Expectation const& e) {
    add(e.by());
    for (auto const& each : e.any_of()) {
      add(each);
    }
  }

  void add(Step const& step) {
    add(step.by());
    add(step.await());
    for (auto const& branch : step.parallel().branches()) {
      for (auto const& each : branch.steps()) {
        add(each);
      }
    }
  }

  std::vector<std::string> all;
};

}  // namespace

nanoseconds expected_duration(Scenario const& scenario) {
  if (scenario.has_expected()) {
    return to_time(scenario.expected());
  }
  nanoseconds longest{0};
  for (auto const& expectation : scenario.expect()) {
    longest = std::max(longest, silence(expectation));
  }
  return sum(scenario.steps()) + longest;
}

bool is_soak(Scenario const& scenario) {
  return scenario.soak() || expected_duration(scenario) > kSoakCase;
}

std::vector<std::string> cited(Scenario const& scenario) {
  Citations citations;
  for (auto const& step : scenario.steps()) {
    citations.add(step);
  }
  for (auto const& expectation : scenario.expect()) {
    citations.add(expectation);
  }
  return citations.all;
}

}  // namespace rpchspec::loader
