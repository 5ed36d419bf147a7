// What a server's certificate chain is worth, in full: nothing is refused, everything is told.

#pragma once

#include <string>
#include <vector>

#include "net/tls.hpp"

namespace rpchspec::net {

/// One certificate as the peer sent it.
struct CertificateLine {
  std::string subject;  // RFC 2253
  std::string issuer;
  std::string not_before;  // "2026-01-31 12:00:00Z"
  std::string not_after;
  std::vector<std::string> names;  // of subjectAltName: DNS names and addresses
};

enum class CertificateFault { untrusted, wrong_name, expired, not_yet_valid, other };

struct CertificateProblem {
  CertificateFault fault = CertificateFault::other;
  std::string text;    // OpenSSL's words
  unsigned depth = 0;  // 0: the server's own certificate, 1: its issuer, ...
};

struct CertificateReport {
  std::vector<CertificateLine> chain;  // leaf first
  std::vector<CertificateProblem> problems;
  long days_left = 0;  // of the leaf; negative: it has expired
};

/// From now on connections of this client context look at the server's certificate as they would,
/// by name, dates and trust, but accept it in any case and tell `into`, which outlives them.
/// Precondition: made without `insecure`, which would look at no name.
void report_certificates(TlsContext const& context, CertificateReport& into);

}  // namespace rpchspec::net
