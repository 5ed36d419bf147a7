// Blots secrets out of a stream of bytes as they pass, so that no segmentation lets one through.

#pragma once

#include <string>

#include "protocol/base/bytes.hpp"

namespace rpchspec::journal {

/// Copies text, with '*' for each byte of a secret: the values of Authorization and
/// Proxy-Authorization after a known scheme's name, of Cookie, Set-Cookie, Authentication-Info and
/// Proxy-Authentication-Info, and the blobs of NTLM, Negotiate and Kerberos in WWW-Authenticate and
/// Proxy-Authenticate. Folded lines included.
///
/// It goes by lines alone, not by where a head begins, so that it holds for a head that stands in
/// what somebody takes for a body. Linear time, constant memory. Cheap to copy.
class Redactor {
 public:
  /// The next byte is the first of a line.
  void restart();

  /// Appends exactly bytes.size() characters.
  void append(ByteView bytes, std::string& to);

  /// Bytes that are shown nowhere, but may begin or end a secret.
  void skip(ByteView bytes);

  /// append() would copy these bytes as they are. May be false where it would, too.
  [[nodiscard]] bool leaves(ByteView bytes) const;

 private:
  enum class Place {
    line_start,
    name,
    shown,
    credentials,  // before and in the scheme's name
    hidden,
    challenge,
    blob,  // after NTLM, Negotiate or Kerberos, up to a comma
  };

  [[nodiscard]] char next(char c);
  void end_line(char c);
  [[nodiscard]] char at_line_start(char c);
  [[nodiscard]] char in_name(char c);
  [[nodiscard]] char in_credentials(char c);
  [[nodiscard]] char in_challenge(char c);

  Place place_ = Place::line_start;
  Place folded_ = Place::shown;  // what a line that starts with a blank continues
  std::size_t in_name_ = 0;      // bytes of the line up to here, where place_ is name
  bool line_fed_ = false;        // a line feed came, and nothing but line ends since
  std::string word_;             // lower case, bounded: the field's name, then a scheme's
};

}  // namespace rpchspec::journal
