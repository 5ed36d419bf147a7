// The inside of Stream. Coroutines hold it by shared_ptr, so that it outlives what is pending.

#pragma once

#include <array>
#include <memory>

#include "net/event.hpp"
#include "net/stream.hpp"
#include "net/tls_session.hpp"

namespace rpchspec::net {

using Transferred = std::tuple<error_code, std::size_t>;

/// A piece that waits for its time, or is handed over in parts.
struct PendingPiece {
  FaultStep step;
  TimePoint due;
};

/// What is kept of one direction.
struct StreamDirection {
  std::optional<Ending> ending;
  std::uint64_t bytes = 0;
  FaultLine faults;
  Bytes held;  // read and not delivered, or accepted and not sent: only where faults hold it back
  std::size_t unsent = 0;  // bytes of `held` that a fault dropped at its end of the direction
  std::optional<PendingPiece> pending;

  [[nodiscard]] bool is_faulty() const { return !faults.idle() || !held.empty() || pending; }
};

struct Stream::Impl {
  Impl(TcpSocket socket_, Side side_);
  ~Impl();

  // stream_socket.cpp: the socket as it is
  [[nodiscard]] Task<Transferred> socket_read(asio::mutable_buffer into, Deadline deadline);
  [[nodiscard]] Task<Transferred> socket_write(std::span<asio::const_buffer const> pieces,
                                               Deadline deadline);
  [[nodiscard]] Task<> give_others_a_turn();
  /// Empty: the time came, or the faults were replaced meanwhile. Otherwise deadline or cancelled.
  [[nodiscard]] Task<std::optional<Ending>> pause_until(TimePoint when, Deadline deadline);
  void replan();

  // stream_socket.cpp: how it ended
  [[nodiscard]] bool is_reset_unseen();
  Ending on_receive_error(error_code error);
  Ending on_send_error(error_code error);
  void end_receive(Ending ending);
  void end_send(Ending ending);
  void end_both(Ending ending);
  void tell_ended(journal::v1::Direction direction, Ending ending);
  void tell_received(ByteView bytes);
  void tell_sent(ByteView bytes);
  void tell_applied(FaultStep const& step);
  void tell_opened();
  void tell_tls();

  // stream_read.cpp
  [[nodiscard]] Task<ReadResult> read_plain(MutableByteView into, Deadline deadline);
  [[nodiscard]] Task<ReadResult> read_tls(MutableByteView into, Deadline deadline);
  [[nodiscard]] Task<ReadResult> read_raw(MutableByteView into, Deadline deadline);
  [[nodiscard]] Task<ReadResult> read_faulty(MutableByteView into, Deadline deadline);
  [[nodiscard]] Task<ReadResult> read_pending(MutableByteView into, Deadline deadline);
  [[nodiscard]] Task<std::optional<Ending>> stop_reading(Deadline deadline);
  [[nodiscard]] Task<ReadResult> fill_held(Deadline deadline);
  void plan_next(bool last);
  [[nodiscard]] std::size_t take_prefix(MutableByteView into);
  [[nodiscard]] std::size_t deliver(MutableByteView into);

  // stream_write.cpp
  [[nodiscard]] Task<WriteResult> write_plain(std::span<ByteView const> pieces, Deadline deadline);
  [[nodiscard]] Task<WriteResult> write_tls(std::span<ByteView const> pieces, Deadline deadline);
  [[nodiscard]] Task<WriteResult> write_raw(std::span<ByteView const> pieces, Deadline deadline);
  [[nodiscard]] Task<WriteResult> write_faulty(std::span<ByteView const> pieces, Deadline deadline);
  [[nodiscard]] Task<std::optional<Ending>> send_held(bool last, Deadline deadline);
  [[nodiscard]] Task<std::optional<Ending>> send_piece(FaultStep step, Deadline deadline);
  [[nodiscard]] Task<error_code> flush(Deadline deadline);

  // stream_close.cpp
  [[nodiscard]] Task<WriteResult> shutdown_send(CloseHow how, Deadline deadline);
  [[nodiscard]] Task<> close(CloseHow how, Deadline linger);
  void close_now(CloseHow how);
  void flush_now();
  void drain_now();
  void send_fin(CloseHow how);
  void close_socket();
  void cancel();

  // stream_tls.cpp
  [[nodiscard]] Task<Attempt<void>> handshake(Deadline deadline);
  [[nodiscard]] Task<Attempt<void>> handshake_failed(Ending ending, std::string detail);

  TcpSocket socket;
  Side side;
  std::string local;
  std::string remote;
  std::string service;
  std::unique_ptr<TlsSession> tls;
  TlsSummary tls_summary;
  bool handshake_done = false;
  std::optional<journal::ConnectionTap> tap;
  Bytes prefix;
  std::size_t prefix_begin = 0;
  std::size_t prefix_told = 0;  // of the bytes left, how many a tap has seen before
  StreamDirection receive;
  StreamDirection send;
  std::optional<TimePoint> reading_stops_until;
  std::string detail;
  bool rst_seen = false;
  bool fin_sent = false;
  bool closing = false;  // reads belong to close() now

  TimePoint written_at{};  // right before the last bytes went out: nobody had them earlier
  Bytes flushing;          // cipher text on its way
  std::size_t flushing_begin = 0;
  bool flush_runs = false;
  Event flushed;
  Event interrupted;
  std::uint64_t cancellations = 0;
  std::uint64_t replans = 0;  // faults were replaced: what is pending looks at them anew
  unsigned turns_without_wait = 0;
};

[[nodiscard]] std::string endpoint_text(Endpoint const& endpoint);

}  // namespace rpchspec::net
