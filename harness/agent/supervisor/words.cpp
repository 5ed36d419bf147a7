#include "harness/agent/supervisor/words.hpp"

#include <algorithm>

namespace rpchspec::supervisor {

namespace {

constexpr std::size_t kMostName = 64;
constexpr std::size_t kMostWord = 256;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view further) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || further.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostName && is_letter_or_digit(text.front()) &&
         consists_of(text, "-_.");
}

bool is_file_name(std::string_view text) {
  return is_name(text) && text.ends_with(".yaml");
}

bool is_selector(std::string_view text) {
  bool const is_file = text.ends_with(".yaml") || text.ends_with(".yml");
  return !text.empty() && text.size() <= kMostWord && !is_file &&
         (is_letter_or_digit(text.front()) || text.front() == '*') &&
         consists_of(text, "-_./@*:=,+") && text.find("..") == std::string_view::npos;
}

bool is_value(std::string_view text) {
  return text.size() <= kMostWord && consists_of(text, "-_./@*:=,+%[];");
}

}  // namespace rpchspec::supervisor
