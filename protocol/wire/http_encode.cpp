#include "protocol/wire/http_head.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::string_view kCrlf = "\r\n";

std::string version_text(int version) {
  return "HTTP/" + std::to_string(version / 10) + "." + std::to_string(version % 10);
}

/// Three digits, as every legal status has.
std::string status_text(unsigned status) {
  auto const digits = std::to_string(status);
  return std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

Bytes with_headers(std::string text, HeaderList const& headers) {
  text += kCrlf;
  for (auto const& [name, value] : headers) {
    text += name;
    text += ": ";
    text += value;
    text += kCrlf;
  }
  text += kCrlf;
  auto const bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Bytes encode(RequestHead const& head) {
  return with_headers(head.method + " " + head.target + " " + version_text(head.version),
                      head.headers);
}

Bytes encode(ResponseHead const& head) {
  return with_headers(
      version_text(head.version) + " " + status_text(head.status) + " " + head.reason,
      head.headers);
}

}  // namespace rpchspec::wire
