#include "net/ending.hpp"

#include <cerrno>

#include "net/deadline.hpp"

namespace rpchspec::net {

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::fin:
      return "fin";
    case Ending::rst:
      return "rst";
    case Ending::tls_close_notify:
      return "tls_close_notify";
    case Ending::tls_truncated:
      return "tls_truncated";
    case Ending::deadline:
      return "deadline";
    case Ending::refused:
      return "refused";
    case Ending::unreachable:
      return "unreachable";
    case Ending::tls_failed:
      return "tls_failed";
    case Ending::cancelled:
      return "cancelled";
  }
  return "unknown";
}

journal::v1::Ending to_journal(Ending ending) {
  switch (ending) {
    case Ending::fin:
      return journal::v1::FIN;
    case Ending::rst:
      return journal::v1::RST;
    case Ending::tls_close_notify:
      return journal::v1::TLS_CLOSE_NOTIFY;
    case Ending::tls_truncated:
      return journal::v1::TLS_TRUNCATED;
    case Ending::deadline:
      return journal::v1::TIMED_OUT;
    case Ending::refused:
      return journal::v1::REFUSED;
    case Ending::unreachable:
      return journal::v1::UNREACHABLE;
    case Ending::tls_failed:
      return journal::v1::TLS_FAILED;
    case Ending::cancelled:
      return journal::v1::ENDING_UNKNOWN;
  }
  return journal::v1::ENDING_UNKNOWN;
}

Ending ending_of(error_code error) {
  if (error == asio::error::eof) {
    return Ending::fin;
  }
  if (error == deadline_error()) {
    return Ending::deadline;
  }
  if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) {
    return Ending::cancelled;
  }
  // EPIPE is an RST that came after the peer's FIN.
  if (error == asio::error::connection_reset || error == asio::error::broken_pipe ||
      error == asio::error::connection_aborted) {
    return Ending::rst;
  }
  return Ending::unreachable;
}

Ending connect_ending_of(error_code error) {
  if (error == asio::error::connection_refused) {
    return Ending::refused;
  }
  auto const ending = ending_of(error);
  auto const ours = ending == Ending::deadline || ending == Ending::cancelled;
  return ours || ending == Ending::rst ? ending : Ending::unreachable;
}

std::string_view to_string(CloseHow how) {
  switch (how) {
    case CloseHow::fin:
      return "fin";
    case CloseHow::rst:
      return "rst";
    case CloseHow::tls_close_notify:
      return "tls_close_notify";
    case CloseHow::tls_truncate:
      return "tls_truncate";
  }
  return "unknown";
}

}  // namespace rpchspec::net
