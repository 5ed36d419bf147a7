#include "net/stream_impl.hpp"

namespace rpchspec::net {

Result<void> Stream::use_tls(TlsContext const& context, std::string const& host) {
  if (!impl_) {
    return fail({ErrorCode::unexpected, 0, {}, {}, "TLS on a stream that is not connected"});
  }
  auto session = TlsSession::make(context, host);
  if (!session) {
    return tl::unexpected(session.error());
  }
  impl_->tls = std::move(*session);
  return {};
}

Task<Attempt<void>> Stream::handshake(Deadline deadline) {
  auto const impl = impl_;
  if (!impl) {
    Error error;
    error.code = ErrorCode::unexpected;
    error.detail = "not connected";
    co_return tl::unexpected(Failure(Ending::cancelled, std::move(error)));
  }
  co_return co_await impl->handshake(deadline);
}

namespace {

ErrorCode code_of(Ending ending) {
  if (ending == Ending::deadline) {
    return ErrorCode::deadline;
  }
  return ending == Ending::tls_failed ? ErrorCode::tls : ErrorCode::io;
}

std::string handshake_words(Ending ending, std::string const& reason) {
  switch (ending) {
    case Ending::deadline:
      return "the peer did not finish the TLS handshake in time";
    case Ending::tls_truncated:
      return "the peer closed the connection during the TLS handshake";
    case Ending::rst:
      return "the peer reset the connection during the TLS handshake";
    case Ending::cancelled:
      return "the TLS handshake was cancelled";
    default:
      return "the TLS handshake failed: " + reason;
  }
}

}  // namespace

Task<Attempt<void>> Stream::Impl::handshake_failed(Ending ending, std::string reason) {
  auto const text = handshake_words(ending, reason);
  if (ending == Ending::tls_failed) {
    // The alert, if any, is for the peer's benefit: as far as it goes without waiting.
    (void)co_await flush(Deadline::passed());
  }
  detail = text;
  if (ending != Ending::cancelled) {
    end_both(ending);
    close_now(CloseHow::tls_truncate);
  }
  Error error;
  error.code = code_of(ending);
  error.detail = text + " (" + local + " to " + remote + ")";
  co_return tl::unexpected(Failure(ending, std::move(error)));
}

Task<Attempt<void>> Stream::Impl::handshake(Deadline deadline) {
  if (!tls || handshake_done) {
    co_return Attempt<void>();
  }
  if (receive.ending || !socket.is_open()) {
    co_return co_await handshake_failed(receive.ending.value_or(Ending::cancelled), detail);
  }
  for (;;) {
    auto const status = tls->handshake();
    if (status == TlsSession::Status::failed || status == TlsSession::Status::closed) {
      co_return co_await handshake_failed(Ending::tls_failed, tls->error());
    }
    if (tls->has_output()) {
      if (auto const error = co_await flush(deadline)) {
        co_return co_await handshake_failed(ending_of(error), error.message());
      }
    }
    if (status == TlsSession::Status::done) {
      break;
    }
    auto const space = tls->input_space();
    asio::mutable_buffer const into(space.data(), space.size());
    auto const [error, bytes] = co_await socket_read(into, deadline);
    if (error) {
      auto const ending = ending_of(error);
      auto const told = ending == Ending::fin ? Ending::tls_truncated : ending;
      co_return co_await handshake_failed(told, error.message());
    }
    tls->commit_input(bytes);
  }
  handshake_done = true;
  tls_summary = tls->summary();
  tell_tls();
  co_return Attempt<void>();
}

}  // namespace rpchspec::net
