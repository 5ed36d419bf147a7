// The mixed proxy of RPC over HTTP v1 (MS-RPCH 3.1.2): one request, one connection to the server.

#pragma once

#include <deque>
#include <optional>

#include "protocol/session/proxy_event.hpp"

namespace rpchspec::session {

/// How the mixed proxy can be made to misbehave on purpose. All off: it conforms.
struct MixedDeviations {
  bool head_at_once = false;        // 2xx before the legacy server response came
  bool head_on_failure = false;     // 2xx although the server was not reached
  bool pdus_before_legacy = false;  // PDUs go to the server before its legacy response
  bool lose_early_pdus = false;     // and are lost where they came before it
  bool relay_legacy = false;        // the legacy response goes on to the client
  bool legacy_in_one_piece = false;
  bool half_duplex = false;          // nothing goes to the server once it has sent a PDU
  bool hold_back_output = false;     // what the server sends goes on when more of it comes
  std::uint64_t most_input = 0;      // bytes of the request's body; 0: no bound
  std::uint64_t flip_output_at = 0;  // offset in the response's body; 0: never
  bool keep_server_on_client_close = false;
  bool keep_client_on_server_close = false;
};

/// Sans-I/O. PDUs are passed on as the bytes they are: nothing in them is looked at (2.1.1.1.3).
class MixedProxy {
 public:
  enum class State { connecting, wait_for_legacy_response, opened, closed };

  /// ResponseHead stands for the RPC connect response (2.1.1.1.2) here.
  using Event = std::variant<ConnectServer, ToServer, ToClient, ResponseHead, Respond503, Close>;

  /// Bytes of PDUs that are kept for the server until it has sent its legacy response.
  static constexpr std::size_t kMostEarlyBytes = std::size_t{64} * 1024;

  /// The head of an RPC connect request came (3.1.2.5.1).
  explicit MixedProxy(MixedDeviations deviations = {});

  void on_server_connected();

  /// @param rpc_error  for the reason phrase, as in v2: the standard names none for v1.
  void on_server_failed(std::uint32_t rpc_error);

  /// @return bytes used up; bring the others again when wants_client_bytes().
  [[nodiscard]] std::size_t on_client_bytes(ByteView bytes);

  /// @return bytes used up: all but the beginning of a legacy server response.
  [[nodiscard]] std::size_t on_server_bytes(ByteView bytes);

  void on_closed(ProxyLeg leg);

  /// What to do next. Views in it live until the next input.
  [[nodiscard]] std::optional<Event> next_event();

  [[nodiscard]] bool wants_client_bytes() const;

  [[nodiscard]] State state() const { return state_; }

 private:
  void open();
  void close(CloseReason reason);
  void take_legacy_response(ByteView& bytes);
  void to_server(ByteView bytes);
  [[nodiscard]] bool is_stopped() const;
  void to_client(ByteView bytes);
  void send_head();

  MixedDeviations deviations_;
  State state_ = State::connecting;
  std::deque<Event> events_;
  Bytes early_;  // from the client, before the legacy server response
  Bytes held_;   // by hold_back_output
  Bytes altered_;
  std::uint64_t input_ = 0;   // bytes sent on to the server
  std::uint64_t output_ = 0;  // and to the client
  bool head_sent_ = false;
};

}  // namespace rpchspec::session
