// Whether the proxy under test is reached directly or through the target's forward proxy.

#pragma once

#include "harness/engine/case_run.hpp"
#include "protocol/session/proxy_use.hpp"

namespace rpchspec::engine {

/// Proxy use determination (MS-RPCH 3.2.2.4.1.1), for all cases of a run. Blocks the calling
/// thread, at most half a minute. Precondition: the target has a forward proxy and a URL.
[[nodiscard]] Result<session::ProxyUse> determine_proxy_use(Surroundings const& surroundings);

}  // namespace rpchspec::engine
