// TLS settings of either side (OpenSSL 3), and certificates made on the spot.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

struct ssl_ctx_st;
struct x509_st;

namespace rpchspec::net {

enum class TlsVersion { tls1_0, tls1_1, tls1_2, tls1_3 };

/// "TLSv1.2": OpenSSL's own spelling.
[[nodiscard]] std::string_view to_string(TlsVersion version);

/// A certificate (chain, leaf first) and its key, as PEM text.
struct Certificate {
  std::string certificate_pem;
  std::string private_key_pem;
};

/// Makes a self-signed EC P-256 certificate, valid from yesterday for ten years.
/// @param names  DNS names and IP addresses, in subjectAltName; the first is also the CN.
[[nodiscard]] Result<Certificate> self_signed(std::vector<std::string> const& names);

/// Reads two PEM files; an empty key_file means that both are in the first. Errors name the file.
[[nodiscard]] Result<Certificate> load_certificate(std::string const& certificate_file,
                                                   std::string const& key_file);

/// The channel binding of TLS to a server with this certificate: "tls-server-end-point:" and its
/// hash (RFC 5929 4.1). Empty: there is none, or it can't be read.
[[nodiscard]] Bytes end_point_binding(x509_st const* certificate);
[[nodiscard]] Bytes end_point_binding(Certificate const& certificate);

/// What a client offers and accepts.
struct TlsClientOptions {
  TlsClientOptions() = default;

  std::string server_name = {};  // SNI, and the name to verify; empty: the host connected to
  bool send_sni = true;          // an address is never sent (RFC 6066 section 3)
  std::string ca_file = {};      // PEM file to trust; empty: ca_pem, or else the system's
  std::string ca_pem = {};       // PEM text to trust; looked at when ca_file is empty
  bool insecure = false;         // accept any certificate
  std::string client_certificate_file = {};
  std::string client_key_file = {};
  Certificate client_certificate = {};  // looked at when the file is empty; empty: none is shown
  TlsVersion min_version = TlsVersion::tls1_2;
  TlsVersion max_version = TlsVersion::tls1_3;
  std::vector<std::string> alpn = {};
};

/// Whether they are asked for. What comes must be of an authority that the server trusts where it
/// is required; where it is requested any is taken, and TlsSummary says what it is worth.
enum class ClientCertificates { none, request, require };

/// What a server offers and accepts.
struct TlsServerOptions {
  TlsServerOptions() = default;

  Certificate certificate = {};
  TlsVersion min_version = TlsVersion::tls1_2;
  TlsVersion max_version = TlsVersion::tls1_3;
  ClientCertificates client_certificates = ClientCertificates::none;
  std::string client_ca_file = {};     // PEM file of whom to trust; empty: client_ca_pem
  std::string client_ca_pem = {};      // PEM text; both empty: any certificate is trusted
  bool closure_alert = true;           // begins a regular end (RFC 5246 7.2.1); false: FIN alone
  std::vector<std::string> alpn = {};  // in order of preference; none: ALPN is not negotiated
};

/// What a handshake came to.
struct TlsSummary {
  std::string version;        // "TLSv1.3"
  std::string cipher;         // "TLS_AES_256_GCM_SHA384"
  std::string peer_subject;   // RFC 2253; empty: the peer gave no certificate
  bool peer_trusted = false;  // it gave one, and whoever issued it is trusted
  std::string alpn;
  std::string server_name;  // server side: what the client's SNI said
  Bytes channel_binding;    // tls-server-end-point (RFC 5929 4.1), of the server's certificate
};

/// Shared, immutable settings of many connections. A null context means: no TLS.
class TlsContext {
 public:
  TlsContext() = default;

  [[nodiscard]] static Result<TlsContext> client(TlsClientOptions const& options);
  [[nodiscard]] static Result<TlsContext> server(TlsServerOptions const& options);

  [[nodiscard]] explicit operator bool() const { return context_ != nullptr; }

  [[nodiscard]] ssl_ctx_st* native() const { return context_.get(); }

  /// Server contexts: from now on ALPN offers these names, in order of preference; where there are
  /// none it is not negotiated (RFC 7301 3.2). Call it where the handshakes are done.
  [[nodiscard]] Result<void> offer_alpn(std::vector<std::string> const& names);

  /// Client contexts: what they were made from (server_name, send_sni, insecure).
  [[nodiscard]] TlsClientOptions const& client_options() const { return *client_options_; }

  [[nodiscard]] bool is_server() const { return client_options_ == nullptr; }

 private:
  std::shared_ptr<ssl_ctx_st> context_;
  std::shared_ptr<TlsClientOptions const> client_options_;
};

/// OpenSSL's queued errors in words, oldest first; empties the queue.
[[nodiscard]] std::string tls_error_text();

}  // namespace rpchspec::net
