// Who may drive the control API.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/agent/http.hpp"
#include "harness/agent/message.hpp"
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

class Guard {
 public:
  explicit Guard(std::optional<Token> token) : token_(std::move(token)) {}

  /// 401 without the token, 403 for a browser's Origin or a Host that is a name, 415 for a body
  /// that does not say it is JSON.
  [[nodiscard]] Answer<void> admit(HttpRequest const& request) const;

 private:
  std::optional<Token> token_;
};

}  // namespace rpchspec::agent
