// What the proxy roles tell their shell to do. Events are pulled after every input.

#pragma once

#include <string_view>
#include <variant>

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::session {

/// The connections of one proxy role: HTTP in front, RPC over TCP behind. While the role recycles
/// its channel in place (IN_R2, OUT_R2) there is a second one in front, the successor's.
enum class ProxyLeg { client, server, successor };

/// Is there a virtual channel of this role whose virtual connection has this cookie (3.2.1.1.2)?
///
/// If so, hand the request over to its machine, with all bytes that this one left, and forget this
/// one. If not, say so with on_cookie_unknown() and bring the bytes again.
struct LookUpCookie {
  VirtualConnectionCookie cookie;
};

/// From now on this machine has the virtual channel with this cookie.
struct AddCookie {
  VirtualConnectionCookie cookie;
};

/// Close the client's connection, after what was written before. The successor takes its place:
/// it is the client's connection from here on, and what the predecessor still sends is dropped.
struct SwitchClient {
  bool keep_predecessor = false;  // a deviation: it stays open
};

/// Close the successor's connection. The client's own goes on.
struct CloseSuccessor {};

/// Open the TCP connection to the server and port of the URL, then report the outcome.
struct ConnectServer {};

/// Write to the server. The view lives until the machine's next input.
struct ToServer {
  ByteView bytes;
};

/// Write to the client, in the body of the response. The view lives until the next input.
struct ToClient {
  ByteView bytes;
};

/// Send the head of the OUT channel's response, 200 Success (2.1.2.1.4).
struct ResponseHead {
  ProxyLeg to = ProxyLeg::client;  // or the successor, before it takes the other's place
};

/// Answer 503 with this code in the reason phrase (2.1.2.1.3). A Close follows.
struct Respond503 {
  std::uint32_t rpc_error = 0;
};

/// Answer the echo request (2.1.2.1.6).
struct EchoResponse {};

/// Set TCP keep-alive of the connection to the server to this interval; never 0 (3.2.3.2.1).
struct SetTcpKeepalive {
  ClientKeepalive interval;  // milliseconds
};

enum class CloseReason {
  client_closed,
  server_closed,
  protocol_error,
  wrong_direction,  // an RPC PDU from the side that may not send any
  server_failed,    // no connection to the server
  lifetime_spent,   // the next PDU does not fit the Content-Length
  no_first_pdu,
  idle,
  recycled,  // another proxy has the successor (IN_R1, OUT_R1)
};

[[nodiscard]] std::string_view to_string(CloseReason reason);

/// Close all legs of this role, after what was written before.
struct Close {
  CloseReason reason = CloseReason::protocol_error;
};

using ProxyEvent = std::variant<LookUpCookie,
                                AddCookie,
                                SwitchClient,
                                CloseSuccessor,
                                ConnectServer,
                                ToServer,
                                ToClient,
                                ResponseHead,
                                Respond503,
                                EchoResponse,
                                SetTcpKeepalive,
                                Close>;

}  // namespace rpchspec::session
