// How a case's URI names the servers, where it says so: `named_by`.

#pragma once

#include <string>
#include <string_view>

#include "harness/targets/target.hpp"

namespace rpchspec::targets {

/// The name by `host_name`, `netbios_name`, `capitals` or `mixed_letters`; empty: this target has
/// none. The embedded proxy knows this machine by the name that every one has. Of a foreign one a
/// fact states it, or --server-name, where that is a host name.
[[nodiscard]] std::string name_of_servers(std::string_view by, Target const& target);

}  // namespace rpchspec::targets
