// What the steps and expectations of a scenario need of its other parts.

#pragma once

#include "harness/loader/to_proto.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::loader {

/// Whether the client has a connection of the step's virtual connection afterwards.
[[nodiscard]] bool opens(scenario::v1::Step const& step);

/// Refuses a virtual connection that no step opens, the release of a PDU that nothing holds, and a
/// server that does not listen.
void lint_play(scenario::v1::Scenario const& scenario,
               Places const& places,
               model::TextErrors& errors);

}  // namespace rpchspec::loader
