#include "model/suggestion.hpp"

#include <algorithm>

namespace rpchspec::model {
namespace {
constexpr std::size_t kMostToList = 24;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    above[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto const differs = static_cast<std::size_t>(a[i - 1] != b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above.back();
}

std::string nearest(std::string_view word, std::vector<std::string> const& allowed) {
  std::string best;
  std::size_t limit = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (auto const& candidate : allowed) {
    auto const distance = edit_distance(word, candidate);
    if (distance < limit && distance < candidate.size()) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, std::vector<std::string> const& allowed) {
  if (auto const best = nearest(word, allowed); !best.empty()) {
    return "; did you mean '" + best + "'?";
  }
  return allowed.empty() || allowed.size() > kMostToList ? "" : "; allowed: " + join(allowed);
}

std::string join(std::vector<std::string> const& words, std::string_view by) {
  std::string text;
  for (auto const& word : words) {
    if (!text.empty()) {
      text += by;
    }
    text += word;
  }
  return text;
}

}  // namespace rpchspec::model
