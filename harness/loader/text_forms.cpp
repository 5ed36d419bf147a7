#include "harness/loader/text_forms.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "protocol/wire/valid_ports.hpp"

namespace rpchspec::loader {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

bool are_hex_bytes(std::string_view text) {
  auto const blanks = std::count_if(text.begin(), text.end(), is_blank);
  return (static_cast<std::ptrdiff_t>(text.size()) - blanks) % 2 == 0 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_blank(c) || is_hex_digit(c); });
}

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_number(std::string_view text) {
  std::uint32_t value = 0;
  auto const* const end = text.data() + text.size();
  return are_digits(text) && std::from_chars(text.data(), end, value).ec == std::errc{};
}

bool is_piece(std::string_view text) {
  return is_number(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool is_status(std::string_view text) {
  auto const digit_or_x = [](char c) { return is_digit(c) || c == 'x' || c == 'X'; };
  return text.size() == 3 && text[0] >= '1' && text[0] <= '5' && digit_or_x(text[1]) &&
         digit_or_x(text[2]);
}

bool is_hex_glob(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '*' || is_hex_digit(c); });
}

/// Digits, or the word for what is right, alone or with "+N" or "-N".
bool is_relative(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) {
    return is_number(text);
  }
  text.remove_prefix(word.size());
  return text.empty() || ((text[0] == '+' || text[0] == '-') && is_number(text.substr(1)));
}

bool is_received(std::string_view text) {
  return is_relative(text, "actual");
}

bool is_window(std::string_view text) {
  return is_relative(text, "window");
}

bool is_token(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

/// As it will be read once the run has put names and ports in place.
bool are_valid_ports(std::string_view text) {
  std::string filled(text);
  auto const replace = [&filled](std::string_view name, std::string_view value) {
    for (auto at = filled.find(name); at != std::string::npos; at = filled.find(name, at)) {
      filled.replace(at, name.size(), value);
    }
  };
  replace("$server_name", "server.example");
  for (std::string const service : {"store", "referral", "address-book", "mapper"}) {
    replace("$before_" + service, "49151");
    replace("$" + service, "49152");  // the run's ports are ephemeral ones
    replace("$after_" + service, "49153");
  }
  return wire::ValidPorts::parse(filled).has_value();
}

bool is_bound(std::string_view text) {
  auto const is_hex = text.size() > 2 && (text.starts_with("0x") || text.starts_with("0X"));
  return text.starts_with('$') || are_digits(text) ||
         (is_hex && std::all_of(text.begin() + 2, text.end(), is_hex_digit));
}

bool may_match_one(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  auto const dots = text.find("..");
  return dots == std::string_view::npos
             ? is_bound(text) || text.find('*') != std::string_view::npos
             : is_bound(text.substr(0, dots)) && is_bound(text.substr(dots + 2));
}

}  // namespace

TextForm const kHexForm{"pairs of hexadecimal digits", are_hex_bytes};
TextForm const kDigitsForm{"digits", are_digits};
TextForm const kPieceForm{"a number of bytes from 1", is_piece};
TextForm const kStatusForm{"a status as in 503 or 4xx", is_status};
TextForm const kHexGlobForm{"hexadecimal digits and *", is_hex_glob};
TextForm const kReceivedForm{"a number of 32 bits, actual, actual+N or actual-N", is_received};
TextForm const kWindowForm{"a number of 32 bits, window, window+N or window-N", is_window};
TextForm const kNumberForm{"a number of 32 bits", is_number};
TextForm const kHeaderNameForm{"the name of a header", is_token};
TextForm const kValidPortsForm{"HOST:PORT or HOST:LOW-HIGH, with ; between several",
                               are_valid_ports};

bool may_match_number(std::string_view text) {
  for (;;) {
    auto const bar = text.find('|');
    if (!may_match_one(text.substr(0, bar))) {
      return false;
    }
    if (bar == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(bar + 1);
  }
}

}  // namespace rpchspec::loader
