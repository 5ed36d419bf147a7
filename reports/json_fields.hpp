// Fields of a JSON object: whatever is missing or of another type is empty. Private to reports.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "model/verdict.hpp"

namespace rpchspec::reports {

[[nodiscard]] std::string text_of(boost::json::object const& object, std::string_view key);
[[nodiscard]] bool flag_of(boost::json::object const& object, std::string_view key);
[[nodiscard]] double number_of(boost::json::object const& object, std::string_view key);

/// A number that may stand in quotes.
[[nodiscard]] std::uint64_t count_of(boost::json::object const& object, std::string_view key);
[[nodiscard]] std::vector<std::string> texts_of(boost::json::object const& object,
                                                std::string_view key);
[[nodiscard]] boost::json::object const& object_of(boost::json::object const& object,
                                                   std::string_view key);

/// `must` for a word that is no level.
[[nodiscard]] model::Level level_of_text(std::string_view text);

template <class Each>
void each_object(boost::json::object const& object, std::string_view key, Each each) {
  auto const* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) {
    return;
  }
  for (auto const& entry : value->get_array()) {
    if (entry.is_object()) {
      each(entry.get_object());
    }
  }
}

}  // namespace rpchspec::reports
