// What the proxy roles tell their shell to do. Events are pulled after every input.

#pragma once

#include <string_view>
#include <variant>

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::session {

/// The two TCP connections of one proxy role: HTTP in front, RPC over TCP behind.
enum class ProxyLeg { client, server };

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
struct ResponseHead {};

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
};

[[nodiscard]] std::string_view to_string(CloseReason reason);

/// Close both legs of this role, after what was written before.
struct Close {
  CloseReason reason = CloseReason::protocol_error;
};

using ProxyEvent = std::variant<ConnectServer,
                                ToServer,
                                ToClient,
                                ResponseHead,
                                Respond503,
                                EchoResponse,
                                SetTcpKeepalive,
                                Close>;

}  // namespace rpchspec::session
