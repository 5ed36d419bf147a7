#include "model/text_error.hpp"

#include <algorithm>
#include <regex>
#include <sstream>
#include <tuple>

namespace rpchspec::model {

std::string to_string(TextError const& error) {
  return error.file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
         error.message;
}

std::vector<TextError> parse_errors(std::string const& lines) {
  std::vector<TextError> errors;
  std::istringstream stream(lines);
  std::regex const form("(.*?):([0-9]{1,9}):([0-9]{1,9}): (.*)");
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_match(line, match, form)) {
      errors.push_back({match[1], std::stoi(match[2]), std::stoi(match[3]), match[4]});
    } else {
      errors.push_back({"", 1, 1, line});
    }
  }
  return errors;
}

void TextErrors::add(Mark where, std::string message) {
  errors_.push_back({file_, where.line, where.column, std::move(message)});
}

std::vector<TextError> TextErrors::sorted() const {
  auto const key = [](TextError const& e) { return std::tie(e.line, e.column, e.message); };
  auto sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](auto const& a, auto const& b) { return key(a) < key(b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

}  // namespace rpchspec::model
