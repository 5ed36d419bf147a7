#include <netinet/tcp.h>

#include "net/stream_impl.hpp"

namespace rpchspec::net {

namespace {

// Operations that may complete on the spot before other coroutines get a turn.
constexpr unsigned kTurnsWithoutWait = 32;

Task<error_code> ready(TcpSocket& socket, TcpSocket::wait_type for_what, Deadline deadline) {
  if (deadline.is_never()) {
    auto const [error] = co_await socket.async_wait(for_what);
    co_return error;
  }
  asio::steady_timer timer(socket.get_executor(), deadline.at());
  auto both = asio::experimental::make_parallel_group(socket.async_wait(for_what, asio::deferred),
                                                      timer.async_wait(asio::deferred));
  auto const [order, error, timer_error] =
      co_await both.async_wait(asio::experimental::wait_for_one(), kUseTuple);
  co_return error == asio::error::operation_aborted && !timer_error ? deadline_error() : error;
}

}  // namespace

Task<> Stream::Impl::give_others_a_turn() {
  if (++turns_without_wait >= kTurnsWithoutWait) {
    turns_without_wait = 0;
    co_await asio::post(socket.get_executor(), kUseTuple);
  }
}

// Waits for bytes rather than reads them in the background: what a pending read has taken already
// would be told behind what close_now() takes meanwhile.
Task<Transferred> Stream::Impl::socket_read(asio::mutable_buffer into, Deadline deadline) {
  auto const cancellations_before = cancellations;
  auto const replans_before = replans;
  for (;;) {
    co_await give_others_a_turn();
    error_code error;
    auto const bytes = socket.read_some(into, error);
    if (error != asio::error::would_block) {
      co_return Transferred(error, bytes);
    }
    if (cancellations != cancellations_before || replans != replans_before) {
      co_return Transferred(asio::error::operation_aborted, 0);
    }
    turns_without_wait = 0;
    error = co_await ready(socket, TcpSocket::wait_read, deadline);
    if (error) {
      co_return Transferred(error, 0);
    }
  }
}

// Waits for room rather than writes in the background: the record says when bytes went out, not
// when this thread heard of it.
Task<Transferred> Stream::Impl::socket_write(std::span<asio::const_buffer const> pieces,
                                             Deadline deadline) {
  auto const cancellations_before = cancellations;
  for (;;) {
    co_await give_others_a_turn();
    error_code error;
    written_at = Clock::now();
    auto const bytes = socket.write_some(pieces, error);
    if (error != asio::error::would_block) {
      co_return Transferred(error, bytes);
    }
    turns_without_wait = 0;
    auto const replans_before = replans;
    error = co_await ready(socket, TcpSocket::wait_write, deadline);
    auto const replanned = replans != replans_before && cancellations == cancellations_before;
    if (error && (error != asio::error::operation_aborted || !replanned)) {
      co_return Transferred(error, 0);
    }
  }
}

Task<std::optional<Ending>> Stream::Impl::pause_until(TimePoint when, Deadline deadline) {
  auto const cancellations_before = cancellations;
  auto const replans_before = replans;
  auto const interrupt = [&] {
    return cancellations != cancellations_before || replans != replans_before;
  };
  if (Clock::now() < when) {
    auto const due = earlier(Deadline(when), deadline);
    auto const interrupted_first = co_await interrupted.wait(interrupt, due);
    if (!interrupted_first && Clock::now() < when) {
      co_return deadline.has_passed() ? Ending::deadline : Ending::cancelled;
    }
  }
  if (cancellations != cancellations_before) {
    co_return Ending::cancelled;
  }
  co_return std::nullopt;
}

void Stream::Impl::replan() {
  ++replans;
  interrupted.notify();
  error_code ignored;
  socket.cancel(ignored);
}

void Stream::Impl::tell_ended(journal::v1::Direction direction, Ending ending) {
  if (tap) {
    tap->ended(direction, to_journal(ending), detail, Clock::now());
  }
}

void Stream::Impl::end_receive(Ending ending) {
  if (!receive.ending) {
    receive.ending = ending;
    tell_ended(journal::v1::RECEIVED, ending);
  }
}

void Stream::Impl::end_send(Ending ending) {
  if (!send.ending) {
    send.ending = ending;
    tell_ended(journal::v1::SENT, ending);
  }
}

void Stream::Impl::end_both(Ending ending) {
  if (!receive.ending && !send.ending) {
    receive.ending = send.ending = ending;
    tell_ended(journal::v1::NO_DIRECTION, ending);
    return;
  }
  end_receive(ending);
  end_send(ending);
}

// The system tells an RST once: where a write was told, a read sees an end of file. But a peer's
// FIN alone leaves a connection of which our FIN wasn't sent in CLOSE_WAIT.
bool Stream::Impl::is_reset_unseen() {
  tcp_info info = {};
  socklen_t size = sizeof info;
  auto const known = getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
  return known && !fin_sent && info.tcpi_state == TCP_CLOSE;
}

Ending Stream::Impl::on_receive_error(error_code error) {
  auto ending = ending_of(error);
  if (ending == Ending::deadline || ending == Ending::cancelled) {
    return ending;
  }
  if (rst_seen || (ending == Ending::fin && is_reset_unseen()) || ending == Ending::rst) {
    rst_seen = true;
    detail = error == asio::error::eof ? detail : error.message();
    end_both(Ending::rst);
    return Ending::rst;
  }
  if (ending == Ending::fin) {
    ending = tls ? Ending::tls_truncated : Ending::fin;
    end_receive(ending);
    return ending;
  }
  detail = error.message();
  end_both(ending);
  return ending;
}

Ending Stream::Impl::on_send_error(error_code error) {
  auto const ending = ending_of(error);
  if (ending == Ending::deadline || ending == Ending::cancelled) {
    return ending;
  }
  detail = error.message();
  if (ending == Ending::rst) {
    // What the peer sent before its RST is still to be read: the reader ends when it meets it.
    rst_seen = true;
    end_send(ending);
    return ending;
  }
  end_both(ending);
  return ending;
}

void Stream::Impl::tell_received(ByteView bytes) {
  receive.bytes += bytes.size();
  if (tap && !bytes.empty()) {
    tap->received(bytes, Clock::now());
  }
}

void Stream::Impl::tell_sent(ByteView bytes) {
  send.bytes += bytes.size();
  if (tap && !bytes.empty()) {
    tap->sent(bytes, written_at);
  }
}

void Stream::Impl::tell_applied(FaultStep const& step) {
  if (tap) {
    for (auto const& fault : step.applied) {
      tap->fault(fault.name, fault.detail, Clock::now());
    }
  }
}

void Stream::Impl::tell_opened() {
  if (tap) {
    journal::v1::Opened opened;
    opened.set_accepted(side == Side::accepted);
    opened.set_local(local);
    opened.set_remote(remote);
    opened.set_service(service);
    tap->opened(std::move(opened), Clock::now());
  }
}

void Stream::Impl::tell_tls() {
  if (tap) {
    journal::v1::Tls told;
    told.set_version(tls_summary.version);
    told.set_cipher(tls_summary.cipher);
    told.set_peer_subject(tls_summary.peer_subject);
    told.set_alpn(tls_summary.alpn);
    tap->tls(std::move(told), Clock::now());
  }
}

}  // namespace rpchspec::net
