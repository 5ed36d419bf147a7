// What a case carries, for proxies whose OUT channels are short.

#pragma once

#include <cstdint>

#include "model/scenario.pb.h"

namespace rpchspec::targets {

/// Bytes that the OUT channel of one virtual connection has to carry at most, from the server's
/// payload and the acknowledgements of the client's; 0 for a case that uses channels up on purpose.
/// Steps of `parallel` and set-ups count; what a call is answered does not.
[[nodiscard]] std::uint64_t carried_on_out(scenario::v1::Scenario const& scenario);

}  // namespace rpchspec::targets
