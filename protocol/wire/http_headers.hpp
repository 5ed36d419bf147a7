// Looking things up in a head's header lines: names without regard to case, lists over several
// lines.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/wire/http_head.hpp"

namespace rpchspec::wire {

/// ASCII letters compare equal in either case.
[[nodiscard]] bool iequals(std::string_view left, std::string_view right);

/// The first value of the header, or null.
[[nodiscard]] std::string const* find_header(HeaderList const& headers, std::string_view name);

/// Every line of the header, in order.
[[nodiscard]] std::vector<std::string_view> all_headers(HeaderList const& headers,
                                                        std::string_view name);

/// Replaces the header's first line and drops its others; appends when there was none.
void set_header(HeaderList& headers, std::string_view name, std::string_view value);

/// Drops every line of the header. @return how many there were.
std::size_t remove_header(HeaderList& headers, std::string_view name);

/// The elements of a comma list over all lines of the header, trimmed; empty ones are left out.
/// Commas inside double quotes separate nothing.
[[nodiscard]] std::vector<std::string_view> list_elements(HeaderList const& headers,
                                                          std::string_view name);

/// True when the list has this element, in either case: `has_element(h, "Connection", "close")`.
[[nodiscard]] bool has_element(HeaderList const& headers,
                               std::string_view name,
                               std::string_view element);

/// Content-Length: digits only, below 2^63; several equal values count as one (RFC 9110 8.6).
/// @return empty when there is none; bad_syntax for other characters, signs, an empty value or
///         values that differ; too_large from 2^63 on.
[[nodiscard]] Result<std::optional<std::uint64_t>> content_length(HeaderList const& headers);

/// True when the connection stays open after this message as far as its head says (RFC 9112 9.3).
[[nodiscard]] bool keeps_alive(int version, HeaderList const& headers);

/// The pragmas of an IN or OUT request (MS-RPCH 2.1.2.1.1, 2.1.2.1.2).
struct Pragmas {
  bool no_cache = false;
  std::optional<std::uint32_t> min_conn_timeout;  // seconds; 120 to 14400 when legal
  std::optional<std::string> resource_type_uuid;  // as written
  std::optional<std::string> session_id;          // as written
  friend bool operator==(Pragmas const&, Pragmas const&) = default;
};

inline constexpr std::uint32_t kMinConnTimeoutLow = 120;      // seconds
inline constexpr std::uint32_t kMinConnTimeoutHigh = 14'400;  // seconds

/// Reads all Pragma lines; the first of several equal names counts, names have no case, unknown
/// pragmas are passed over. @return bad_value when MinConnTimeout is not a decimal number of 32
/// bits; its range is left to the caller.
[[nodiscard]] Result<Pragmas> parse_pragmas(HeaderList const& headers);

}  // namespace rpchspec::wire
