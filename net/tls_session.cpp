#include "net/tls_session.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/address.hpp"

namespace rpchspec::net {

namespace {

constexpr std::size_t kInputSize =
    std::size_t{64} * 1024;  // several records of at most 16 KiB and a little

bool name_the_server(SSL* ssl, TlsClientOptions const& options, std::string const& host) {
  auto const& name = options.server_name.empty() ? host : options.server_name;
  if (name.empty()) {
    return true;
  }
  if (is_ip_address(name)) {
    return options.insecure ||
           X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  }
  // What the macro SSL_set_tlsext_host_name says, without its old-style cast.
  if (options.send_sni && SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                   const_cast<char*>(name.c_str())) != 1) {
    return false;
  }
  return options.insecure || SSL_set1_host(ssl, name.c_str()) == 1;
}

std::string subject_of(X509* certificate) {
  if (certificate == nullptr) {
    return {};
  }
  std::unique_ptr<BIO, int (*)(BIO*)> const bio(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  auto const size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

int TlsSession::read_bio(BIO* bio, char* into, int size) {
  auto& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  auto const there = self.input_end_ - self.input_begin_;
  if (there == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  auto const taken = std::min(there, static_cast<std::size_t>(size));
  std::memcpy(into, self.input_.data() + self.input_begin_, taken);
  self.input_begin_ += taken;
  return static_cast<int>(taken);
}

int TlsSession::write_bio(BIO* bio, char const* bytes, int size) {
  auto& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  append(self.output_, as_bytes(std::string_view(bytes, static_cast<std::size_t>(size))));
  return size;
}

long TlsSession::control_bio(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* make_tls_bio(TlsSession* session) {
  static BIO_METHOD* const kMethod = [] {
    auto* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "rpchspec");
    BIO_meth_set_read(m, TlsSession::read_bio);
    BIO_meth_set_write(m, TlsSession::write_bio);
    BIO_meth_set_ctrl(m, TlsSession::control_bio);
    return m;
  }();
  auto* bio = BIO_new(kMethod);
  BIO_set_data(bio, session);
  BIO_set_init(bio, 1);
  return bio;
}

TlsSession::TlsSession(SSL* ssl) : ssl_(ssl), input_(kInputSize) {
  auto* bio = make_tls_bio(this);
  SSL_set_bio(ssl_, bio, bio);  // one reference serves both directions
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

Result<std::unique_ptr<TlsSession>> TlsSession::make(TlsContext const& context,
                                                     std::string const& host) {
  ERR_clear_error();
  auto* ssl = SSL_new(context.native());
  if (ssl == nullptr) {
    return fail({ErrorCode::tls, 0, {}, {}, tls_error_text()});
  }
  std::unique_ptr<TlsSession> session(new TlsSession(ssl));
  if (context.is_server()) {
    SSL_set_accept_state(ssl);
    return session;
  }
  SSL_set_connect_state(ssl);
  if (!name_the_server(ssl, context.client_options(), host)) {
    return fail({ErrorCode::tls, 0, {}, {}, "the server name cannot be used: " + tls_error_text()});
  }
  return session;
}

TlsSession::Status TlsSession::status_of(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
      return Status::done;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Status::want_input;
    case SSL_ERROR_ZERO_RETURN:
      return Status::closed;
    default:
      break;
  }
  error_ = tls_error_text();
  auto const verified = SSL_get_verify_result(ssl_);
  if (verified != X509_V_OK) {
    error_ += std::string(": ") + X509_verify_cert_error_string(verified);
  }
  return Status::failed;
}

TlsSession::Status TlsSession::handshake() {
  ERR_clear_error();
  return status_of(SSL_do_handshake(ssl_));
}

TlsSession::Got TlsSession::read(MutableByteView into) {
  ERR_clear_error();
  std::size_t bytes = 0;
  auto const result = SSL_read_ex(ssl_, into.data(), into.size(), &bytes);
  return {result == 1 ? Status::done : status_of(result), bytes};
}

bool TlsSession::write(ByteView plain) {
  ERR_clear_error();
  while (!plain.empty()) {
    std::size_t bytes = 0;
    auto const result = SSL_write_ex(ssl_, plain.data(), plain.size(), &bytes);
    if (result != 1) {
      (void)status_of(result);
      return false;
    }
    plain = plain.subspan(bytes);
  }
  return true;
}

void TlsSession::shutdown() {
  if (SSL_get_quiet_shutdown(ssl_) == 1) {
    return;  // SSL_shutdown would take it for the peer's end as well
  }
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

MutableByteView TlsSession::input_space() {
  if (input_begin_ == input_end_) {
    input_begin_ = input_end_ = 0;
  } else if (input_end_ == input_.size()) {
    std::memmove(input_.data(), input_.data() + input_begin_, input_end_ - input_begin_);
    input_end_ -= input_begin_;
    input_begin_ = 0;
  }
  return MutableByteView(input_).subspan(input_end_);
}

void TlsSession::commit_input(std::size_t size) {
  assert(size <= input_.size() - input_end_);
  input_end_ += size;
}

void TlsSession::take_output(Bytes& into) {
  into.clear();
  into.swap(output_);
}

TlsSummary TlsSession::summary() const {
  TlsSummary made;
  made.version = SSL_get_version(ssl_);
  made.cipher = SSL_get_cipher_name(ssl_);
  auto* const peer = SSL_get0_peer_certificate(ssl_);
  made.peer_subject = subject_of(peer);
  made.peer_trusted = peer != nullptr && SSL_get_verify_result(ssl_) == X509_V_OK;
  unsigned char const* alpn = nullptr;
  unsigned int alpn_size = 0;
  SSL_get0_alpn_selected(ssl_, &alpn, &alpn_size);
  made.alpn = as_text({alpn, alpn_size});
  if (auto const* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name)) {
    made.server_name = name;
  }
  made.channel_binding = end_point_binding(
      SSL_is_server(ssl_) == 1 ? SSL_get_certificate(ssl_) : SSL_get0_peer_certificate(ssl_));
  return made;
}

}  // namespace rpchspec::net
