// The write queue of one stream: what many tasks push, one task writes, in order.

#pragma once

#include <deque>
#include <optional>
#include <variant>

#include "net/event.hpp"
#include "net/stream.hpp"

namespace rpchspec::net {

inline constexpr std::size_t kOutboxLimit = std::size_t{4} * 1024 * 1024;  // bytes

/// Single-threaded. `stream` outlives it; only run() writes to the stream.
class Outbox {
 public:
  /// @param limit  bytes that may be queued; owned and borrowed count alike.
  explicit Outbox(Stream& stream, std::size_t limit = kOutboxLimit);

  /// Queues bytes. False: over the limit, or the outbox ended; nothing was queued. An empty queue
  /// takes one push of any size.
  [[nodiscard]] bool push(Bytes owned);

  /// The same for bytes that somebody else keeps until drained() or ending().
  [[nodiscard]] bool push_borrowed(ByteView borrowed);

  /// Writes until cancelled, finished or the stream ends. Spawn it once into a TaskScope. Does not
  /// throw for what the stream does: see ending().
  [[nodiscard]] Task<> run();

  /// No more pushes; run() returns when all is written.
  void finish();

  /// Waits until all that was pushed is written, or dropped. True: written.
  [[nodiscard]] Task<bool> drained(Deadline deadline);

  /// Waits until `size` more bytes would be taken. False: deadline or ended.
  [[nodiscard]] Task<bool> room(std::size_t size, Deadline deadline);

  [[nodiscard]] bool has_room(std::size_t size) const;

  /// Bytes pushed and not yet written.
  [[nodiscard]] std::size_t queued() const { return queued_; }

  /// How writing ended; what was queued then is dropped. Empty: it goes on, or finished well.
  [[nodiscard]] std::optional<Ending> ending() const { return ending_; }

  /// Each write of at most one batch must be done by then; default never. Counts from its start.
  void set_write_timeout(Duration timeout) { write_timeout_ = timeout; }

 private:
  using Entry = std::variant<Bytes, ByteView>;

  template <class Kept>
  [[nodiscard]] bool keep(Kept bytes);
  void drop(Ending ending);
  [[nodiscard]] Task<bool> write_batch();

  Stream& stream_;
  std::size_t limit_;
  std::size_t queued_ = 0;
  std::deque<Entry> entries_;
  Event pushed_;
  Event written_;
  std::optional<Ending> ending_;
  std::optional<Duration> write_timeout_;
  bool finished_ = false;
};

}  // namespace rpchspec::net
