// What a scenario needs of its proxy's configuration, and the target lacks. Private to targets.

#pragma once

#include <string>
#include <vector>

#include "harness/targets/target.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::targets {

/// Something that is missing; `fact` would provide it.
struct Missing {
  std::string reason;
  std::string fact;
};

using Lacks = std::vector<Missing>;

/// Of a foreign RPC proxy, of which only what its facts state is known.
void check_configuration(scenario::v1::Scenario const& scenario,
                         Target const& target,
                         Lacks& lacks);

/// The name by which the client asks for the servers, where the case says how (named_by.hpp). It
/// stands for one address: where each case has its own there is none to give.
void check_name(scenario::v1::Scenario const& scenario, Target const& target, Lacks& lacks);

/// Our upstream behind a front is configured as needed, except for what the front decides.
void check_upstream(scenario::v1::ProxyNeeds const& needs, Target const& target, Lacks& lacks);

}  // namespace rpchspec::targets
