// What a correct proxy may choose, beside the values of its configuration. The defaults are one
// choice; the catalogue of lawful variants (variants.hpp) makes others, against false alarms.

#pragma once

#include <cstddef>

#include "protocol/base/time.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::proxy {

/// How a 401 tells several schemes (RFC 9110 11.6.1).
enum class ChallengeForm {
  lines,          // a field line each
  one_list,       // one line with commas
  unknown_first,  // behind schemes that no client knows, one with commas in quotes
  lower_case,     // "ntlm"
};

struct Latitude {
  bool other_heads = false;         // another header order and case, further headers
  bool ee_info = false;             // extended error information in a 503
  bool errors_in_http_1_1 = false;  // a 503 in HTTP/1.1 instead of 1.0
  bool anonymous_gets_401 = false;  // without TLS, too: not 403
  bool refusals_close = false;      // a 401 ends its connection
  ChallengeForm challenges = ChallengeForm::lines;
  bool forbids_at_first_pdu = false;  // ValidPorts are applied to CONN/A1 or B1, not to the head
  bool connects_at_request = false;   // to the server, when the request's head was read
  bool address_in_network_order = false;  // ClientAddress (AMB-01)
  bool aborts_by_rst = false;             // of a connection that broke the protocol, or was reset
  std::size_t write_pieces = 0;           // bytes of each write; 0: as they come
  Duration gathers_for{};                 // before each write, for what may join it
  session::ReceiveWindow::AckPolicy acks = session::ReceiveWindow::AckPolicy::at_half;
};

/// The same answer in other words: headers backwards, in lower case, with some that mean nothing.
void dress_otherwise(wire::ResponseHead& head);

}  // namespace rpchspec::proxy
