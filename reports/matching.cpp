#include "reports/matching.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace rpchspec::reports {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(char a, char b, LetterCase letter_case) {
  return letter_case == LetterCase::exact ? a == b : lower(a) == lower(b);
}

std::optional<std::string> resolved(std::string_view text, Parameters const& parameters) {
  if (text.size() < 2 || text.front() != '$') {
    return std::string(text);
  }
  auto const found = parameters.find(text.substr(1));
  return found == parameters.end() ? std::nullopt : std::optional(found->second);
}

bool in_range(std::string_view low,
              std::string_view high,
              std::string_view value,
              Parameters const& parameters) {
  auto const from = resolved(low, parameters);
  auto const to = resolved(high, parameters);
  auto const is = number(value);
  if (!from || !to || !is) {
    return false;
  }
  auto const least = number(*from);
  auto const most = number(*to);
  return least && most && *least <= *is && *is <= *most;
}

bool matches_one(std::string_view wanted, std::string_view value, Parameters const& parameters) {
  if (auto const dots = wanted.find(".."); dots != std::string_view::npos) {
    auto const low = wanted.substr(0, dots);
    auto const high = wanted.substr(dots + 2);
    auto const numeric = [](std::string_view side) {
      return number(side) || (!side.empty() && side.front() == '$');
    };
    if (numeric(low) && numeric(high)) {
      return in_range(low, high, value, parameters);
    }
  }
  auto const text = resolved(wanted, parameters);
  if (!text) {
    return false;
  }
  auto const a = number(*text);
  auto const b = number(value);
  if (a && b) {
    return *a == *b;
  }
  return glob(*text, value, LetterCase::ignored);
}

}  // namespace

bool glob(std::string_view pattern, std::string_view text, LetterCase letter_case) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && same(pattern[p], text[t], letter_case)) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

std::optional<std::uint64_t> number(std::string_view text) {
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return value;
}

bool matches(std::string_view wanted, std::string_view value, Parameters const& parameters) {
  for (;;) {
    auto const bar = wanted.find('|');
    if (matches_one(trimmed(wanted.substr(0, bar)), value, parameters)) {
      return true;
    }
    if (bar == std::string_view::npos) {
      return false;
    }
    wanted.remove_prefix(bar + 1);
  }
}

bool matches_status(std::string_view wanted, std::uint32_t status) {
  auto const text = std::to_string(status);
  return wanted.size() == text.size() &&
         std::equal(wanted.begin(), wanted.end(), text.begin(),
                    [](char w, char c) { return w == c || lower(w) == 'x'; });
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string_view trimmed(std::string_view text) {
  auto const blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (char const c : bytes) {
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

std::string seconds_text(std::uint64_t ns) {
  return fmt::format("{:.3f} s", static_cast<double>(ns) / 1e9);
}

}  // namespace rpchspec::reports
