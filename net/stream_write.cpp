#include <algorithm>
#include <utility>

#include "net/stream_impl.hpp"

namespace rpchspec::net {

namespace {

constexpr std::size_t kMostPieces = 64;                        // of one system call
constexpr std::size_t kTlsChunk = std::size_t{4} * 16 * 1024;  // plain bytes of four full records

WriteResult wrote(std::size_t bytes) {
  return {bytes, std::nullopt};
}

WriteResult stopped(std::size_t bytes, Ending ending) {
  return {bytes, ending};
}

std::size_t size_of(std::span<ByteView const> pieces) {
  std::size_t size = 0;
  for (auto const& piece : pieces) {
    size += piece.size();
  }
  return size;
}

/// What of a list of pieces is still to be written.
class Remaining {
 public:
  explicit Remaining(std::span<ByteView const> pieces) : pieces_(pieces) { skip_empty(); }

  [[nodiscard]] bool empty() const { return pieces_.empty(); }

  [[nodiscard]] ByteView front() const { return pieces_.front().subspan(offset_); }

  /// The next buffers, at most kMostPieces, in `into`.
  std::span<asio::const_buffer const> gather(
      std::array<asio::const_buffer, kMostPieces>& into) const {
    auto const count = std::min(pieces_.size(), into.size());
    for (std::size_t i = 0; i < count; ++i) {
      auto const piece = i == 0 ? front() : pieces_[i];
      into[i] = asio::const_buffer(piece.data(), piece.size());
    }
    return {into.data(), count};
  }

  /// Takes `size` bytes off the front; `each` sees them.
  template <class Each>
  void advance(std::size_t size, Each each) {
    while (size != 0) {
      auto const taken = front().first(std::min(size, front().size()));
      each(taken);
      size -= taken.size();
      offset_ += taken.size();
      skip_empty();
    }
  }

 private:
  void skip_empty() {
    while (!pieces_.empty() && offset_ == pieces_.front().size()) {
      pieces_ = pieces_.subspan(1);
      offset_ = 0;
    }
  }

  std::span<ByteView const> pieces_;
  std::size_t offset_ = 0;
};

}  // namespace

Task<WriteResult> Stream::write_all(ByteView bytes, Deadline deadline) {
  std::span<ByteView const> const one(&bytes, 1);
  co_return co_await write_all(one, deadline);
}

Task<WriteResult> Stream::write_all(std::span<ByteView const> pieces, Deadline deadline) {
  auto const impl = impl_;
  if (!impl) {
    co_return stopped(0, Ending::cancelled);
  }
  if (impl->send.is_faulty()) {
    co_return co_await impl->write_faulty(pieces, deadline);
  }
  co_return co_await impl->write_raw(pieces, deadline);
}

Task<WriteResult> Stream::Impl::write_raw(std::span<ByteView const> pieces, Deadline deadline) {
  if (send.ending) {
    co_return stopped(0, *send.ending);
  }
  if (!socket.is_open()) {
    co_return stopped(0, Ending::cancelled);
  }
  if (tls) {
    co_return co_await write_tls(pieces, deadline);
  }
  co_return co_await write_plain(pieces, deadline);
}

Task<WriteResult> Stream::Impl::write_plain(std::span<ByteView const> pieces, Deadline deadline) {
  std::array<asio::const_buffer, kMostPieces> buffers;
  std::size_t total = 0;
  Remaining rest(pieces);
  while (!rest.empty()) {
    auto const [error, bytes] = co_await socket_write(rest.gather(buffers), deadline);
    rest.advance(bytes, [this](ByteView sent) { tell_sent(sent); });
    total += bytes;
    if (error) {
      co_return stopped(total, on_send_error(error));
    }
  }
  co_return wrote(total);
}

Task<WriteResult> Stream::Impl::write_tls(std::span<ByteView const> pieces, Deadline deadline) {
  if (!handshake_done) {
    if (auto const done = co_await handshake(deadline); !done) {
      co_return stopped(0, done.error().ending);
    }
  }
  std::size_t total = 0;
  Remaining rest(pieces);
  while (!rest.empty()) {
    auto const chunk = rest.front().first(std::min(rest.front().size(), kTlsChunk));
    if (!tls->write(chunk)) {
      detail = tls->error();
      end_both(Ending::tls_failed);
      co_return stopped(total, Ending::tls_failed);
    }
    if (auto const error = co_await flush(deadline)) {
      co_return stopped(total, on_send_error(error));
    }
    rest.advance(chunk.size(), [this](ByteView sent) { tell_sent(sent); });
    total += chunk.size();
  }
  co_return wrote(total);
}

// One at a time; what a deadline leaves over goes out first the next time.
Task<error_code> Stream::Impl::flush(Deadline deadline) {
  auto const before = cancellations;
  auto const my_turn = [this, before] { return !flush_runs || cancellations != before; };
  auto const in_time = co_await flushed.wait(my_turn, deadline);
  if (!in_time) {
    co_return deadline_error();
  }
  if (flush_runs || cancellations != before) {
    co_return asio::error::operation_aborted;
  }

  struct Turn {
    explicit Turn(Impl& impl_) : impl(impl_) { impl.flush_runs = true; }

    ~Turn() {
      impl.flush_runs = false;
      impl.flushed.notify();
    }

    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;

    Impl& impl;
  };

  Turn const turn(*this);
  for (;;) {
    if (flushing_begin == flushing.size()) {
      flushing_begin = 0;
      tls->take_output(flushing);
      if (flushing.empty()) {
        co_return error_code();
      }
    }
    asio::const_buffer const buffer(flushing.data() + flushing_begin,
                                    flushing.size() - flushing_begin);
    std::span<asio::const_buffer const> const one(&buffer, 1);
    auto const [error, bytes] = co_await socket_write(one, deadline);
    flushing_begin += bytes;
    if (error) {
      co_return error;
    }
  }
}

Task<WriteResult> Stream::Impl::write_faulty(std::span<ByteView const> pieces, Deadline deadline) {
  if (send.ending) {
    co_return stopped(0, *send.ending);
  }
  auto const earlier_bytes = send.held.size();
  auto const size = size_of(pieces);
  for (auto const& piece : pieces) {
    append(send.held, piece);
  }
  auto const ending = co_await send_held(false, deadline);
  if (!ending) {
    co_return wrote(size);
  }
  auto const left = send.held.size() + std::exchange(send.unsent, 0);
  send.held.clear();
  send.pending.reset();
  auto const gone = earlier_bytes + size - left;
  co_return stopped(gone - std::min(gone, earlier_bytes), *ending);
}

Task<std::optional<Ending>> Stream::Impl::send_held(bool last, Deadline deadline) {
  while (!send.held.empty()) {
    auto step = send.faults.next(send.held, last);
    tell_applied(step);
    if (step.size == 0 && !step.end && !step.half_close) {
      co_return std::nullopt;  // held back
    }
    auto const ending = co_await send_piece(std::move(step), deadline);
    if (ending) {
      co_return ending;
    }
  }
  co_return std::nullopt;
}

Task<std::optional<Ending>> Stream::Impl::send_piece(FaultStep step, Deadline deadline) {
  if (step.wait != Duration{}) {
    auto const stopped = co_await pause_until(Deadline::in(step.wait).at(), deadline);
    if (stopped) {
      co_return stopped;
    }
  }
  if (step.size != 0 && !step.drop) {
    auto const piece = ByteView(send.held).first(step.size);
    std::span<ByteView const> const one(&piece, 1);
    auto const result = co_await write_raw(one, deadline);
    if (result.ending) {
      send.held.erase(send.held.begin(),
                      send.held.begin() + static_cast<std::ptrdiff_t>(result.bytes));
      co_return result.ending;
    }
  }
  send.held.erase(send.held.begin(), send.held.begin() + static_cast<std::ptrdiff_t>(step.size));
  if (step.end || step.half_close) {
    send.unsent = send.held.size();
    send.held.clear();  // what follows is dropped
  }
  if (step.end) {
    close_now(*step.end);
    co_return send.ending.value_or(Ending::cancelled);
  }
  if (step.half_close) {
    auto const result = co_await shutdown_send(CloseHow::fin, deadline);
    co_return result.ending ? result.ending : send.ending;
  }
  co_return std::nullopt;
}

}  // namespace rpchspec::net
