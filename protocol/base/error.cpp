#include "protocol/base/error.hpp"

namespace rpchspec {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::truncated:
      return "truncated";
    case ErrorCode::too_large:
      return "too large";
    case ErrorCode::bad_value:
      return "bad value";
    case ErrorCode::bad_syntax:
      return "bad syntax";
    case ErrorCode::unexpected:
      return "unexpected";
    case ErrorCode::not_supported:
      return "not supported";
    case ErrorCode::not_found:
      return "not found";
    case ErrorCode::io:
      return "I/O error";
    case ErrorCode::tls:
      return "TLS error";
    case ErrorCode::deadline:
      return "deadline";
  }
  return "unknown";
}

std::string to_string(Error const& error) {
  std::string text(to_string(error.code));
  if (error.offset != 0) {
    text += " at offset " + std::to_string(error.offset);
  }
  if (!error.field.empty()) {
    text += " in ";
    text += error.field;
  }
  if (!error.section.empty()) {
    text += " (";
    text += error.section;
    text += ")";
  }
  if (!error.detail.empty()) {
    text += ": " + error.detail;
  }
  return text;
}

}  // namespace rpchspec
