#include "protocol/wire/http_headers.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace rpchspec::wire {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Int>
std::optional<Int> decimal(std::string_view text) {
  Int value = 0;
  auto const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

void split(std::string_view line, std::vector<std::string_view>& into) {
  auto quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i + 1 < line.size() && quoted && line[i] == '\\') {
      ++i;
      continue;
    }
    if (i < line.size() && line[i] == '"') {
      quoted = !quoted;
    }
    if (i >= line.size() || (line[i] == ',' && !quoted)) {
      if (auto const element = trimmed(line.substr(start, i - start)); !element.empty()) {
        into.push_back(element);
      }
      start = i + 1;
    }
  }
}

Result<std::uint64_t> length_of(std::string_view element) {
  auto const wrong = [&](ErrorCode code, std::string_view expected) {
    return fail({code, 0, "Content-Length", "RFC 9110 8.6",
                 "found \"" + std::string(element.substr(0, 64)) + "\", expected " +
                     std::string(expected)});
  };
  auto const digits =
      std::all_of(element.begin(), element.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (element.empty() || !digits) {
    return wrong(ErrorCode::bad_syntax, "decimal digits");
  }
  auto const value = decimal<std::uint64_t>(element);
  if (!value || *value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return wrong(ErrorCode::too_large, "less than 2^63");
  }
  return *value;
}

/// The text after "name=", with names compared without case; empty when it is another pragma.
std::optional<std::string_view> value_of(std::string_view element, std::string_view name) {
  auto const equals = element.find('=');
  if (equals == std::string_view::npos || !iequals(trimmed(element.substr(0, equals)), name)) {
    return std::nullopt;
  }
  return trimmed(element.substr(equals + 1));
}

}  // namespace

bool iequals(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string const* find_header(HeaderList const& headers, std::string_view name) {
  auto const found = std::find_if(headers.begin(), headers.end(),
                                  [&](auto const& line) { return iequals(line.first, name); });
  return found == headers.end() ? nullptr : &found->second;
}

std::vector<std::string_view> all_headers(HeaderList const& headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (auto const& [line_name, value] : headers) {
    if (iequals(line_name, name)) {
      values.push_back(value);
    }
  }
  return values;
}

void set_header(HeaderList& headers, std::string_view name, std::string_view value) {
  auto const named = [&](auto const& line) { return iequals(line.first, name); };
  auto const first = std::find_if(headers.begin(), headers.end(), named);
  if (first == headers.end()) {
    headers.emplace_back(name, value);
    return;
  }
  first->second = value;
  headers.erase(std::remove_if(first + 1, headers.end(), named), headers.end());
}

std::size_t remove_header(HeaderList& headers, std::string_view name) {
  return std::erase_if(headers, [&](auto const& line) { return iequals(line.first, name); });
}

std::vector<std::string_view> list_elements(HeaderList const& headers, std::string_view name) {
  std::vector<std::string_view> elements;
  for (auto const line : all_headers(headers, name)) {
    split(line, elements);
  }
  return elements;
}

bool has_element(HeaderList const& headers, std::string_view name, std::string_view element) {
  auto const elements = list_elements(headers, name);
  return std::any_of(elements.begin(), elements.end(),
                     [&](std::string_view found) { return iequals(found, element); });
}

Result<std::optional<std::uint64_t>> content_length(HeaderList const& headers) {
  std::optional<std::uint64_t> length;
  for (auto line : all_headers(headers, "Content-Length")) {
    for (auto more = true; more;) {
      auto const comma = line.find(',');
      auto const value = length_of(trimmed(line.substr(0, comma)));
      if (!value) {
        return fail(value.error());
      }
      if (length && *length != *value) {
        return fail({ErrorCode::bad_syntax, 0, "Content-Length", "RFC 9110 8.6",
                     "found both " + std::to_string(*length) + " and " + std::to_string(*value)});
      }
      length = *value;
      more = comma != std::string_view::npos;
      line.remove_prefix(more ? comma + 1 : 0);
    }
  }
  return length;
}

bool keeps_alive(int version, HeaderList const& headers) {
  if (has_element(headers, "Connection", "close")) {
    return false;
  }
  return version >= kHttp11 || has_element(headers, "Connection", "keep-alive");
}

Result<Pragmas> parse_pragmas(HeaderList const& headers) {
  Pragmas pragmas;
  for (auto const element : list_elements(headers, "Pragma")) {
    if (iequals(element, "no-cache")) {
      pragmas.no_cache = true;
    } else if (auto const seconds = value_of(element, "MinConnTimeout")) {
      auto const value = decimal<std::uint32_t>(*seconds);
      if (!value) {
        return fail(
            {ErrorCode::bad_value, 0, "MinConnTimeout", "MS-RPCH 2.1.2.1.1",
             "found \"" + std::string(seconds->substr(0, 64)) + "\", expected decimal seconds"});
      }
      pragmas.min_conn_timeout = pragmas.min_conn_timeout.value_or(*value);
    } else if (auto const uuid = value_of(element, "ResourceTypeUuid")) {
      pragmas.resource_type_uuid = pragmas.resource_type_uuid.value_or(std::string(*uuid));
    } else if (auto const session = value_of(element, "SessionId")) {
      pragmas.session_id = pragmas.session_id.value_or(std::string(*session));
    }
  }
  return pragmas;
}

}  // namespace rpchspec::wire
