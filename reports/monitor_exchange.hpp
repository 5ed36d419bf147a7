// Which request a response on a client connection answers. Private to the HTTP monitors.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "reports/monitor.hpp"

namespace rpchspec::reports {

struct ClientRequest {
  std::string method;
  std::string target;
  std::optional<std::uint64_t> content_length;
  bool legal_head = false;         // it was sent whole and could be parsed
  std::uint32_t http_version = 0;  // 10 or 11
  bool has_host = false;
  bool has_credentials = false;
  bool asks_to_close = false;

  /// A channel or echo request to the proxy's own path, with server and port.
  [[nodiscard]] bool names_a_server() const;

  [[nodiscard]] bool is_rpc() const { return method == "RPC_IN_DATA" || method == "RPC_OUT_DATA"; }

  [[nodiscard]] bool is_echo() const { return is_rpc() && content_length && *content_length <= 16; }
};

/// Pairs requests and final responses on each connection of the client.
class ClientExchanges {
 public:
  void on_event(Sighting const& sighting);

  /// The request that the last head received on the connection answers; null when it answers none.
  [[nodiscard]] ClientRequest const* answered(std::uint32_t connection) const;

  /// The oldest request on the connection that has no final response; null when there is none.
  [[nodiscard]] ClientRequest const* waiting(std::uint32_t connection) const;

 private:
  struct Lane {
    std::map<std::uint64_t, ClientRequest> requests;
    std::uint64_t sent = 0;
    std::uint64_t answers = 0;
  };

  std::map<std::uint32_t, Lane> lanes_;
};

}  // namespace rpchspec::reports
