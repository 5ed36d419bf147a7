// What a correct proxy may choose, beside the values of its configuration. The defaults are one
// choice; the catalogue of lawful variants (variants.hpp) makes others, against false alarms.

#pragma once

#include <cstddef>

#include "protocol/base/time.hpp"
#include "protocol/session/latitude.hpp"
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

/// What a second CONN/A1 or CONN/B1 with a known virtual connection cookie does: no rule makes the
/// proxy look.
enum class KnownCookie { passed_on, ends_both, ends_newcomer };

struct Latitude {
  bool other_heads = false;         // another header order and case, further headers
  bool ee_info = false;             // extended error information in a 503
  bool errors_in_http_1_1 = false;  // a 503 in HTTP/1.1 instead of 1.0
  bool other_rpc_errors = false;    // another code in a 503, and with leading zeros
  bool html_bodies = false;         // an HTML page under each refusal, a 503 included
  bool other_refusals = false;      // another 4xx or 5xx for method, path and URI, without words
  bool anonymous_gets_401 = false;  // without TLS, too: not 403
  bool refusals_close = false;      // a 401 ends its connection
  ChallengeForm challenges = ChallengeForm::lines;
  bool needs_host = false;               // HTTP/1.1 without Host is refused
  bool needs_defined_lengths = false;    // a Content-Length between the classes is refused
  std::size_t longest_line = 0;          // bytes of a head's; and none is folded. 0: any
  bool echoes_in_http_1_0 = false;       // whatever the request's version
  bool echoes_obey_valid_ports = false;  // an echo to a forbidden server is refused
  bool echoes_close = false;             // the connection
  bool forbids_at_first_pdu = false;     // ValidPorts are applied to CONN/A1 or B1, not to the head
  bool connects_at_request = false;      // to the server, when the request's head was read
  bool address_in_network_order = false;  // ClientAddress (AMB-01)
  bool one_cookie_table = false;          // of both roles (AMB-14)
  KnownCookie known_cookie = KnownCookie::passed_on;
  bool ends_other_half = false;   // with a virtual channel, that of the other role
  bool refuses_at_close = false;  // 503 first, where no 200 was sent
  bool raises_timeout = false;    // a ConnectionTimeout below 120 s to that (AMB-08)
  bool closes_idle_in = false;    // after a ConnectionTimeout without bytes
  bool aborts_by_rst = false;     // of a connection that broke the protocol, or was reset
  std::size_t write_pieces = 0;   // bytes of each write; 0: as they come
  Duration gathers_for{};         // before each write, for what may join it
  session::ReceiveWindow::AckPolicy acks = session::ReceiveWindow::AckPolicy::at_half;
  session::RoleLatitude roles{};
};

/// Another status for a wrong method, path or URI, and no reason phrase under any but a 503, whose
/// reason phrase says why.
void refuse_otherwise(wire::ResponseHead& head);

/// The same answer in other words: headers backwards, in lower case, with some that mean nothing.
void dress_otherwise(wire::ResponseHead& head);

}  // namespace rpchspec::proxy
