#include "model/text_error.hpp"

#include <algorithm>
#include <tuple>

namespace rpchspec::model {

std::string to_string(TextError const& error) {
  return error.file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
         error.message;
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
