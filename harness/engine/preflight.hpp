// The first look at a proxy, hop by hop, in words.

#pragma once

#include <filesystem>
#include <string>

#include "harness/targets/target.hpp"

namespace rpchspec::engine {

/// What the sanity case's journal says of the way: client to proxy, proxy to servers.
struct Way {
  bool proxy_reached = false;  // a TCP connection to it was made
  bool tls_failed = false;
  bool answered = false;  // any response head came
  bool garbage = false;   // bytes came that are no HTTP
  unsigned status = 0;    // of the first final head that was no 200
  std::string reason;
  bool challenge = false;         // only a log-on was answered yet; what comes after it counts
  bool upstream_reached = false;  // http-front: any connection to our upstream came in
  bool server_reached = false;    // any connection to the servers came in
  bool opened = false;            // a 200 came and a PDU after it
  std::string connect_detail;     // of a failed connect
};

/// http-front: it says itself, with 502 to 504, that it does not reach what it forwards to.
[[nodiscard]] bool leads_nowhere(Way const& way, targets::Target const& target);

[[nodiscard]] Way read_way(std::filesystem::path const& journal);

/// What to check, in one or two sentences; empty when the way is open to its end.
[[nodiscard]] std::string advice(Way const& way,
                                 targets::Target const& target,
                                 std::string const& server);

}  // namespace rpchspec::engine
