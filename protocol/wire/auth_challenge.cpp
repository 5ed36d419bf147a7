#include "protocol/wire/auth_challenge.hpp"

#include <algorithm>

#include "protocol/wire/http_headers.hpp"

namespace rpchspec::wire {
namespace {

bool is_token_char(char c) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kSigns.find(c) != kSigns.npos;
}

/// Base64 in either alphabet; '*' where a record has blotted it out.
bool is_token68_char(char c) {
  constexpr std::string_view kSigns = "-._~+/*";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kSigns.find(c) != kSigns.npos;
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }

  bool skip_blanks() {
    auto const from = at_;
    at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    return at_ != from;
  }

  template <class Accepts>
  std::string_view take(Accepts accepts) {
    auto const from = at_;
    while (!at_end() && accepts(text_[at_])) {
      ++at_;
    }
    return text_.substr(from, at_ - from);
  }

  bool take_char(char c) {
    if (peek() != c || at_end()) {
      return false;
    }
    ++at_;
    return true;
  }

  /// Precondition: a double quote is next. An unclosed one takes all that is left.
  std::string take_quoted() {
    std::string value;
    for (++at_; !at_end() && text_[at_] != '"'; ++at_) {
      at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 1 : 0;
      value += text_[at_];
    }
    at_ = std::min(at_ + 1, text_.size());
    return value;
  }

  void skip_to_comma() {
    while (!at_end() && peek() != ',') {
      if (peek() == '"') {
        take_quoted();
      } else {
        ++at_;
      }
    }
  }

  [[nodiscard]] std::size_t position() const { return at_; }

  void rewind(std::size_t to) { at_ = to; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// `name = value`; nothing is consumed where there is none.
std::optional<AuthParameter> take_parameter(Cursor& cursor) {
  auto const start = cursor.position();
  AuthParameter parameter;
  parameter.name = cursor.take(is_token_char);
  cursor.skip_blanks();
  if (parameter.name.empty() || !cursor.take_char('=')) {
    cursor.rewind(start);
    return std::nullopt;
  }
  cursor.skip_blanks();
  auto const quoted = cursor.peek() == '"';
  parameter.value = quoted ? cursor.take_quoted() : std::string(cursor.take(is_token_char));
  cursor.skip_blanks();
  if ((!quoted && parameter.value.empty()) || !(cursor.at_end() || cursor.peek() == ',')) {
    cursor.rewind(start);  // "abc==": a token68
    return std::nullopt;
  }
  return parameter;
}

std::string_view take_token68(Cursor& cursor) {
  auto const start = cursor.position();
  auto const token = cursor.take(is_token68_char);
  auto const padding = cursor.take([](char c) { return c == '='; });
  cursor.skip_blanks();
  if (!cursor.at_end() && cursor.peek() != ',') {
    cursor.rewind(start);
    return {};
  }
  return {token.data(), token.size() + padding.size()};
}

}  // namespace

std::vector<AuthChallenge> parse_challenges(std::string_view value) {
  std::vector<AuthChallenge> all;
  Cursor cursor(value);
  while (!cursor.at_end()) {
    cursor.skip_blanks();
    if (cursor.take_char(',')) {
      continue;
    }
    if (auto parameter = all.empty() ? std::nullopt : take_parameter(cursor)) {
      all.back().parameters.push_back(*std::move(parameter));
      continue;
    }
    auto const scheme = cursor.take(is_token_char);
    auto const apart = cursor.skip_blanks();
    if (scheme.empty() || !(apart || cursor.at_end() || cursor.peek() == ',')) {
      cursor.skip_to_comma();
      continue;
    }
    auto& challenge = all.emplace_back();
    challenge.scheme = scheme;
    if (auto parameter = take_parameter(cursor)) {
      challenge.parameters.push_back(*std::move(parameter));
    } else {
      challenge.token = take_token68(cursor);
    }
    cursor.skip_to_comma();
  }
  return all;
}

std::vector<AuthChallenge> challenges_of(HeaderList const& headers) {
  std::vector<AuthChallenge> all;
  for (auto const line : all_headers(headers, "WWW-Authenticate")) {
    auto const of_line = parse_challenges(line);
    all.insert(all.end(), of_line.begin(), of_line.end());
  }
  return all;
}

AuthChallenge const* find_challenge(std::vector<AuthChallenge> const& challenges,
                                    std::string_view scheme) {
  auto const found = std::find_if(challenges.begin(), challenges.end(),
                                  [&](auto const& each) { return iequals(each.scheme, scheme); });
  return found == challenges.end() ? nullptr : &*found;
}

AuthCredentials split_credentials(std::string_view authorization) {
  auto const space = std::min(authorization.find(' '), authorization.size());
  auto const token = std::min(authorization.find_first_not_of(' ', space), authorization.size());
  return {authorization.substr(0, space), authorization.substr(token)};
}

}  // namespace rpchspec::wire
