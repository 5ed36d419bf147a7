// Blots secrets out of HTTP heads as the bytes pass, so that no segmentation lets one through.

#pragma once

#include <string>

#include "protocol/base/bytes.hpp"

namespace rpchspec::journal {

/// Copies text, with '*' for each byte of a secret: the values of Authorization and
/// Proxy-Authorization after a known scheme's name, of Cookie and Set-Cookie, and the NTLM and
/// Negotiate blobs in WWW-Authenticate and Proxy-Authenticate. Folded lines included.
class Redactor {
 public:
  /// The next byte is the first of a line.
  void restart();

  /// Appends exactly bytes.size() characters.
  void append(ByteView bytes, std::string& to);

 private:
  enum class Place {
    line_start,
    name,
    shown,
    credentials,  // before and in the scheme's name
    hidden,
    challenge,
    blob,  // after NTLM or Negotiate, up to a comma
  };

  [[nodiscard]] char next(char c);
  [[nodiscard]] char at_line_start(char c);
  [[nodiscard]] char in_name(char c);
  [[nodiscard]] char in_credentials(char c);
  [[nodiscard]] char in_challenge(char c);

  Place place_ = Place::line_start;
  Place folded_ = Place::shown;  // what a line that starts with a blank continues
  std::string word_;             // lower case, bounded: the field's name, then a scheme's
};

}  // namespace rpchspec::journal
