// How the values of options are read.

#pragma once

#include <cstdint>
#include <string>

#include "harness/targets/settings.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// What an option's value is refused with.
[[nodiscard]] tl::unexpected<Error> wrong_option(std::string why);

/// "30s" over zero.
[[nodiscard]] Result<Duration> parse_positive_duration(std::string const& text);

/// Digits, `least`..`most`.
[[nodiscard]] Result<std::uint64_t> parse_count(std::string const& text,
                                                std::uint64_t least,
                                                std::uint64_t most);

/// "0.1" to "100".
[[nodiscard]] Result<double> parse_scale(std::string const& text);

/// "2/4".
[[nodiscard]] Result<loader::Shard> parse_part(std::string const& text);

/// "auto", "front", or "CERT,KEY": two file names.
[[nodiscard]] Result<void> check_tls_choice(std::string const& text);

}  // namespace rpchspec::targets
