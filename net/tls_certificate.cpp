#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "net/address.hpp"
#include "net/certificate_request.hpp"
#include "net/openssl_owned.hpp"
#include "net/tls.hpp"

namespace rpchspec::net {

namespace {

constexpr long kDay = 86400;

tl::unexpected<Error> cannot(std::string const& what) {
  return fail({ErrorCode::tls, 0, {}, {}, what + ": " + tls_error_text()});
}

// A comma or line end in a name would begin another entry of OpenSSL's little language.
bool is_plain(std::string const& name) {
  return !name.empty() && name.find_first_of(",;\n\r\t ") == std::string::npos;
}

std::string alternative_names(std::vector<std::string> const& names) {
  std::string text;
  for (auto const& name : names) {
    text += (text.empty() ? "" : ",") + std::string(is_ip_address(name) ? "IP:" : "DNS:") + name;
  }
  return text;
}

bool add_extension(X509* certificate, int kind, std::string const& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  ExtensionPtr const extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

CertificatePtr first_certificate(std::string const& pem) {
  BioPtr const bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

KeyPtr private_key(std::string const& pem) {
  BioPtr const bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

/// Who signs.
struct Issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

bool fill(X509* certificate,
          EVP_PKEY* key,
          CertificateRequest const& request,
          Issuer const& issuer) {
  auto const& names = request.names;
  std::uint64_t serial = 1;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), request.valid_from_days * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), request.valid_until_days * kDay);
  X509_set_pubkey(certificate, key);
  auto* subject = X509_get_subject_name(certificate);
  auto const common_name = names.front().substr(0, 64);  // X.520 ub-common-name
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<unsigned char const*>(common_name.data()),
                             static_cast<int>(common_name.size()), -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate));
  auto const* const constraints =
      issuer.certificate == certificate ? "critical,CA:TRUE" : "critical,CA:FALSE";
  return add_extension(certificate, NID_basic_constraints, constraints) &&
         add_extension(certificate, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth,clientAuth") &&
         add_extension(certificate, NID_subject_alt_name, alternative_names(names)) &&
         X509_sign(certificate, issuer.key, EVP_sha256()) != 0;
}

std::string text_of(BIO* bio) {
  char* text = nullptr;
  auto const size = BIO_get_mem_data(bio, &text);
  return std::string(text, static_cast<std::size_t>(size));
}

Result<std::string> read_text(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return fail({ErrorCode::io,
                 0,
                 {},
                 {},
                 "cannot open " + file + ": " + std::generic_category().message(errno)});
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// @param issuer  without a certificate: it signs itself.
Result<Certificate> make(CertificateRequest const& request, Issuer issuer) {
  auto const& names = request.names;
  if (names.empty()) {
    return fail({ErrorCode::bad_value, 0, {}, {}, "a certificate needs at least one name"});
  }
  for (auto const& name : names) {
    if (!is_plain(name)) {
      return fail({ErrorCode::bad_value, 0, "subjectAltName", "RFC 5280 4.2.1.6",
                   "\"" + name + "\" is neither a DNS name nor an address"});
    }
  }
  KeyPtr const key(EVP_EC_gen("P-256"));
  CertificatePtr const certificate(X509_new());
  if (issuer.certificate == nullptr) {
    issuer = {certificate.get(), key.get()};
  }
  if (!key || !certificate || !fill(certificate.get(), key.get(), request, issuer)) {
    return cannot("cannot make a certificate");
  }
  BioPtr const certificate_pem(BIO_new(BIO_s_mem()));
  BioPtr const key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_pem.get(), certificate.get());
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return Certificate{text_of(certificate_pem.get()), text_of(key_pem.get())};
}

}  // namespace

Result<Certificate> self_signed(std::vector<std::string> const& names) {
  CertificateRequest request;
  request.names = names;
  return self_signed(request);
}

Result<Certificate> self_signed(CertificateRequest const& request) {
  return make(request, {});
}

Result<Certificate> issue(CertificateRequest const& request, Certificate const& authority) {
  auto const certificate = first_certificate(authority.certificate_pem);
  auto const key = private_key(authority.private_key_pem);
  if (!certificate || !key) {
    return cannot("the authority is not PEM");
  }
  return make(request, {certificate.get(), key.get()});
}

Result<Certificate> load_certificate(std::string const& certificate_file,
                                     std::string const& key_file) {
  auto certificate = read_text(certificate_file);
  if (!certificate) {
    return tl::unexpected(certificate.error());
  }
  auto key = read_text(key_file.empty() ? certificate_file : key_file);
  if (!key) {
    return tl::unexpected(key.error());
  }
  return Certificate{std::move(*certificate), std::move(*key)};
}

/// "tls-server-end-point:" and the certificate's hash, by the hash of its signature, by SHA-256
/// where that is MD5, SHA-1, or none of its own (RFC 5929 4.1).
Bytes end_point_binding(X509 const* certificate) {
  auto hash_kind = NID_undef;
  if (certificate == nullptr || X509_get_signature_info(const_cast<X509*>(certificate), &hash_kind,
                                                        nullptr, nullptr, nullptr) != 1) {
    hash_kind = NID_undef;
  }
  auto const weak = hash_kind == NID_undef || hash_kind == NID_md5 || hash_kind == NID_sha1;
  auto const* algorithm = weak ? EVP_sha256() : EVP_get_digestbynid(hash_kind);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  if (certificate == nullptr || algorithm == nullptr ||
      X509_digest(certificate, algorithm, hash.data(), &size) != 1) {
    return {};
  }
  constexpr std::string_view kType = "tls-server-end-point:";
  Bytes binding(kType.begin(), kType.end());
  append(binding, ByteView(hash).first(size));
  return binding;
}

Bytes end_point_binding(Certificate const& certificate) {
  return end_point_binding(first_certificate(certificate.certificate_pem).get());
}

}  // namespace rpchspec::net
