// Who may drive the control API.

#pragma once

#include <optional>

#include "harness/agent/http.hpp"
#include "harness/agent/message.hpp"
#include "harness/agent/token.hpp"

namespace rpchspec::agent {

class Guard {
 public:
  explicit Guard(std::optional<Token> token) : token_(token) {}

  /// 401 without the token, 403 for a browser's Origin or a Host that is a name, 415 for a body
  /// that does not say it is JSON.
  [[nodiscard]] Answer<void> admit(HttpRequest const& request) const;

 private:
  std::optional<Token> token_;
};

}  // namespace rpchspec::agent
