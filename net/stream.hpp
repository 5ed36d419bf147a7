// One TCP or TLS connection: bytes with deadlines, and an exact account of how it ended.

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "journal/connection_tap.hpp"
#include "net/asio.hpp"
#include "net/deadline.hpp"
#include "net/ending.hpp"
#include "net/faults.hpp"
#include "net/tls.hpp"
#include "protocol/base/bytes.hpp"

namespace rpchspec::net {

struct ReadResult {
  std::size_t bytes = 0;  // at the front of the buffer; > 0 exactly when no ending
  std::optional<Ending> ending = {};
};

struct WriteResult {
  std::size_t bytes = 0;  // handed to the system; all of them exactly when no ending
  std::optional<Ending> ending = {};
};

/// A TCP socket that changes hands, with bytes that were read already.
struct Handover {
  int native_handle = -1;  // owned by whoever holds this; -1: none
  bool accepted = false;
  Bytes prefix = {};
};

/// Movable; one read and one write may be pending at the same time. Single-threaded.
///
/// Endings are remembered: a direction that ended goes on answering the same. An RST that either
/// direction meets ends both. `deadline` and `cancelled` end the operation, not the stream. The
/// destructor closes in good order as far as that goes without waiting (close_now(fin)); pending
/// operations complete as cancelled.
///
/// TCP_NODELAY is always on.
class Stream {
 public:
  Stream();  // not connected: every operation yields `cancelled`
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  /// Takes a connected socket.
  enum class Side { connected, accepted };
  Stream(TcpSocket socket, Side side);

  /// Takes a socket that another thread or io_context gave up with release(). Its prefix is read
  /// first, and told to the tap then: nobody has recorded it.
  [[nodiscard]] static Result<Stream> adopt(Executor const& executor, Handover handover);

  /// Gives the socket up; plain TCP without pending operations only. `unread` is what the owner
  /// read and did not use. The tap, if any, is dropped without an `ended`.
  [[nodiscard]] Handover release(Bytes unread = {});

  /// Bytes to be read before those of the socket; not shown to the tap again.
  void push_back(Bytes prefix);

  /// From now on everything is told to `tap`, starting with `opened` (and `tls`, if that is done).
  /// @param service  for `opened` of accepted connections.
  void observe(journal::ConnectionTap tap, std::string service = {});

  /// The tap, or null. For identify(), note() and timer().
  [[nodiscard]] journal::ConnectionTap* tap();

  /// As the journal numbers it; 0: nothing is recorded.
  [[nodiscard]] std::uint32_t connection();

  // -- TLS ------------------------------------------------------------------------------------

  /// Makes the stream a TLS one; the handshake is still to be done.
  /// @param host  client side: the name to send and verify where the options leave it open.
  [[nodiscard]] Result<void> use_tls(TlsContext const& context, std::string const& host = {});

  /// Does the TLS handshake; nothing to do on a plain stream or when done. Failure ends the stream
  /// and is told to the tap: tls_failed (with OpenSSL's words), deadline, rst, tls_truncated.
  [[nodiscard]] Task<Attempt<void>> handshake(Deadline deadline);

  [[nodiscard]] bool is_tls() const;
  /// Of a finished handshake; empty fields before.
  [[nodiscard]] TlsSummary const& tls_summary() const;

  // -- bytes ----------------------------------------------------------------------------------

  /// Reads what is there, at least one byte. Precondition: `into` is not empty, and stays valid.
  [[nodiscard]] Task<ReadResult> read_some(MutableByteView into, Deadline deadline);

  /// Writes all of it, in order. The bytes stay valid until it returns.
  /// After `deadline` the count says what went out; TLS may still hold up to one record of the
  /// rest, which goes out first with the next write, so a TLS stream is then good for closing only.
  [[nodiscard]] Task<WriteResult> write_all(ByteView bytes, Deadline deadline);
  [[nodiscard]] Task<WriteResult> write_all(std::span<ByteView const> pieces, Deadline deadline);

  /// Ends our direction: close_notify on TLS, then FIN. Reading goes on.
  [[nodiscard]] Task<WriteResult> shutdown_send(Deadline deadline);

  /// Ends the connection. Except for rst, what the peer still sends is read and dropped until it
  /// ends its direction too or `linger` passes: closing on unread bytes would send an RST. A
  /// pending read completes as cancelled.
  [[nodiscard]] Task<> close(CloseHow how, Deadline linger);

  /// The same without waiting, as far as that goes.
  void close_now(CloseHow how);

  /// RST, now.
  void abort() { close_now(CloseHow::rst); }

  /// Pending operations complete as cancelled; the stream stays usable.
  void cancel();

  // -- state ----------------------------------------------------------------------------------

  [[nodiscard]] bool is_open() const;
  /// How the peer's, and our, direction ended; empty while it is open.
  [[nodiscard]] std::optional<Ending> receive_ending() const;
  [[nodiscard]] std::optional<Ending> send_ending() const;
  /// The last error in words ("Connection reset by peer", OpenSSL's text); may be empty.
  [[nodiscard]] std::string const& ending_detail() const;
  [[nodiscard]] std::uint64_t bytes_sent() const;      // above TLS
  [[nodiscard]] std::uint64_t bytes_received() const;  // above TLS

  /// "127.0.0.1:6001", "[::1]:6001"; empty when not connected.
  [[nodiscard]] std::string const& local() const;
  [[nodiscard]] std::string const& remote() const;
  [[nodiscard]] Executor executor() const;

  /// SO_SNDBUF and SO_RCVBUF in bytes, as asked; the system doubles them. 0: left alone.
  void set_buffer_sizes(std::size_t send, std::size_t receive);

  /// TCP keep-alive: the first probe after `idle` of silence, three more a tenth of that apart, at
  /// least a second each. Where nobody answers, the stream ends as `unreachable`.
  void set_tcp_keepalive(Duration idle);

  /// Replace the faults of a direction; positions count from now. Each is told to the tap when it
  /// begins.
  void set_send_faults(std::vector<Fault> faults);
  void set_receive_faults(std::vector<Fault> faults);

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace rpchspec::net
