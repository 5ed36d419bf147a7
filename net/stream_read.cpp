#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

#include "net/stream_impl.hpp"

namespace rpchspec::net {

namespace {

constexpr std::size_t kHeldChunk = std::size_t{64} * 1024;

ReadResult got(std::size_t bytes) {
  return {bytes, std::nullopt};
}

ReadResult ended(Ending ending) {
  return {0, ending};
}

TimePoint after(Duration wait) {
  return Deadline::in(wait).at();
}

}  // namespace

Task<ReadResult> Stream::read_some(MutableByteView into, Deadline deadline) {
  assert(!into.empty());
  auto const impl = impl_;
  if (!impl) {
    co_return ended(Ending::cancelled);
  }
  if (auto const bytes = impl->take_prefix(into); bytes != 0) {
    co_return got(bytes);
  }
  auto const cancellations = impl->cancellations;
  for (;;) {
    auto const replans = impl->replans;
    ReadResult result;
    if (impl->receive.is_faulty()) {
      result = co_await impl->read_faulty(into, deadline);
    } else {
      result = co_await impl->read_raw(into, deadline);
    }
    auto const replanned = impl->replans != replans && impl->cancellations == cancellations;
    if (result.ending != Ending::cancelled || !replanned) {
      co_return result;
    }
  }
}

std::size_t Stream::Impl::take_prefix(MutableByteView into) {
  auto const taken = std::min(into.size(), prefix.size() - prefix_begin);
  if (taken == 0) {
    return 0;
  }
  std::memcpy(into.data(), prefix.data() + prefix_begin, taken);
  auto const told = std::min(taken, prefix_told);
  prefix_told -= told;
  tell_received(ByteView(into).subspan(told, taken - told));
  prefix_begin += taken;
  if (prefix_begin == prefix.size()) {
    prefix = {};
    prefix_begin = 0;
  }
  return taken;
}

Task<ReadResult> Stream::Impl::read_raw(MutableByteView into, Deadline deadline) {
  if (receive.ending) {
    co_return ended(*receive.ending);
  }
  if (closing || !socket.is_open()) {
    co_return ended(Ending::cancelled);
  }
  if (tls) {
    co_return co_await read_tls(into, deadline);
  }
  co_return co_await read_plain(into, deadline);
}

Task<ReadResult> Stream::Impl::read_plain(MutableByteView into, Deadline deadline) {
  auto const [error, bytes] =
      co_await socket_read(asio::mutable_buffer(into.data(), into.size()), deadline);
  if (error) {
    co_return ended(on_receive_error(error));
  }
  tell_received(into.first(bytes));
  co_return got(bytes);
}

Task<ReadResult> Stream::Impl::read_tls(MutableByteView into, Deadline deadline) {
  if (!handshake_done) {
    if (auto const done = co_await handshake(deadline); !done) {
      co_return ended(done.error().ending);
    }
  }
  for (;;) {
    auto const [status, bytes] = tls->read(into);
    if (tls->has_output() && !flush_runs) {  // a KeyUpdate's answer, or an alert
      (void)co_await flush(deadline);
    }
    if (status == TlsSession::Status::done) {
      tell_received(into.first(bytes));
      co_return got(bytes);
    }
    if (status == TlsSession::Status::closed) {
      end_receive(Ending::tls_close_notify);
      co_return ended(Ending::tls_close_notify);
    }
    if (status == TlsSession::Status::failed) {
      detail = tls->error();
      end_both(Ending::tls_failed);
      co_return ended(Ending::tls_failed);
    }
    auto const space = tls->input_space();
    auto const [error, size] =
        co_await socket_read(asio::mutable_buffer(space.data(), space.size()), deadline);
    if (error) {
      co_return ended(on_receive_error(error));
    }
    tls->commit_input(size);
  }
}

// Adds what the socket has to `held`, but nothing from behind a StopReading.
Task<ReadResult> Stream::Impl::fill_held(Deadline deadline) {
  auto const kept = receive.held.size();
  auto const room = receive.faults.bytes_before_stop();
  auto const want = std::min<std::uint64_t>(kHeldChunk, room - std::min<std::uint64_t>(room, kept));
  if (want == 0) {
    co_return got(0);
  }
  Bytes chunk(static_cast<std::size_t>(want));
  auto const result = co_await read_raw(chunk, deadline);
  append(receive.held, ByteView(chunk).first(result.bytes));
  co_return result;
}

// The front of the piece whose time has come.
std::size_t Stream::Impl::deliver(MutableByteView into) {
  auto& step = receive.pending->step;
  auto const taken = std::min(into.size(), step.size);
  if (!step.drop) {
    std::memcpy(into.data(), receive.held.data(), taken);
  }
  auto const gone = step.drop ? step.size : taken;
  receive.held.erase(receive.held.begin(),
                     receive.held.begin() + static_cast<std::ptrdiff_t>(gone));
  step.size -= gone;
  return step.drop ? 0 : taken;
}

Task<ReadResult> Stream::Impl::read_pending(MutableByteView into, Deadline deadline) {
  if (auto const stopped = co_await pause_until(receive.pending->due, deadline)) {
    co_return ended(*stopped);
  }
  auto const bytes = deliver(into);
  if (receive.pending->step.size == 0) {
    auto const how = receive.pending->step.end;
    receive.pending.reset();
    if (how) {
      close_now(*how);
      receive.held.clear();  // from behind the end
    }
  }
  co_return got(bytes);
}

// Not reading: until the time is over, or another plan is made. Empty: read on.
Task<std::optional<Ending>> Stream::Impl::stop_reading(Deadline deadline) {
  FaultStep stopped;
  if (auto const during = receive.faults.stop_reading(stopped)) {
    tell_applied(stopped);
    reading_stops_until = after(*during);
  }
  if (!reading_stops_until) {
    co_return std::nullopt;
  }
  auto const ending = co_await pause_until(*reading_stops_until, deadline);
  if (!ending) {
    reading_stops_until.reset();
  }
  co_return ending;
}

// Decides about the next piece of what is held.
void Stream::Impl::plan_next(bool last) {
  auto step = receive.faults.next(receive.held, last);
  tell_applied(step);
  if (step.size != 0 || step.end) {
    auto const due = step.wait == Duration{} ? TimePoint{} : after(step.wait);
    receive.pending = PendingPiece{std::move(step), due};
  }
}

Task<ReadResult> Stream::Impl::read_faulty(MutableByteView into, Deadline deadline) {
  for (;;) {
    while (receive.pending) {
      auto const result = co_await read_pending(into, deadline);
      if (result.bytes != 0 || result.ending) {
        co_return result;
      }
    }
    if (auto const stopped = co_await stop_reading(deadline)) {
      co_return ended(*stopped);
    }
    ReadResult filled;
    if (receive.held.empty() || receive.faults.holds_back(receive.held.size(), false)) {
      filled = co_await fill_held(deadline);
    }
    auto const last = receive.ending.has_value() || closing;
    if (filled.ending && (receive.held.empty() || !last)) {
      co_return filled;  // after a deadline, what is held waits for the next read
    }
    if (!receive.held.empty()) {
      plan_next(last || receive.faults.bytes_before_stop() <= receive.held.size());
    }
  }
}

}  // namespace rpchspec::net
