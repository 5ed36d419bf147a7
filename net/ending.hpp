// How a connection, or one direction of it, ended; and how we end one.

#pragma once

#include <string_view>
#include <utility>

#include "journal/journal.pb.h"
#include "net/asio.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::net {

enum class Ending {
  fin,               // TCP FIN, no TLS below it
  rst,               // TCP RST
  tls_close_notify,  // orderly TLS close
  tls_truncated,     // FIN without close_notify
  deadline,          // our own: the time ran out. The connection itself goes on
  refused,           // connect was refused
  unreachable,       // any other failure of the network, name resolution included
  tls_failed,        // handshake or record error
  cancelled,         // our own: cancel(), close() or abort() while the operation was pending
};

/// "fin", "rst", "tls_close_notify", ...: as scenarios and reports spell it.
[[nodiscard]] std::string_view to_string(Ending ending);

/// `cancelled` has no counterpart and becomes ENDING_UNKNOWN: the tap is never told of it.
[[nodiscard]] journal::v1::Ending to_journal(Ending ending);

/// The ending that an error of an established connection means. eof is `fin`.
[[nodiscard]] Ending ending_of(error_code error);

/// The ending that a failed connect or name resolution means: refused, deadline, cancelled, rst, or
/// unreachable.
[[nodiscard]] Ending connect_ending_of(error_code error);

/// What failed and how: for operations that make a connection.
struct Failure {
  Failure(Ending ending_, Error error_) : ending(ending_), error(std::move(error_)) {}

  Ending ending;
  Error error;
};

/// A connection, or why there is none.
template <class T>
using Attempt = tl::expected<T, Failure>;

/// How we end a connection. On a plain stream the tls_ kinds are `fin`; on TLS `fin` is
/// `tls_close_notify`.
enum class CloseHow {
  fin,
  rst,               // SO_LINGER 0: what was not sent yet is lost
  tls_close_notify,  // close_notify, then FIN
  tls_truncate,      // FIN without close_notify
};

[[nodiscard]] std::string_view to_string(CloseHow how);

}  // namespace rpchspec::net
