#include "journal/redaction.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rpchspec::journal {

namespace {

constexpr char kBlot = '*';
constexpr std::size_t kLongestWord = 32;
constexpr std::size_t kLongestName = 64;  // with what is no letter of it
constexpr std::array<std::string_view, 6> kSchemes{"basic", "bearer",    "digest",
                                                   "ntlm",  "negotiate", "kerberos"};
constexpr std::array<std::string_view, 3> kBlobSchemes{"ntlm", "negotiate", "kerberos"};
constexpr std::array<std::string_view, 2> kCredentialFields{"authorization", "proxy-authorization"};
constexpr std::array<std::string_view, 2> kChallengeFields{"www-authenticate",
                                                           "proxy-authenticate"};
constexpr std::array<std::string_view, 4> kHiddenFields{
    "cookie", "set-cookie", "authentication-info", "proxy-authentication-info"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_line_end(char c) {
  return c == '\r' || c == '\n';
}

bool is_of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

template <class Words>
bool is_one_of(Words const& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

template <class Words>
bool begins_one_of(Words const& words, std::string_view text) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return word.starts_with(text); });
}

bool begins_a_secret_field(std::string_view text) {
  constexpr std::string_view kFirst = "acpsw";  // most lines are none of these
  if (!text.empty() && kFirst.find(text.front()) == std::string_view::npos) {
    return false;
  }
  return begins_one_of(kCredentialFields, text) || begins_one_of(kChallengeFields, text) ||
         begins_one_of(kHiddenFields, text);
}

}  // namespace

void Redactor::restart() {
  place_ = Place::line_start;
  folded_ = Place::shown;
  line_fed_ = false;
  word_.clear();
}

void Redactor::append(ByteView bytes, std::string& to) {
  for (auto const c : as_text(bytes)) {
    to += next(c);
  }
}

void Redactor::skip(ByteView bytes) {
  auto const text = as_text(bytes);
  std::size_t feed = 0;  // the next line feed, looked for once: lines may end without one
  bool looked = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (place_ == Place::shown || place_ == Place::hidden) {
      if (!looked || feed < at) {
        feed = std::min(text.find('\n', at), text.size());
        looked = true;
      }
      at += std::min(text.substr(at, feed - at).find('\r'), feed - at);
      if (at == text.size()) {
        return;
      }
    }
    (void)next(text[at]);
  }
}

bool Redactor::leaves(ByteView bytes) const {
  auto const is_plain = place_ == Place::name || place_ == Place::shown ||
                        (place_ == Place::line_start && folded_ == Place::shown);
  return is_plain && as_text(bytes).find(':') == std::string_view::npos;
}

void Redactor::end_line(char c) {
  if (place_ == Place::credentials) {
    place_ = Place::hidden;  // what is folded below it is no scheme's name
  }
  if (place_ != Place::line_start) {
    folded_ = place_ == Place::name ? Place::shown : place_;
    place_ = Place::line_start;
  } else if (c == '\n' && line_fed_) {
    folded_ = Place::shown;  // the empty line ends the head
  }
  line_fed_ = line_fed_ || c == '\n';
}

char Redactor::next(char c) {
  if (is_line_end(c)) {
    end_line(c);
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
  line_fed_ = false;
  if (is_blank(c) && folded_ != Place::shown) {
    place_ = folded_;
    return c;
  }
  place_ = Place::name;
  in_name_ = 0;
  word_.clear();
  return in_name(c);
}

char Redactor::in_name(char c) {
  if (c != ':') {
    if (is_of_a_name(c)) {
      word_ += lower(c);
    }
    bool const may_be_secret = begins_a_secret_field(word_) && ++in_name_ < kLongestName;
    place_ = may_be_secret ? Place::name : Place::shown;
    return c;
  }
  if (is_one_of(kCredentialFields, word_)) {
    place_ = Place::credentials;
  } else if (is_one_of(kHiddenFields, word_)) {
    place_ = Place::hidden;
  } else if (is_one_of(kChallengeFields, word_)) {
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
  bool const may_be_a_scheme = begins_one_of(kSchemes, word_);
  place_ = may_be_a_scheme ? Place::credentials : Place::hidden;
  return may_be_a_scheme ? c : kBlot;
}

char Redactor::in_challenge(char c) {
  if (is_blank(c) && is_one_of(kBlobSchemes, word_)) {
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
