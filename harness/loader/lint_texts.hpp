// The words of a scenario against the table of text_rules.hpp.

#pragma once

#include "harness/loader/to_proto.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::loader {

/// Refuses each text that its field cannot hold, at its place, with what the field wants; and times
/// that no proxy may be configured with.
void lint_texts(scenario::v1::Scenario const& scenario,
                Places const& places,
                model::TextErrors& errors);

}  // namespace rpchspec::loader
