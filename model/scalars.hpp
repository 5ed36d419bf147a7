// Scalars with units, typed by the field they are meant for.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rpchspec::model {

/// What a scalar may be, told when it isn't.
template <class T>
using Parsed = tl::expected<T, std::string>;

/// "5s", "250ms", "1.5m", "2h" in nanoseconds; at most 30 days. A bare number is refused with what
/// was probably meant: "30s?".
[[nodiscard]] Parsed<std::int64_t> parse_duration(std::string_view text);

/// "64KiB", "8MiB", "1GiB", "65536", "0x10000" in bytes.
[[nodiscard]] Parsed<std::uint64_t> parse_size(std::string_view text);

/// "12", "0x0c": no units, no sign, no leading zero that would look octal.
[[nodiscard]] Parsed<std::uint64_t> parse_integer(std::string_view text);

/// "true" or "false" and nothing else.
[[nodiscard]] Parsed<bool> parse_bool(std::string_view text);

/// Replaces sizes with units by bytes in an override or a condition: "64KiB", "8KiB..256KiB",
/// "8KiB|64KiB". Anything else stays as it is.
[[nodiscard]] std::string without_size_units(std::string_view text);

/// "5s", "250ms": the shortest that says the same.
[[nodiscard]] std::string duration_text(std::int64_t nanoseconds);

/// "64KiB" where it is whole, else digits.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace rpchspec::model
