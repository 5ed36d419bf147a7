#include "net/certificate_report.hpp"

#include <arpa/inet.h>

#include <ctime>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/openssl_owned.hpp"

namespace rpchspec::net {

namespace {

constexpr std::size_t kMostCertificates = 16;
constexpr std::size_t kMostNames = 64;

std::string text_of(X509_NAME const* name) {
  BioPtr const bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  auto const size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string text_of(ASN1_TIME const* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return "a time that is none";
  }
  char text[32];
  auto const size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &parts);
  return std::string(text, size);
}

std::string address_of(ASN1_OCTET_STRING const* bytes) {
  auto const size = ASN1_STRING_length(bytes);
  auto const family = size == 4 ? AF_INET : AF_INET6;
  char text[INET6_ADDRSTRLEN] = {};
  if (size != 4 && size != 16) {
    return {};
  }
  return inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text) == nullptr ? "" : text;
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> names;
  auto* const found = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> const all(found,
                                                                          GENERAL_NAMES_free);
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()) && names.size() < kMostNames; ++i) {
    int kind = 0;
    auto const* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &kind);
    if (kind == GEN_DNS) {
      auto const* const text = static_cast<ASN1_IA5STRING const*>(value);
      names.emplace_back(reinterpret_cast<char const*>(ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(ASN1_STRING_length(text)));
    } else if (kind == GEN_IPADD) {
      names.push_back(address_of(static_cast<ASN1_OCTET_STRING const*>(value)));
    }
  }
  return names;
}

CertificateLine line_of(X509* certificate) {
  CertificateLine line;
  line.subject = text_of(X509_get_subject_name(certificate));
  line.issuer = text_of(X509_get_issuer_name(certificate));
  line.not_before = text_of(X509_get0_notBefore(certificate));
  line.not_after = text_of(X509_get0_notAfter(certificate));
  line.names = names_of(certificate);
  return line;
}

long days_left(X509 const* certificate) {
  int days = 0;
  int seconds = 0;
  (void)ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate));
  return days == 0 && seconds < 0 ? -1 : days;
}

CertificateFault fault_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CertificateFault::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return CertificateFault::not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return CertificateFault::wrong_name;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_INVALID_CA:
      return CertificateFault::untrusted;
    default:
      return CertificateFault::other;
  }
}

int note_problem(int ok, X509_STORE_CTX* store) {
  if (ok == 1) {
    return 1;
  }
  auto& report = *static_cast<CertificateReport*>(X509_STORE_CTX_get_app_data(store));
  auto const error = X509_STORE_CTX_get_error(store);
  CertificateProblem problem;
  problem.fault = fault_of(error);
  problem.text = X509_verify_cert_error_string(error);
  problem.depth = static_cast<unsigned>(X509_STORE_CTX_get_error_depth(store));
  if (report.problems.size() < kMostCertificates) {
    report.problems.push_back(std::move(problem));
  }
  return 1;
}

int look_at(X509_STORE_CTX* store, void* into) {
  auto& report = *static_cast<CertificateReport*>(into);
  report = {};
  auto* const sent = X509_STORE_CTX_get0_untrusted(store);
  for (int i = 0; i < sk_X509_num(sent) && report.chain.size() < kMostCertificates; ++i) {
    report.chain.push_back(line_of(sk_X509_value(sent, i)));
  }
  report.days_left = days_left(X509_STORE_CTX_get0_cert(store));
  X509_STORE_CTX_set_app_data(store, into);
  X509_STORE_CTX_set_verify_cb(store, note_problem);
  (void)X509_verify_cert(store);
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

}  // namespace

void report_certificates(TlsContext const& context, CertificateReport& into) {
  SSL_CTX_set_verify(context.native(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.native(), look_at, &into);
}

}  // namespace rpchspec::net
