// A fault as a step of a scenario says it: on the ends that the step's actor plays.

#pragma once

#include <string_view>
#include <vector>

#include "harness/faults/fault_spec.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::faults {

/// Who does it: `client.fault` or `server.fault`.
enum class Actor { client, server };

[[nodiscard]] std::string_view to_string(Actor actor);
[[nodiscard]] OurEnd end_of(Actor actor);

/// Whether it can be that step; refused with what is allowed there.
[[nodiscard]] Checked<void> checked_step(api::Fault const& step, Actor actor);

/// What the step sets: one fault, or, of the leg `both`, two: NAME.in and NAME.out. Where it names
/// no leg it is the one that the actor sends payload on.
[[nodiscard]] std::vector<api::Fault> faults_of(api::Fault const& step, Actor actor);

/// The names that faults_of() gives to a step of that name.
[[nodiscard]] std::vector<std::string> names_of_step(std::string const& name);

/// Faults of bytes that wait for no PDU act on the channels that are open.
[[nodiscard]] bool acts_on_open(api::Fault const& step);

/// "in", "out" or "v1".
[[nodiscard]] std::string_view channel_of(api::Fault const& fault);

/// Whether the actor of this scenario has such a step, or is told its steps one by one.
[[nodiscard]] bool may_fault(scenario::v1::Scenario const& scenario, Actor actor);

}  // namespace rpchspec::faults
