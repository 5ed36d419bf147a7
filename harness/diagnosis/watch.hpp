// What came back on each of the client's connections, read off the journal while it is written.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/recorder.hpp"
#include "net/event.hpp"
#include "protocol/session/server.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::diagnosis {

/// One channel of one virtual connection, over all its TCP connections.
struct LegSeen {
  std::optional<wire::ResponseHead> answer;  // the last final one
  std::vector<journal::v1::Event> pdus;      // received, the first ones
  std::string body;                          // what is no PDU: the first bytes
  bool garbage = false;                      // something came that is no HTTP
  bool ended = false;                        // closed by the other side, or broken
  std::string ending;                        // "FIN", "RST: Connection reset by peer"

  /// A request goes out: what came before answers another one, the first leg of a log-on say.
  void begin_again();

  /// The first PDU of that name, or null.
  [[nodiscard]] journal::v1::Event const* pdu(std::string_view name) const;
};

class Watch {
 public:
  /// Listens to the recorder from now on. Both outlive the recorder's last append.
  Watch(journal::Recorder& recorder, net::Event& changed);
  Watch(Watch const&) = delete;
  Watch& operator=(Watch const&) = delete;

  /// What was seen so far; empty where nothing was.
  [[nodiscard]] LegSeen const& leg(std::uint32_t vc, session::Channel channel);

 private:
  void on_event(journal::v1::Event const& event);

  net::Event& changed_;
  std::map<std::pair<std::uint32_t, bool>, LegSeen> legs_;  // true: OUT
};

}  // namespace rpchspec::diagnosis
