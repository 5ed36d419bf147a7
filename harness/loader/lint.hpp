// What the descriptor cannot say of a scenario: names that must be known, and words that must not
// be missing.

#pragma once

#include <map>
#include <string>

#include "harness/loader/given.hpp"
#include "harness/loader/scenario_words.hpp"
#include "harness/loader/to_proto.hpp"
#include "model/requirements.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::loader {

/// Ids that are out of use: retired id to what replaced it, in words. scenarios/retired.yaml.
using Retired = std::map<std::string, std::string>;

struct LintContext {
  model::RequirementRegistry const& requirements;
  SetUps const& set_ups;
  Retired const& retired;
  FactCheck wrong_fact;
};

/// Checks one scenario of one file: ids, category, requirements, subjects, labels, PDU names,
/// meanings, ranges.
void lint(scenario::v1::Scenario const& scenario,
          Places const& places,
          LintContext const& context,
          model::TextErrors& errors);

}  // namespace rpchspec::loader
