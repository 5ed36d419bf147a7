// A session of RPC over HTTP v1 as the client actor plays it: one connection, both directions.

#pragma once

#include <deque>
#include <memory>

#include "harness/actors/http_channel.hpp"
#include "net/event.hpp"
#include "net/payload_sender.hpp"
#include "net/task_scope.hpp"
#include "protocol/session/v1_client.hpp"

namespace rpchspec::actors {

struct V1SessionOptions {
  std::uint32_t number = 1;  // of the virtual connection, as the scenario counts
  bool patient = false;      // the proxy's end does not make the client end its direction
  std::uint64_t payload_key = 0;
  std::function<void()> on_over = {};  // no server's connection can come any more
};

class V1Session {
 public:
  /// @param scope    owns the reading and writing tasks; outlives this.
  /// @param changed  notified after everything that somebody may wait for; outlives this.
  V1Session(net::TaskScope& scope, net::Event& changed, V1SessionOptions options);

  /// Starts reading and writing on a connected stream; the one before it is forgotten.
  std::shared_ptr<HttpChannel> attach(net::Stream stream);

  /// Null before the first attach().
  [[nodiscard]] std::shared_ptr<HttpChannel> const& channel() const { return channel_; }

  [[nodiscard]] session::V1Client& machine() { return machine_; }

  /// PDUs that the server sent, payload apart: replies to client.call.
  [[nodiscard]] std::deque<Bytes>& replies() { return replies_; }

  /// Sends payload PDUs and waits until all went. See PayloadSender::send().
  [[nodiscard]] net::Task<Result<void>> send_payload(net::PayloadOrder order,
                                                     net::Deadline deadline);

 private:
  void on_pdu(wire::PduView const& pdu);
  void on_end(HttpChannel const* of);
  [[nodiscard]] net::PayloadWay payload_way();

  net::TaskScope& scope_;
  net::Event& changed_;
  V1SessionOptions options_;
  session::V1Client machine_;
  std::shared_ptr<HttpChannel> channel_;
  std::deque<Bytes> replies_;
  net::PayloadSender payload_;
};

}  // namespace rpchspec::actors
