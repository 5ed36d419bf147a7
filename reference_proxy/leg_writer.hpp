// What a channel writes to its client: through an outbox, and, under a defect, wrongly.

#pragma once

#include "net/outbox.hpp"
#include "reference_proxy/defects.hpp"

namespace rpchspec::proxy {

/// What the writer makes of bytes that are not a head: they go out as they are, or a defect has
/// them chunked, or held back until 8 KiB are there.
enum class Framing { plain, chunked, held_back };

/// Of the OUT channel, and of the response to RPC_CONNECT, under a defect.
[[nodiscard]] Framing out_framing(Defect defect);
[[nodiscard]] Framing v1_framing(Defect defect);

/// Writes views of the reader's buffer without copying them; copies all others.
class LegWriter {
 public:
  LegWriter(net::Stream& stream, Framing framing) : outbox_(stream), framing_(framing) {}

  /// @param kept  bytes that the caller keeps in place until settled().
  void write(ByteView bytes, ByteView kept);

  void write(Bytes bytes) { static_cast<void>(outbox_.push(std::move(bytes))); }

  /// Waits until nothing that was written from `kept` is needed any more.
  [[nodiscard]] net::Task<> settled();

  /// Waits until `size` more bytes would be taken. False: nothing is taken any more.
  [[nodiscard]] net::Task<bool> room(std::size_t size) {
    return outbox_.room(size, net::Deadline::never());
  }

  /// Waits until all that was queued is written. False: it was dropped.
  [[nodiscard]] net::Task<bool> written() { return outbox_.drained(net::Deadline::never()); }

  /// Writes what is queued, at most until the deadline; takes no more.
  [[nodiscard]] net::Task<> finish(net::Deadline deadline);

  [[nodiscard]] net::Task<> run() { return outbox_.run(); }

 private:
  net::Outbox outbox_;
  Framing framing_;
  bool borrows_ = false;
  Bytes held_back_;  // by Framing::held_back
};

}  // namespace rpchspec::proxy
