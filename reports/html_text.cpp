#include "reports/html_text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "reports/json_text.hpp"

namespace rpchspec::reports {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/@:=,+").find(c) != std::string_view::npos;
}

std::string percent_encoded(std::string_view text, bool (*stays)(char)) {
  std::string out;
  for (char const c : text) {
    if (stays(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default: {
        auto const byte = static_cast<unsigned char>(c);
        bool const control = (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
        out += control ? "\xEF\xBF\xBD" : std::string(1, c);
      }
    }
  }
  return out;
}

std::string path_link(std::string_view path) {
  return escaped(percent_encoded(
      path, [](char c) { return std::string_view("%#? ").find(c) == std::string_view::npos; }));
}

std::string fragment(std::string_view text) {
  return percent_encoded(utf8(text), is_plain);
}

std::string script_json(boost::json::value const& value) {
  std::string out;
  for (char const c : boost::json::serialize(value)) {
    out += c == '<' ? "\\u003c" : std::string(1, c);
  }
  return out;
}

}  // namespace rpchspec::reports
