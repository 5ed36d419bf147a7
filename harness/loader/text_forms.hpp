// What the texts of a scenario look like where they are no words of a list.

#pragma once

#include <string_view>

namespace rpchspec::loader {

/// A form, and how an error calls it: "'hex' wants pairs of hexadecimal digits, got '05 0g'".
struct TextForm {
  std::string_view wants;
  bool (*fits)(std::string_view);
};

extern TextForm const kHexForm;         // whole bytes; blanks and line breaks between them
extern TextForm const kDigitsForm;      // "131072"
extern TextForm const kPieceForm;       // a number of bytes from 1, of 32 bits
extern TextForm const kStatusForm;      // of HTTP: "503", "4xx"
extern TextForm const kHexGlobForm;     // hexadecimal digits and *
extern TextForm const kReceivedForm;    // of an acknowledgement: 32 bits, "actual", "actual+N"
extern TextForm const kWindowForm;      // of an acknowledgement: 32 bits, "window", "window-N"
extern TextForm const kNumberForm;      // of 32 bits
extern TextForm const kHeaderNameForm;  // RFC 9110 5.1: a token
extern TextForm const kValidPortsForm;  // wire::ValidPorts, with $server_name and $store in it

/// True for what is compared with a number: digits, 0x and digits, a..b, $Parameter, a glob with *,
/// or several of them with | between.
[[nodiscard]] bool may_match_number(std::string_view text);

}  // namespace rpchspec::loader
