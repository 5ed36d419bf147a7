// Values in expectations: globs, ranges, alternatives and $Parameters. Private to reports.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rpchspec::reports {

using Parameters = std::map<std::string, std::string, std::less<>>;

enum class LetterCase { exact, ignored };

/// `*` stands for any characters, also none; nothing else is special.
[[nodiscard]] bool glob(std::string_view pattern,
                        std::string_view text,
                        LetterCase letter_case = LetterCase::exact);

/// A decimal or 0x number that takes all of the text.
[[nodiscard]] std::optional<std::uint64_t> number(std::string_view text);

/// `wanted` is one of: a|b, where each is "lo..hi" (numbers), "$Parameter", a glob, or the value
/// itself. Numbers compare as numbers, everything else as text without regard to case. A parameter
/// that nobody recorded matches nothing.
[[nodiscard]] bool matches(std::string_view wanted,
                           std::string_view value,
                           Parameters const& parameters);

/// "503" or "4xx" against a status.
[[nodiscard]] bool matches_status(std::string_view wanted, std::uint32_t status);

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Lower-case digits.
[[nodiscard]] std::string hex(std::string_view bytes);

/// "2.104 s": a point in a journal.
[[nodiscard]] std::string seconds_text(std::uint64_t ns);

}  // namespace rpchspec::reports
