// What went wrong, as a value. Its text is made where it is shown.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rpchspec {

enum class ErrorCode {
  truncated,      // fewer bytes than a length or count promised
  too_large,      // a length, count or nesting above the limit set for it
  bad_value,      // a field holds a value that its section does not allow
  bad_syntax,     // text or framing that does not follow its grammar
  unexpected,     // well-formed, but not in this state or from this side
  not_supported,  // legal, but outside what this program does
  not_found,      // a name that is not known
  io,             // the operating system or a peer refused
  tls,            // the TLS layer refused
  deadline,       // the time for it ran out
};

/// One error: what, where in the bytes (or text), which field, which section of which document.
struct Error {
  ErrorCode code = ErrorCode::bad_value;
  std::uint64_t offset = 0;       // bytes from the start of what was being read
  std::string_view field = {};    // the document's own name of the field; static storage
  std::string_view section = {};  // "MS-RPCH 2.2.3.5.1"; static storage
  std::string detail = {};        // what was found and what was expected, in words

  friend bool operator==(Error const&, Error const&) = default;
};

/// "truncated at offset 12 in frag_length (MS-RPCH 2.2.3.6.1): 3 bytes, expected 20".
[[nodiscard]] std::string to_string(Error const& error);
[[nodiscard]] std::string_view to_string(ErrorCode code);

/// Whatever a peer, a file or a network can cause is returned as a Result, never thrown.
template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand: `return fail({ErrorCode::truncated, 0, "frag_length", "MS-RPCH 2.2.3.6.1"});`
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace rpchspec
