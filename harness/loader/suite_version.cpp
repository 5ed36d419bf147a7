#include "harness/loader/suite_version.hpp"

#include <algorithm>
#include <charconv>

namespace rpchspec::loader {
namespace {

/// Takes the first number off; 0 when there is none left.
unsigned take_number(std::string_view& text) {
  auto const end = std::min(text.find('.'), text.size());
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + end, value);
  text.remove_prefix(std::min(end + 1, text.size()));
  return value;
}

}  // namespace

bool is_suite_version(std::string_view text) {
  std::size_t digits = 0;
  for (char const c : text) {
    if (c == '.' && digits == 0) {
      return false;
    }
    if (c != '.' && (c < '0' || c > '9')) {
      return false;
    }
    digits = c == '.' ? 0 : digits + 1;
    if (digits > 9) {
      return false;
    }
  }
  return digits > 0;
}

bool before(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) {
    return a.empty() && !b.empty();
  }
  while (!a.empty() || !b.empty()) {
    auto const x = take_number(a);
    auto const y = take_number(b);
    if (x != y) {
      return x < y;
    }
  }
  return false;
}

}  // namespace rpchspec::loader
