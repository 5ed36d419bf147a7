// TLS of one connection without its I/O: cipher text in and out, plain text out and in.

#pragma once

#include <memory>
#include <string>

#include "net/tls.hpp"
#include "protocol/base/bytes.hpp"

struct bio_st;
struct ssl_st;

namespace rpchspec::net {

/// OpenSSL over two byte queues of ours. Keeping both lets a write be cut short without losing a
/// record, and close_notify be sent without waiting for the peer's.
class TlsSession {
 public:
  enum class Status {
    done,
    want_input,  // more cipher text is needed
    closed,      // the peer's close_notify
    failed,      // error() says why; an alert may be waiting as output
  };

  struct Got {
    Status status;
    std::size_t bytes;
  };

  /// @param host  client side: SNI and the name to verify where the options leave it open.
  [[nodiscard]] static Result<std::unique_ptr<TlsSession>> make(TlsContext const& context,
                                                                std::string const& host);
  ~TlsSession();
  TlsSession(TlsSession const&) = delete;
  TlsSession& operator=(TlsSession const&) = delete;

  [[nodiscard]] Status handshake();

  /// Decrypts what is there into `into` (not empty).
  [[nodiscard]] Got read(MutableByteView into);

  /// Encrypts all of `plain` as output. False: error().
  [[nodiscard]] bool write(ByteView plain);

  /// Puts a close_notify in the output. Reading goes on.
  void shutdown();

  /// Cipher text from the peer: fill the space, commit what came.
  [[nodiscard]] MutableByteView input_space();
  void commit_input(std::size_t size);

  /// Cipher text for the peer, all there is, in exchange for `into`'s memory.
  void take_output(Bytes& into);

  [[nodiscard]] bool has_output() const { return !output_.empty(); }

  [[nodiscard]] std::string const& error() const { return error_; }

  /// Of a finished handshake.
  [[nodiscard]] TlsSummary summary() const;

 private:
  explicit TlsSession(ssl_st* ssl);
  Status status_of(int result);

  static int read_bio(bio_st* bio, char* into, int size);
  static int write_bio(bio_st* bio, char const* bytes, int size);
  static long control_bio(bio_st* bio, int command, long number, void* pointer);
  friend bio_st* make_tls_bio(TlsSession* session);

  ssl_st* ssl_;
  Bytes input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  Bytes output_;
  std::string error_;
};

}  // namespace rpchspec::net
