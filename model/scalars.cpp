#include "model/scalars.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace rpchspec::model {
namespace {

constexpr std::int64_t kLongest = 30LL * 24 * 3600 * 1'000'000'000;
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kTimes{
    {{"h", 3600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}}};
constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> kSizes{
    {{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

tl::unexpected<std::string> wants(std::string_view what, std::string_view got) {
  return tl::unexpected("wants " + std::string(what) + ", got '" + std::string(got) + "'");
}

std::size_t number_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_digit(text[i])) {
    ++i;
  }
  if (i > 0 && i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) {
    ++i;
    while (i < text.size() && is_digit(text[i])) {
      ++i;
    }
  }
  return i;
}

}  // namespace

Parsed<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::string_view kWant = "a duration with a unit (250ms, 5s, 2m, 1h)";
  auto const length = number_length(text);
  auto const unit = text.substr(length);
  if (length > 0 && unit.empty()) {
    return tl::unexpected("wants a duration with a unit, got '" + std::string(text) + "'; " +
                          std::string(text) + "s?");
  }
  for (auto const& [name, nanoseconds] : kTimes) {
    if (length == 0 || unit != name) {
      continue;
    }
    double value = 0;
    std::from_chars(text.data(), text.data() + length, value);
    double const product = value * static_cast<double>(nanoseconds);
    if (product > static_cast<double>(kLongest)) {
      return wants("a duration of at most 30 days", text);
    }
    return static_cast<std::int64_t>(std::llround(product));
  }
  return wants(kWant, text);
}

Parsed<std::uint64_t> parse_integer(std::string_view text) {
  constexpr std::string_view kWant = "an unsigned integer";
  bool const hex = text.starts_with("0x") || text.starts_with("0X");
  auto const digits = hex ? text.substr(2) : text;
  if (digits.empty() || (!hex && digits.size() > 1 && digits[0] == '0')) {
    return wants(kWant, text);
  }
  std::uint64_t value = 0;
  auto const* end = digits.data() + digits.size();
  auto const [at, error] = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
  if (error != std::errc{} || at != end) {
    return wants(kWant, text);
  }
  return value;
}

Parsed<std::uint64_t> parse_size(std::string_view text) {
  for (auto const& [name, bytes] : kSizes) {
    if (!text.ends_with(name)) {
      continue;
    }
    auto const count = parse_integer(text.substr(0, text.size() - name.size()));
    if (!count || *count > std::numeric_limits<std::uint64_t>::max() / bytes) {
      break;
    }
    return *count * bytes;
  }
  if (auto const plain = parse_integer(text)) {
    return *plain;
  }
  return wants("a number of bytes (65536, 0x10000, 64KiB, 1MiB, 1GiB)", text);
}

Parsed<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "false") {
    return text == "true";
  }
  return wants("true or false", text);
}

std::string without_size_units(std::string_view text) {
  for (std::string_view const separator : {"..", "|"}) {
    if (auto const at = text.find(separator); at != std::string_view::npos) {
      return without_size_units(text.substr(0, at)) + std::string(separator) +
             without_size_units(text.substr(at + separator.size()));
    }
  }
  auto const size = text.ends_with("iB") ? parse_size(text) : Parsed<std::uint64_t>{};
  return text.ends_with("iB") && size ? std::to_string(*size) : std::string(text);
}

std::string duration_text(std::int64_t nanoseconds) {
  for (auto const& [name, unit] : kTimes) {
    if (nanoseconds != 0 && nanoseconds % unit == 0 && (nanoseconds / unit > 1 || name != "m")) {
      return std::to_string(nanoseconds / unit) + std::string(name);
    }
  }
  return nanoseconds == 0 ? "0s" : std::to_string(nanoseconds / 1'000'000) + "ms";
}

std::string size_text(std::uint64_t bytes) {
  for (auto const& [name, unit] : kSizes) {
    if (bytes != 0 && bytes % unit == 0) {
      return std::to_string(bytes / unit) + std::string(name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace rpchspec::model
