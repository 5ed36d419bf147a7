#include "harness/targets/unlocks.hpp"

#include <algorithm>
#include <set>

#include "harness/loader/stated_value.hpp"
#include "harness/targets/facts.hpp"
#include "harness/targets/needed_fact.hpp"
#include "harness/targets/needs.hpp"
#include "model/scalars.hpp"

namespace rpchspec::targets {
namespace {

using scenario::v1::Scenario;
using Cases = std::vector<Scenario const*>;

/// Values of facts that have few.
std::vector<std::string> all_values(std::string_view fact) {
  if (fact == "auth") {
    return {"negotiate,ntlm,basic"};
  }
  if (fact == "extended_protection") {
    return {"off", "allow", "require"};
  }
  auto const* const kind = fact_kind(fact);
  auto const is_a_switch = kind != nullptr && kind->type == "true or false";
  return is_a_switch ? std::vector<std::string>{"true", "false"} : std::vector<std::string>();
}

/// Values that this case would do with.
void add_values(std::string const& fact, Scenario const& scenario, std::set<std::string>& to) {
  auto const prefix = "fact:" + fact + "=";
  for (auto const& need : scenario.needs()) {
    if (need.starts_with(prefix)) {
      auto const values = values_of_need(std::string_view(need).substr(prefix.find(fact)));
      to.insert(values.begin(), values.end());
    }
  }
  auto const own = loader::values_of(scenario.proxy()).quantities;
  if (auto const found = own.find(fact); found != own.end()) {
    auto const* const kind = fact_kind(fact);
    auto const is_time = kind != nullptr && kind->type == "duration";
    to.insert(is_time ? model::duration_text(static_cast<std::int64_t>(found->second))
                      : model::size_text(found->second));
  }
}

Cases run_by(std::string const& fact,
             std::string const& value,
             Cases const& waiting,
             Target const& target) {
  auto told = target;
  told.facts.probed.erase(fact);
  Cases run;
  if (set_fact(told.facts, fact, value)) {
    std::copy_if(waiting.begin(), waiting.end(), std::back_inserter(run),
                 [&](Scenario const* each) { return !skip_reason(*each, told); });
  }
  return run;
}

}  // namespace

Cases run_by_one_value(std::string const& fact, Cases const& waiting, Target const& target) {
  auto const few = all_values(fact);
  std::set<std::string> values(few.begin(), few.end());
  for (auto const* each : waiting) {
    add_values(fact, *each, values);
  }
  if (values.empty()) {
    return waiting;
  }
  Cases best;
  for (auto const& value : values) {
    auto run = run_by(fact, value, waiting, target);
    if (run.size() > best.size()) {
      best = std::move(run);
    }
  }
  return best;
}

}  // namespace rpchspec::targets
