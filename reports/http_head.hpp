// Fields of a recorded HTTP head. Private to reports: reads text, judges nothing.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::reports {

struct HeadField {
  std::string_view name;
  std::string_view value;  // without surrounding blanks
};

/// All field lines of a head, in order. Views into `text`.
[[nodiscard]] std::vector<HeadField> head_fields(std::string_view text);

/// Values of every field line with this name, in order; the name in any case.
[[nodiscard]] std::vector<std::string_view> values_of(std::string_view text, std::string_view name);

/// The Content-Length, when there is exactly one value and it is a number.
[[nodiscard]] std::optional<std::uint64_t> content_length(std::string_view text);

/// The first line, without its line end.
[[nodiscard]] std::string_view start_line(std::string_view text);

/// The digits of "RPC Error: <hex>[, EEInfo: ...]"; empty when the reason has another form.
[[nodiscard]] std::optional<std::string_view> rpc_error(std::string_view reason);

}  // namespace rpchspec::reports
