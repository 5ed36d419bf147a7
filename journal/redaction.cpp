#include "journal/redaction.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rpchspec::journal {

namespace {

constexpr char kBlot = '*';
constexpr std::size_t kLongestWord = 32;
constexpr std::array<std::string_view, 6> kSchemes{"basic", "bearer",    "digest",
                                                   "ntlm",  "negotiate", "kerberos"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_line_end(char c) {
  return c == '\r' || c == '\n';
}

}  // namespace

void Redactor::restart() {
  place_ = Place::line_start;
  folded_ = Place::shown;
  word_.clear();
}

void Redactor::append(ByteView bytes, std::string& to) {
  for (auto const c : as_text(bytes)) {
    to += next(c);
  }
}

char Redactor::next(char c) {
  if (is_line_end(c)) {
    if (place_ == Place::credentials) {
      place_ = Place::hidden;  // what is folded below it is no scheme's name
    }
    if (place_ != Place::line_start) {
      folded_ = place_ == Place::name ? Place::shown : place_;
      place_ = Place::line_start;
    }
    return c;
  }
  switch (place_) {
    case Place::line_start:
      return at_line_start(c);
    case Place::name:
      return in_name(c);
    case Place::shown:
      return c;
    case Place::credentials:
      return in_credentials(c);
    case Place::hidden:
      return is_blank(c) ? c : kBlot;
    case Place::challenge:
      return in_challenge(c);
    case Place::blob:
      place_ = c == ',' ? Place::challenge : Place::blob;
      return c == ',' || is_blank(c) ? c : kBlot;
  }
  return kBlot;
}

char Redactor::at_line_start(char c) {
  if (is_blank(c) && folded_ != Place::shown) {
    place_ = folded_;
    return c;
  }
  place_ = Place::name;
  word_.clear();
  return in_name(c);
}

char Redactor::in_name(char c) {
  if (c != ':') {
    if (!is_blank(c) && word_.size() < kLongestWord) {
      word_ += lower(c);
    }
    return c;
  }
  if (word_ == "authorization" || word_ == "proxy-authorization") {
    place_ = Place::credentials;
  } else if (word_ == "cookie" || word_ == "set-cookie") {
    place_ = Place::hidden;
  } else if (word_ == "www-authenticate" || word_ == "proxy-authenticate") {
    place_ = Place::challenge;
  } else {
    place_ = Place::shown;
  }
  word_.clear();
  return c;
}

char Redactor::in_credentials(char c) {
  if (is_blank(c)) {
    place_ = word_.empty() ? Place::credentials : Place::hidden;
    return c;
  }
  word_ += lower(c);
  bool const may_be_a_scheme = std::any_of(kSchemes.begin(), kSchemes.end(),
                                           [&](auto scheme) { return scheme.starts_with(word_); });
  place_ = may_be_a_scheme ? Place::credentials : Place::hidden;
  return may_be_a_scheme ? c : kBlot;
}

char Redactor::in_challenge(char c) {
  if (is_blank(c) && (word_ == "ntlm" || word_ == "negotiate")) {
    place_ = Place::blob;
  }
  if (is_blank(c) || c == ',') {
    word_.clear();
  } else if (word_.size() < kLongestWord) {
    word_ += lower(c);
  }
  return c;
}

}  // namespace rpchspec::journal
