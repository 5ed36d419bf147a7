#include "reports/json_text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace rpchspec::reports {

namespace json = boost::json;

namespace {

void indent(json::value const& value, std::string& to, std::string const& margin) {
  auto const inner = margin + "  ";
  if (auto const* object = value.if_object(); object != nullptr && !object->empty()) {
    to += "{";
    char const* separator = "\n";
    for (auto const& [key, each] : *object) {
      to += separator + inner + json::serialize(json::value(key)) + ": ";
      indent(each, to, inner);
      separator = ",\n";
    }
    to += "\n" + margin + "}";
    return;
  }
  auto const* array = value.if_array();
  if (array != nullptr && !array->empty() && array->front().is_object()) {
    to += "[";
    char const* separator = "\n";
    for (auto const& each : *array) {
      to += separator + inner;
      indent(each, to, inner);
      separator = ",\n";
    }
    to += "\n" + margin + "]";
    return;
  }
  if (auto const* number = value.if_double()) {
    to += fmt::format("{}", *number);  // 0.41, where Boost.JSON writes 4.1E-1
    return;
  }
  to += json::serialize(value);
}

}  // namespace

std::string utf8(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    std::size_t const size = lead < 0x80                    ? 1
                             : lead >= 0xC2 && lead <= 0xDF ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    bool whole = size != 0 && i + size <= text.size();
    for (std::size_t k = 1; whole && k < size; ++k) {
      whole = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
    }
    if (whole && size > 2) {  // overlong, surrogate, beyond U+10FFFF
      auto const next = static_cast<unsigned char>(text[i + 1]);
      whole = !(lead == 0xE0 && next < 0xA0) && !(lead == 0xED && next > 0x9F) &&
              !(lead == 0xF0 && next < 0x90) && !(lead == 0xF4 && next > 0x8F);
    }
    out += whole ? std::string(text.substr(i, size)) : "\xEF\xBF\xBD";
    i += whole ? size : 1;
  }
  return out;
}

json::array texts_json(std::vector<std::string> const& texts) {
  json::array array;
  for (auto const& text : texts) {
    array.emplace_back(utf8(text));
  }
  return array;
}

std::string indented(json::value const& value) {
  std::string text;
  indent(value, text, "");
  return text;
}

}  // namespace rpchspec::reports
