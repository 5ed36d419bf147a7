// The text of each fact, read into its type. Private to targets.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/targets/target.hpp"

namespace rpchspec::targets {

/// What a correct proxy can have at all.
struct Allowed {
  std::uint64_t low = 0;  // nanoseconds, or bytes
  std::uint64_t high = UINT64_MAX;
  std::string_view text{};  // "30s to 4h (MS-RPCH 2.2.3.5.3)"
};

inline constexpr std::uint64_t kSecondInNs = 1'000'000'000;
// A proxy does not load with less than 30 s; the command carries at most 4 h.
inline constexpr Allowed kConnectionTimeouts{30 * kSecondInNs, 14'400 * kSecondInNs,
                                             "30s to 4h (MS-RPCH 2.2.3.5.3)"};
inline constexpr Allowed kReceiveWindows{8192, 262'144, "8KiB to 256KiB (MS-RPCH 2.2.3.5.1)"};
inline constexpr Allowed kChannelLifetimes{131'072, 2'147'483'648,
                                           "128KiB to 2GiB (MS-RPCH 2.2.3.5.5)"};
inline constexpr Allowed kAboveZero{1, UINT64_MAX, "more than 0"};

// Each puts a value in its place. @return why it cannot be, in words; empty: it is there.

[[nodiscard]] std::string set_duration(std::optional<Duration>& field,
                                       std::string const& value,
                                       Allowed const& range);
[[nodiscard]] std::string set_size(std::optional<std::uint32_t>& field,
                                   std::string const& value,
                                   Allowed const& range);
[[nodiscard]] std::string set_bool(std::optional<bool>& field, std::string const& value);
[[nodiscard]] std::string set_auth(Facts& facts, std::string const& value);
[[nodiscard]] std::string set_protection(Facts& facts, std::string const& value);
[[nodiscard]] std::string set_ports(Facts& facts, std::string const& value);
[[nodiscard]] std::string set_host_name(Facts& facts, std::string const& value);
[[nodiscard]] std::string set_netbios_name(Facts& facts, std::string const& value);

}  // namespace rpchspec::targets
