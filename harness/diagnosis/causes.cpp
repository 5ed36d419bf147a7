#include "harness/diagnosis/causes.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace rpchspec::diagnosis {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::vector<std::string> words(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> out;
  for (std::string word; in >> word;) {
    out.push_back(word);
  }
  return out;
}

bool is_named(Cause const& cause, std::string const& server) {
  auto const products = words(cause.products);
  return std::any_of(products.begin(), products.end(), [&](std::string const& product) {
    return server.find(product) != std::string::npos;
  });
}

struct SymptomText {
  Symptom symptom;
  std::string_view name;
  std::string_view words;
};

constexpr SymptomText kTexts[] = {
    {Symptom::none, "none", "nothing broke"},
    {Symptom::name_unknown, "name-unknown", "the name has no address"},
    {Symptom::refused, "refused", "nothing listens there"},
    {Symptom::no_answer_to_connect, "no-answer-to-connect", "nobody answers the connection"},
    {Symptom::unreachable, "unreachable", "the address cannot be reached"},
    {Symptom::tunnel_refused, "tunnel-refused", "the HTTP proxy on the way opens no tunnel"},
    {Symptom::not_tls, "not-tls", "what listens there does not speak TLS"},
    {Symptom::tls_too_old, "tls-too-old", "it speaks only TLS versions before 1.2"},
    {Symptom::tls_silent, "tls-silent", "the TLS handshake is not answered"},
    {Symptom::tls_broken_off, "tls-broken-off", "the TLS handshake is broken off"},
    {Symptom::tls_failed, "tls-failed", "the TLS handshake fails"},
    {Symptom::client_certificate_wanted, "client-certificate-wanted",
     "it wants another client certificate, or one at all"},
    {Symptom::certificate_untrusted, "certificate-untrusted",
     "the certificate comes from an authority that is not trusted here"},
    {Symptom::certificate_wrong_name, "certificate-wrong-name",
     "the certificate is for another name"},
    {Symptom::certificate_expired, "certificate-expired", "a certificate has expired"},
    {Symptom::certificate_not_yet_valid, "certificate-not-yet-valid",
     "a certificate is not valid yet"},
    {Symptom::certificate_other, "certificate-other", "the certificate is not accepted"},
    {Symptom::credentials_missing, "credentials-missing",
     "it asks for credentials, and none were given"},
    {Symptom::credentials_refused, "credentials-refused", "the credentials are not accepted"},
    {Symptom::scheme_not_offered, "scheme-not-offered",
     "it does not offer the authentication scheme that was asked for"},
    {Symptom::redirected, "redirected", "the request is redirected"},
    {Symptom::forbidden, "forbidden", "access is forbidden"},
    {Symptom::not_found, "not-found", "the path is not served"},
    {Symptom::method_refused, "method-refused",
     "the methods RPC_IN_DATA and RPC_OUT_DATA are not taken"},
    {Symptom::length_refused, "length-refused", "the length of the IN channel is not taken"},
    {Symptom::rpc_error, "rpc-error", "the RPC proxy does not get through to the server"},
    {Symptom::gateway_error, "gateway-error", "a front answers that what stands behind it failed"},
    {Symptom::unavailable, "unavailable", "the service says that it is unavailable"},
    {Symptom::other_status, "other-status", "the answer is an error"},
    {Symptom::not_http, "not-http", "what comes back is no HTTP"},
    {Symptom::ended_unanswered, "ended-unanswered", "the connection is closed without an answer"},
    {Symptom::silent, "silent", "the request is not answered"},
    {Symptom::echo_taken_for_channel, "echo-taken-for-channel",
     "an echo request is not answered, though a channel is"},
    {Symptom::echo_wrong, "echo-wrong", "an echo request is answered by something else"},
    {Symptom::out_silent, "out-silent", "the OUT channel's response does not come"},
    {Symptom::out_not_rpc, "out-not-rpc", "the OUT channel's response is no RPC over HTTP"},
    {Symptom::out_chunked, "out-chunked", "the OUT channel's response comes in chunks"},
    {Symptom::no_conn_a3, "no-conn-a3", "the OUT channel opens, but CONN/A3 does not come"},
    {Symptom::no_conn_c2, "no-conn-c2", "both channels stand, but CONN/C2 does not come"},
    {Symptom::channel_ended, "channel-ended", "a channel is closed while it should stay open"},
    {Symptom::bind_refused, "bind-refused", "the server refuses the bind"},
    {Symptom::interface_refused, "interface-refused", "the server does not have that interface"},
    {Symptom::bind_silent, "bind-silent", "the bind is not answered"},
    {Symptom::call_fault, "call-fault", "the server answers the call with a fault"},
    {Symptom::call_silent, "call-silent", "the call is not answered"},
};

SymptomText const& text_of(Symptom symptom) {
  auto const* const found = std::find_if(std::begin(kTexts), std::end(kTexts),
                                         [&](auto const& row) { return row.symptom == symptom; });
  return found == std::end(kTexts) ? kTexts[0] : *found;
}

}  // namespace

std::string_view to_string(Symptom symptom) {
  return text_of(symptom).name;
}

std::string_view in_words(Symptom symptom) {
  return text_of(symptom).words;
}

std::vector<Cause const*> likely_causes(Symptom symptom, std::string_view server) {
  std::vector<Cause const*> found;
  for (auto const& cause : causes()) {
    if (cause.symptom == symptom) {
      found.push_back(&cause);
    }
  }
  auto const named = lower(server);
  std::stable_partition(found.begin(), found.end(),
                        [&](Cause const* cause) { return is_named(*cause, named); });
  return found;
}

std::vector<std::string> field_ids(Cause const& cause) {
  auto ids = words(cause.field);
  for (auto& id : ids) {
    id.insert(0, "FIELD-");
  }
  return ids;
}

}  // namespace rpchspec::diagnosis
