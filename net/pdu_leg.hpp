// One end of a leg that carries PDUs: a stream, its read buffer and its write queue.

#pragma once

#include <functional>

#include "net/buffer.hpp"
#include "net/event.hpp"
#include "net/outbox.hpp"
#include "net/stream.hpp"

namespace rpchspec::net {

/// How read() came to its end.
struct LegEnd {
  Ending ending = Ending::fin;
  std::optional<Error> refused =
      {};  // what the reader said of the bytes, when it ended the reading
};

/// Pieces of a write, for scripts: each its own segment, with a pause between.
struct Pieces {
  Pieces() = default;

  explicit Pieces(std::size_t size_, Duration gap_ = {}) : size(size_), gap(gap_) {}

  std::size_t size = 0;  // 0: all at once
  Duration gap = {};
};

static_assert(!std::is_aggregate_v<Pieces>);

/// Single-threaded; kept in a shared_ptr by the tasks that run it.
class PduLeg {
 public:
  /// Takes bytes off the front and says how many; an error ends the reading.
  using Reader = std::function<Result<std::size_t>(ByteView)>;

  explicit PduLeg(Stream stream);

  [[nodiscard]] Stream& stream() { return stream_; }

  [[nodiscard]] Stream const& stream() const { return stream_; }

  [[nodiscard]] Outbox& outbox() { return outbox_; }

  /// The writing task: spawn once.
  [[nodiscard]] Task<> write() { return outbox_.run(); }

  /// Reads until the peer's direction ends or `reader` refuses. Bytes that `reader` leaves come
  /// again with more behind them.
  [[nodiscard]] Task<LegEnd> read(Reader reader);

  /// While stopped, nothing more is taken from the socket; a read that is pending still completes.
  void set_reading(bool enabled);

  /// Queues bytes behind what is queued. False: the leg no longer takes any.
  bool send(Bytes bytes);

  /// Writes bytes in pieces, each handed to the system before the next. False: the leg ended.
  [[nodiscard]] Task<bool> send_pieces(Bytes bytes, Pieces pieces, Deadline deadline);

  /// All that is queued is written first; then the connection, or our direction of it, is ended.
  [[nodiscard]] Task<> close(CloseHow how, Deadline deadline);
  [[nodiscard]] Task<> half_close(Deadline deadline);

  /// Data read and not yet taken by the reader.
  [[nodiscard]] ByteView unread() const { return buffer_.data(); }

  [[nodiscard]] ReadBuffer& buffer() { return buffer_; }

 private:
  Stream stream_;
  ReadBuffer buffer_;
  Outbox outbox_;
  Event reading_changed_;
  bool reading_ = true;
};

}  // namespace rpchspec::net
