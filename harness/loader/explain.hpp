// Scenarios and requirements in words.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/loader/load.hpp"

namespace rpchspec::loader {

/// A case as one reads a ladder: set-ups, steps from top to bottom, then what must be seen, each
/// with the requirement it checks and that requirement's level in the topology.
[[nodiscard]] std::string explain(scenario::v1::Scenario const& scenario,
                                  Library const& library,
                                  std::string_view topology);

/// A requirement, and the cases that check it.
[[nodiscard]] std::string explain(model::Requirement const& requirement, Suite const& suite);

/// One step in words: "server sends channel out, bytes 32KiB".
[[nodiscard]] std::string in_words(scenario::v1::Step const& step);

/// One expectation in words: "client.out is closed, within 5s".
[[nodiscard]] std::string in_words(scenario::v1::Expectation const& expectation);

/// A scenario file to begin with, which loads as it is. @param id category/words.
[[nodiscard]] Result<std::string> skeleton(std::string_view id);

}  // namespace rpchspec::loader
