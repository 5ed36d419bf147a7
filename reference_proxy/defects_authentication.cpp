// The part of the catalogue that is about NTLM and Negotiate.

#include "reference_proxy/defect_row.hpp"

namespace rpchspec::proxy {
namespace {

using enum Defect;

// In the order of the enumeration.
constexpr DefectRow kRows[] = {
    {first_leg_echoed,
     "first-leg-echoed",
     "auth",
     "The first leg of NTLM has no body and is answered as an echo",
     {"FIELD-F05", "RPCH-2.1.2.1-04"}},
    {challenge_closes,
     "challenge-closes",
     "auth",
     "The 401 with NTLM's challenge ends its connection",
     {"FIELD-F05", "PROD-HttpAuth-02"}},
    {one_scheme_offered,
     "one-scheme-offered",
     "auth",
     "Of several schemes that are configured, a 401 offers the first alone",
     {"PROD-HttpAuth-01"}},
    {any_handshake,
     "any-handshake",
     "auth",
     "Whatever answers NTLM's challenge is accepted",
     {"PROD-HttpAuth-03"}},
    {first_leg_suffices,
     "first-leg-suffices",
     "auth",
     "A connection is let in once its challenge went out, answered or not",
     {"PROD-HttpAuth-04", "RPCH-2.1.2.1-04"}},
    {handshake_by_address,
     "handshake-by-address",
     "auth",
     "A handshake may go on upon another connection of the same address",
     {"PROD-HttpAuth-04"}},
    {second_log_on_refused,
     "second-log-on-refused",
     "auth",
     "A connection that has authenticated cannot do so again",
     {"PROD-HttpAuth-05"}},
    {identity_outlives_log_on,
     "identity-outlives-log-on",
     "auth",
     "A connection keeps its first identity when a new log-on on it fails",
     {"PROD-HttpAuth-05"}},
    {channel_binding_ignored,
     "channel-binding-ignored",
     "auth",
     "Extended protection is configured and the channel binding not looked at",
     {"PROD-HttpAuth-06"}},
    {certificate_unseen,
     "certificate-unseen",
     "auth",
     "A TLS client certificate gives nothing at /rpcwithcert",
     {"PROD-HttpAuth-07"}},
    {any_certificate,
     "any-certificate",
     "auth",
     "/rpcwithcert takes a TLS client certificate, whoever issued it",
     {"PROD-HttpAuth-08"}},
    {withcert_open,
     "withcert-open",
     "auth",
     "/rpcwithcert asks for neither a certificate nor a password",
     {"PROD-HttpAuth-08", "RPCH-2.1.2.1-04"}},
};

}  // namespace

std::span<DefectRow const> authentication_rows() {
  return kRows;
}

}  // namespace rpchspec::proxy
