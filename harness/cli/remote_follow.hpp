// `remote run` and `remote attach`: a run on an agent, told as one here is.

#pragma once

#include "harness/agent/service/client.hpp"
#include "harness/cli/remote_options.hpp"

namespace rpchspec::cli {

enum class Begin { run, attach };

/// Begins it or joins it, follows it to its end and brings its files here.
/// @return its exit code.
[[nodiscard]] int follow(service::RemoteAgent& agent, RemoteOptions const& options, Begin begin);

}  // namespace rpchspec::cli
