// Who plays the servers of a run (--backend-at), by whatever it speaks.

#pragma once

#include "harness/engine/link.hpp"
#include "harness/targets/target.hpp"

namespace rpchspec::cli {

/// `backend --driven`, or, by gRPC, `serve`. An error names the file that can't be read.
[[nodiscard]] Result<std::unique_ptr<engine::WayToPeer>> way_to_peer(targets::Target const& target);

}  // namespace rpchspec::cli
