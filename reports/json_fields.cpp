#include "reports/json_fields.hpp"

#include "reports/results_names.hpp"

namespace rpchspec::reports {

namespace json = boost::json;
using model::Level;

std::string text_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  auto const* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? "" : std::string(text->data(), text->size());
}

bool flag_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

double number_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) {
    return 0;
  }
  return value->is_double()  ? value->get_double()
         : value->is_int64() ? static_cast<double>(value->get_int64())
                             : static_cast<double>(value->get_uint64());
}

std::uint64_t count_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  if (value == nullptr) {
    return 0;
  }
  if (auto const* text = value->if_string()) {
    std::uint64_t number = 0;
    for (char const c : *text) {
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
  }
  return value->is_uint64() ? value->get_uint64()
         : value->is_int64() && value->get_int64() >= 0
             ? static_cast<std::uint64_t>(value->get_int64())
             : 0;
}

std::vector<std::string> texts_of(json::object const& object, std::string_view key) {
  std::vector<std::string> texts;
  auto const* value = object.if_contains(key);
  if (value != nullptr && value->is_array()) {
    for (auto const& each : value->get_array()) {
      if (auto const* text = each.if_string()) {
        texts.emplace_back(text->data(), text->size());
      }
    }
  }
  return texts;
}

json::object const& object_of(json::object const& object, std::string_view key) {
  static json::object const kNone;
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

Level level_of_text(std::string_view text) {
  for (auto const level : kLevels) {
    if (text == model::to_string(level)) {
      return level;
    }
  }
  return Level::must;
}

}  // namespace rpchspec::reports
