#include "reports/http_head.hpp"

#include "reports/matching.hpp"

namespace rpchspec::reports {
namespace {

std::string_view next_line(std::string_view& text) {
  auto const end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  return line;
}

bool same_name(std::string_view a, std::string_view b) {
  return glob(a, b, LetterCase::ignored);
}

}  // namespace

std::vector<HeadField> head_fields(std::string_view text) {
  std::vector<HeadField> fields;
  next_line(text);
  while (!text.empty()) {
    auto const line = next_line(text);
    auto const colon = line.find(':');
    if (colon != std::string_view::npos) {
      fields.push_back({trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))});
    }
  }
  return fields;
}

std::vector<std::string_view> values_of(std::string_view text, std::string_view name) {
  std::vector<std::string_view> values;
  for (auto const& field : head_fields(text)) {
    if (same_name(field.name, name)) {
      values.push_back(field.value);
    }
  }
  return values;
}

std::optional<std::uint64_t> content_length(std::string_view text) {
  auto const values = values_of(text, "Content-Length");
  if (values.empty()) {
    return std::nullopt;
  }
  for (auto const value : values) {
    if (value != values.front()) {
      return std::nullopt;
    }
  }
  return number(values.front());
}

std::string_view start_line(std::string_view text) {
  return next_line(text);
}

std::optional<std::string_view> rpc_error(std::string_view reason) {
  constexpr std::string_view kStart = "RPC Error: ";
  if (reason.substr(0, kStart.size()) != kStart) {
    return std::nullopt;
  }
  auto digits = reason.substr(kStart.size());
  digits = digits.substr(0, digits.find(','));
  if (digits.empty() || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
    return std::nullopt;
  }
  return digits;
}

}  // namespace rpchspec::reports
