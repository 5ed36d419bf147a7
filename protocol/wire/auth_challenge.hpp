// Challenges of WWW-Authenticate, in every form that RFC 9110 11.6.1 allows.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/wire/http_head.hpp"

namespace rpchspec::wire {

struct AuthParameter {
  std::string name;   // as written
  std::string value;  // without quotes and escapes
  friend bool operator==(AuthParameter const&, AuthParameter const&) = default;
};

/// `Scheme`, `Scheme token`, or `Scheme name=value, name="va,lue"`.
struct AuthChallenge {
  std::string scheme;  // as written; compare without case
  std::string token;   // token68, as written; empty: none
  std::vector<AuthParameter> parameters;
  friend bool operator==(AuthChallenge const&, AuthChallenge const&) = default;
};

/// All challenges of one field value: one, or a list whose commas also separate parameters. What
/// fits nowhere is passed over up to the next comma.
[[nodiscard]] std::vector<AuthChallenge> parse_challenges(std::string_view value);

/// All challenges of a head, over all its WWW-Authenticate lines, in order.
[[nodiscard]] std::vector<AuthChallenge> challenges_of(HeaderList const& headers);

/// The first challenge of this scheme, in any case; null when it is not offered.
[[nodiscard]] AuthChallenge const* find_challenge(std::vector<AuthChallenge> const& challenges,
                                                  std::string_view scheme);

/// Scheme and token of an Authorization value; the token is all behind the scheme's blanks.
struct AuthCredentials {
  std::string_view scheme;
  std::string_view token;
};

[[nodiscard]] AuthCredentials split_credentials(std::string_view authorization);

}  // namespace rpchspec::wire
