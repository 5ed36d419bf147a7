// What a caller shows, and which addresses need none.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/error.hpp"

namespace rpchspec::agent {

/// A bearer token, of which only a digest is kept.
class Token {
 public:
  static constexpr std::size_t kLeast = 16;  // characters

  /// The first line of a file. io, or bad_value for one that is too short.
  [[nodiscard]] static Result<Token> load(std::string const& file);

  explicit Token(std::string_view text);

  /// In a time that does not tell how far it matches.
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  std::array<std::uint8_t, 32> digest_{};
};

/// True for 127.0.0.0/8 and ::1.
[[nodiscard]] bool is_loopback(std::string const& address);

}  // namespace rpchspec::agent
