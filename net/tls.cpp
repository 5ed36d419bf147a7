#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "net/openssl_owned.hpp"

namespace rpchspec::net {

namespace {

using ContextPtr = std::shared_ptr<SSL_CTX>;

tl::unexpected<Error> tls_failure(std::string const& what) {
  auto const reason = tls_error_text();
  return fail({ErrorCode::tls, 0, {}, {}, reason.empty() ? what : what + ": " + reason});
}

int number_of(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls1_0:
      return TLS1_VERSION;
    case TlsVersion::tls1_1:
      return TLS1_1_VERSION;
    case TlsVersion::tls1_2:
      return TLS1_2_VERSION;
    case TlsVersion::tls1_3:
      return TLS1_3_VERSION;
  }
  return TLS1_3_VERSION;
}

Result<ContextPtr> make_context(SSL_METHOD const* method, TlsVersion least, TlsVersion most) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) {
    return tls_failure("no TLS context");
  }
  if (least > most) {
    return fail({ErrorCode::bad_value,
                 0,
                 {},
                 {},
                 "TLS versions from " + std::string(to_string(least)) + " to " +
                     std::string(to_string(most)) + ": the first is later than the second"});
  }
  SSL_CTX_set_min_proto_version(context.get(), number_of(least));
  SSL_CTX_set_max_proto_version(context.get(), number_of(most));
  if (least < TlsVersion::tls1_2) {
    // OpenSSL 3 has SHA-1 signatures, and with them TLS 1.0 and 1.1, at level 0 only.
    SSL_CTX_set_security_level(context.get(), 0);
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
  return context;
}

BioPtr bio_of(std::string const& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

CertificatePtr next_certificate(BIO* bio) {
  return CertificatePtr(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

Result<void> use_certificate(SSL_CTX* context, Certificate const& certificate) {
  auto const chain = bio_of(certificate.certificate_pem);
  auto const leaf = next_certificate(chain.get());
  if (!leaf) {
    return tls_failure("the certificate is not PEM");
  }
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return tls_failure("the certificate cannot be used");
  }
  while (auto issuer = next_certificate(chain.get())) {
    SSL_CTX_add1_chain_cert(context, issuer.get());
  }
  ERR_clear_error();  // the end of the file counts as an error
  auto const key_text = bio_of(certificate.private_key_pem);
  KeyPtr const key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!key) {
    return tls_failure("the private key is not unencrypted PEM");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return tls_failure("the private key does not belong to the certificate");
  }
  return {};
}

Result<void> trust_pem(SSL_CTX* context, std::string const& pem, bool name_them_to_clients) {
  auto const bio = bio_of(pem);
  auto* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (auto certificate = next_certificate(bio.get())) {
    X509_STORE_add_cert(store, certificate.get());
    if (name_them_to_clients) {
      SSL_CTX_add_client_CA(context, certificate.get());
    }
    ++count;
  }
  ERR_clear_error();
  if (count == 0) {
    return fail({ErrorCode::tls, 0, {}, {}, "no certificate in the PEM text to trust"});
  }
  return {};
}

Result<void> trust(SSL_CTX* context, TlsClientOptions const& options) {
  if (options.insecure) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    return {};
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!options.ca_file.empty()) {
    if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1) {
      return tls_failure("cannot read certificates to trust from " + options.ca_file);
    }
    return {};
  }
  if (!options.ca_pem.empty()) {
    return trust_pem(context, options.ca_pem, false);
  }
  SSL_CTX_set_default_verify_paths(context);
  return {};
}

// RFC 7301 section 3.1: each name behind its length in one byte.
Result<Bytes> alpn_list(std::vector<std::string> const& names) {
  Bytes list;
  for (auto const& name : names) {
    if (name.empty() || name.size() > 255) {
      return fail({ErrorCode::bad_value, 0, "alpn", "RFC 7301 3.1",
                   "\"" + name + "\": a name has 1 to 255 bytes"});
    }
    list.push_back(static_cast<std::uint8_t>(name.size()));
    append(list, as_bytes(name));
  }
  return list;
}

int trust_any(int, X509_STORE_CTX* verified) {
  X509_STORE_CTX_set_error(verified, X509_V_OK);
  return 1;
}

/// What is wrong remains the result of the verification, which TlsSession::summary() looks at.
int accept_any(int, X509_STORE_CTX*) {
  return 1;
}

Result<void> trust_clients_of(SSL_CTX* context, TlsServerOptions const& options) {
  if (options.client_ca_file.empty()) {
    return trust_pem(context, options.client_ca_pem, true);
  }
  auto* const names = SSL_load_client_CA_file(options.client_ca_file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, options.client_ca_file.c_str()) != 1) {
    return tls_failure("cannot read certificates to trust from " + options.client_ca_file);
  }
  SSL_CTX_set_client_CA_list(context, names);  // owned by the context from now on
  return {};
}

Result<void> ask_for_certificates(SSL_CTX* context, TlsServerOptions const& options) {
  if (options.client_certificates == ClientCertificates::none) {
    return {};
  }
  auto const required = options.client_certificates == ClientCertificates::require;
  auto const fail_without = required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  auto const any = options.client_ca_file.empty() && options.client_ca_pem.empty();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | fail_without,
                     any        ? trust_any
                     : required ? nullptr
                                : accept_any);
  return any ? Result<void>{} : trust_clients_of(context, options);
}

// NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's.
int select_alpn(SSL*,
                unsigned char const** chosen,
                unsigned char* chosen_size,
                unsigned char const* offered,
                unsigned int offered_size,
                void* ours) {
  auto const& list = *static_cast<Bytes const*>(ours);
  if (list.empty()) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  unsigned char* out = nullptr;
  auto const found =
      SSL_select_next_proto(&out, chosen_size, list.data(), static_cast<unsigned>(list.size()),
                            offered, offered_size) == OPENSSL_NPN_NEGOTIATED;
  *chosen = out;
  return found ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// What a server offers lives as long as OpenSSL's context, which connections keep.
int alpn_index() {
  static int const index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* offer, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<Bytes*>(offer);
      });
  return index;
}

}  // namespace

std::string_view to_string(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls1_0:
      return "TLSv1";
    case TlsVersion::tls1_1:
      return "TLSv1.1";
    case TlsVersion::tls1_2:
      return "TLSv1.2";
    case TlsVersion::tls1_3:
      return "TLSv1.3";
  }
  return "unknown";
}

Result<TlsContext> TlsContext::client(TlsClientOptions const& options) {
  auto context = make_context(TLS_client_method(), options.min_version, options.max_version);
  if (!context) {
    return tl::unexpected(context.error());
  }
  if (auto trusted = trust(context->get(), options); !trusted) {
    return tl::unexpected(trusted.error());
  }
  if (!options.client_certificate_file.empty()) {
    auto certificate = load_certificate(options.client_certificate_file, options.client_key_file);
    if (!certificate) {
      return tl::unexpected(certificate.error());
    }
    if (auto used = use_certificate(context->get(), *certificate); !used) {
      return tl::unexpected(used.error());
    }
  } else if (!options.client_certificate.certificate_pem.empty()) {
    if (auto used = use_certificate(context->get(), options.client_certificate); !used) {
      return tl::unexpected(used.error());
    }
  }
  auto const alpn = alpn_list(options.alpn);
  if (!alpn) {
    return tl::unexpected(alpn.error());
  }
  if (!alpn->empty()) {
    SSL_CTX_set_alpn_protos(context->get(), alpn->data(), static_cast<unsigned>(alpn->size()));
  }
  TlsContext made;
  made.context_ = *context;
  made.client_options_ = std::make_shared<TlsClientOptions const>(options);
  return made;
}

Result<TlsContext> TlsContext::server(TlsServerOptions const& options) {
  auto context = make_context(TLS_server_method(), options.min_version, options.max_version);
  if (!context) {
    return tl::unexpected(context.error());
  }
  SSL_CTX_set_num_tickets(context->get(), 0);  // nothing is resumed, and the wire stays quiet
  SSL_CTX_set_quiet_shutdown(context->get(), options.closure_alert ? 0 : 1);
  if (auto used = use_certificate(context->get(), options.certificate); !used) {
    return tl::unexpected(used.error());
  }
  if (auto asked = ask_for_certificates(context->get(), options); !asked) {
    return tl::unexpected(asked.error());
  }
  TlsContext made;
  made.context_ = *context;
  auto* const offer = new Bytes();
  SSL_CTX_set_ex_data(made.context_.get(), alpn_index(), offer);
  SSL_CTX_set_alpn_select_cb(made.context_.get(), select_alpn, offer);
  if (auto offered = made.offer_alpn(options.alpn); !offered) {
    return tl::unexpected(offered.error());
  }
  return made;
}

Result<void> TlsContext::offer_alpn(std::vector<std::string> const& names) {
  auto alpn = alpn_list(names);
  if (!alpn) {
    return tl::unexpected(alpn.error());
  }
  *static_cast<Bytes*>(SSL_CTX_get_ex_data(native(), alpn_index())) = std::move(*alpn);
  return {};
}

std::string tls_error_text() {
  std::string text;
  while (auto const code = ERR_get_error()) {
    auto const* reason = ERR_reason_error_string(code);
    char fallback[256];
    if (reason == nullptr) {
      ERR_error_string_n(code, fallback, sizeof fallback);
      reason = fallback;
    }
    text += (text.empty() ? "" : "; ") + std::string(reason);
  }
  return text;
}

}  // namespace rpchspec::net
