// Random histories, the same ones for the same seed on every machine.

#pragma once

#include <cstdint>

#include "harness/explore/history.hpp"

namespace rpchspec::explore {

/// The `number`th history of a seed, from 1. About one in four is illegal: a peer breaks the
/// protocol, and the proxy must end what it broke and nothing else.
[[nodiscard]] History generate(std::uint64_t seed, std::uint64_t number);

}  // namespace rpchspec::explore
