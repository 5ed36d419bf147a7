#include <sys/socket.h>

#include <array>

#include "net/stream_impl.hpp"

namespace rpchspec::net {

namespace {

constexpr std::size_t kDrainChunk = std::size_t{16} * 1024;
constexpr int kDrainTurns = 64;  // a peer that goes on sending does not hold close_now() up

Ending ending_by(CloseHow how, bool is_tls) {
  if (how == CloseHow::rst) {
    return Ending::rst;
  }
  if (!is_tls) {
    return Ending::fin;
  }
  return how == CloseHow::tls_truncate ? Ending::tls_truncated : Ending::tls_close_notify;
}

}  // namespace

Task<WriteResult> Stream::shutdown_send(Deadline deadline) {
  auto const impl = impl_;
  if (!impl) {
    WriteResult const none = {0, Ending::cancelled};
    co_return none;
  }
  co_return co_await impl->shutdown_send(CloseHow::fin, deadline);
}

Task<> Stream::close(CloseHow how, Deadline linger) {
  auto const impl = impl_;
  if (impl) {
    co_await impl->close(how, linger);
  }
}

void Stream::close_now(CloseHow how) {
  if (impl_) {
    impl_->close_now(how);
  }
}

void Stream::cancel() {
  if (impl_) {
    impl_->cancel();
  }
}

void Stream::Impl::cancel() {
  ++cancellations;
  interrupted.notify();
  flushed.notify();
  error_code ignored;
  socket.cancel(ignored);
}

// close_notify by `how`, then FIN. An ending in the result means that it did not get out.
Task<WriteResult> Stream::Impl::shutdown_send(CloseHow how, Deadline deadline) {
  WriteResult result;
  if (send.ending || !socket.is_open()) {
    result.ending = send.ending.value_or(Ending::cancelled);
    co_return result;
  }
  if (!send.held.empty()) {
    result.ending = co_await send_held(true, deadline);
    if (result.ending || send.ending) {
      co_return result;
    }
  }
  if (tls && handshake_done && how != CloseHow::tls_truncate) {
    tls->shutdown();
    if (auto const error = co_await flush(deadline)) {
      result.ending = on_send_error(error);
      co_return result;
    }
  }
  send_fin(how);
  co_return result;
}

void Stream::Impl::send_fin(CloseHow how) {
  if (send.ending || !socket.is_open()) {
    return;
  }
  fin_sent = true;
  error_code error;
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  // ENOTCONN: an RST came that nobody has been told of. After the peer's orderly end it only says
  // that the peer, being gone, could not use our last bytes: our end is still what we made it.
  auto const cut_off = error && !receive.ending;
  end_send(cut_off ? Ending::rst : ending_by(how, tls && handshake_done));
}

Task<> Stream::Impl::close(CloseHow how, Deadline linger) {
  if (!socket.is_open()) {
    co_return;
  }
  if (how == CloseHow::rst) {
    close_now(how);
    co_return;
  }
  cancel();
  (void)co_await shutdown_send(how, linger);
  closing = true;
  Bytes waste(kDrainChunk);
  while (!receive.ending && socket.is_open()) {
    auto const into = asio::mutable_buffer(waste.data(), waste.size());
    auto const [error, bytes] = co_await socket_read(into, linger);
    if (error) {
      (void)on_receive_error(error);
      break;
    }
    if (!tls) {
      tell_received(ByteView(waste).first(bytes));
    }
  }
  close_now(how);
}

void Stream::Impl::close_now(CloseHow how) {
  if (!socket.is_open()) {
    return;
  }
  closing = true;
  if (how == CloseHow::rst) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    end_send(Ending::rst);
  } else {
    flush_now();
    if (tls && handshake_done && how != CloseHow::tls_truncate && !send.ending) {
      tls->shutdown();
      flush_now();
    }
    send_fin(how);
    drain_now();
  }
  close_socket();
}

// As much of what waits as goes without waiting.
void Stream::Impl::flush_now() {
  error_code error;
  if (!tls && !send.ending && !send.held.empty()) {
    asio::const_buffer const held(send.held.data(), send.held.size());
    written_at = Clock::now();
    tell_sent(ByteView(send.held).first(socket.write_some(held, error)));
    send.held.clear();
  }
  if (!tls || flush_runs || send.ending) {
    return;  // a record that is half out cannot be followed by another
  }
  while (!error) {
    if (flushing_begin == flushing.size()) {
      flushing_begin = 0;
      tls->take_output(flushing);
      if (flushing.empty()) {
        return;
      }
    }
    asio::const_buffer const left(flushing.data() + flushing_begin,
                                  flushing.size() - flushing_begin);
    flushing_begin += socket.write_some(left, error);
  }
}

// Unread bytes would turn close() into an RST.
void Stream::Impl::drain_now() {
  std::array<std::uint8_t, kDrainChunk> waste;
  for (int turn = 0; turn < kDrainTurns && !receive.ending; ++turn) {
    error_code error;
    auto const bytes = socket.read_some(asio::buffer(waste), error);
    if (error == asio::error::would_block) {
      return;
    }
    if (error) {
      (void)on_receive_error(error);
      return;
    }
    if (!tls) {
      tell_received(ByteView(waste).first(bytes));
    }
  }
}

void Stream::Impl::close_socket() {
  ++cancellations;
  interrupted.notify();
  flushed.notify();
  error_code ignored;
  socket.close(ignored);
}

}  // namespace rpchspec::net
