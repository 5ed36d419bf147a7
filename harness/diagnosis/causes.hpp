// What may be wrong where a step breaks: what the field taught, as a table.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::diagnosis {

/// How a step broke, as far as that can be told from the client's end.
enum class Symptom {
  none,
  name_unknown,
  refused,
  no_answer_to_connect,
  unreachable,
  tunnel_refused,
  not_tls,
  tls_too_old,
  tls_silent,
  tls_broken_off,
  tls_failed,
  client_certificate_wanted,
  certificate_untrusted,
  certificate_wrong_name,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_other,
  credentials_missing,
  credentials_refused,
  scheme_not_offered,
  redirected,
  forbidden,
  not_found,
  method_refused,
  length_refused,
  rpc_error,
  gateway_error,
  unavailable,
  other_status,
  not_http,
  ended_unanswered,
  silent,
  echo_taken_for_channel,
  echo_wrong,
  out_silent,
  out_not_rpc,
  out_chunked,
  no_conn_a3,
  no_conn_c2,
  channel_ended,
  bind_refused,
  interface_refused,
  bind_silent,
  call_fault,
  call_silent,
};

/// "method-refused".
[[nodiscard]] std::string_view to_string(Symptom symptom);

/// "the method RPC_IN_DATA or RPC_OUT_DATA is refused": for people.
[[nodiscard]] std::string_view in_words(Symptom symptom);

struct Cause {
  Symptom symptom;
  std::string_view text;      // what is probably so
  std::string_view check;     // what to look at, or to change
  std::string_view field;     // "F01 F02": rows of the catalogue that tell of it; may be empty
  std::string_view products;  // "nginx haproxy": whose Server or Via header makes it likelier
};

/// The whole table; those of one symptom stand in the order of their likelihood.
[[nodiscard]] std::span<Cause const> causes();

/// Those of a symptom, the likeliest first. Where `server` (the answer's Server and Via headers)
/// names a product, what is known of that product goes first.
[[nodiscard]] std::vector<Cause const*> likely_causes(Symptom symptom, std::string_view server);

/// "FIELD-F01", ...: the requirements that a cause refers to.
[[nodiscard]] std::vector<std::string> field_ids(Cause const& cause);

}  // namespace rpchspec::diagnosis
