// What the tests of the monitors share: a virtual connection as a correct proxy opens it, and what
// all monitors say of a journal.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "journal_builder.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::reports::test {

inline std::vector<model::Observation> objections(JournalBuilder const& journal,
                                                  scenario::v1::Scenario const& scenario = {}) {
  Surroundings around(scenario);
  MonitorSet monitors(scenario);
  for (auto const& event : journal.events()) {
    monitors.on_event(around.see(event));
  }
  monitors.finish(around);
  return monitors.objections();
}

/// "window RPCH-3.2.1.3-02" for each objection, joined by a comma; empty: all is well.
inline std::string said(JournalBuilder const& journal,
                        scenario::v1::Scenario const& scenario = {}) {
  std::string text;
  for (auto const& each : objections(journal, scenario)) {
    auto const name = each.kind.substr(8, each.kind.find(':', 8) - 8);
    text += (text.empty() ? "" : ", ") + name + " " + each.requirement;
  }
  return text;
}

inline VirtualConnectionCookie vc_cookie() {
  VirtualConnectionCookie cookie;
  cookie.bytes[0] = 1;
  return cookie;
}

inline ChannelCookie cookie(std::uint8_t first) {
  ChannelCookie made;
  made.bytes[0] = first;
  return made;
}

inline wire::FlowControlAckCommand ack(std::uint32_t received,
                                       std::uint32_t available,
                                       std::uint8_t first) {
  wire::FlowControlAckCommand made;
  made.bytes_received = BytesReceived(received);
  made.available_window = AvailableWindow(available);
  made.channel_cookie.bytes[0] = first;
  return made;
}

inline constexpr std::uint8_t kIn = 2;
inline constexpr std::uint8_t kOut = 3;
inline constexpr char const* kSuccess =
    "Content-Type: application/rpc\r\nContent-Length: 1073741824\r\n";

inline wire::RtsPdu b2() {
  wire::ConnB2 made;
  made.virtual_connection_cookie = vc_cookie();
  made.in_channel_cookie = cookie(kIn);
  made.receive_window = ReceiveWindowSize(65536);
  made.connection_timeout = ConnectionTimeout(120000);
  made.client_address.address = {1, 0, 0, 127};
  return wire::conn_b2(made);
}

inline wire::RtsPdu a2(std::uint32_t lifetime = 1073741824,
                       std::uint8_t out = kOut,
                       std::uint32_t version = 1) {
  return wire::conn_a2(version, vc_cookie(), cookie(out), ChannelLifetime(lifetime),
                       ReceiveWindowSize(65536));
}

struct Differently {
  wire::RtsPdu a2 = test::a2();
  wire::RtsPdu a3 = wire::conn_a3(ConnectionTimeout(120000));
  wire::RtsPdu b2 = test::b2();
  wire::RtsPdu c2 = wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000));
  std::string success = kSuccess;
  std::string pragma{};
  std::string client{"127.0.0.1:40000"};
  std::string host{"127.0.0.1:80"};
};

/// A virtual connection as a correct proxy opens it, or with what is given instead.
inline JournalBuilder open(Differently const& with = {}, std::string topology = "embedded") {
  JournalBuilder journal(std::move(topology));
  journal.opened(kClientIn, "store", with.client).opened(kClientOut, "store", with.client);
  journal.opened(kServerIn).opened(kServerOut);
  journal.request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/rpc/rpcproxy.dll?server:6001",
                  "Content-Length: 76\r\n" + with.pragma);
  journal.request(kClientIn, v1::SENT, "RPC_IN_DATA", "/rpc/rpcproxy.dll?server:6001",
                  "Content-Length: 1073741824\r\nHost: " + with.host + "\r\n");
  journal.rts(kClientOut, v1::SENT,
              wire::conn_a1(vc_cookie(), cookie(kOut), ReceiveWindowSize(65536)));
  journal.rts(kClientIn, v1::SENT,
              wire::conn_b1(vc_cookie(), cookie(kIn), ChannelLifetime(1073741824),
                            ClientKeepalive(300000), {}));
  journal.raw(kServerIn, v1::SENT, "ncacn_http/1.0", "legacy-response");
  journal.rts(kServerOut, v1::RECEIVED, with.a2).rts(kServerIn, v1::RECEIVED, with.b2);
  journal.response(kClientOut, v1::RECEIVED, 200, "Success", with.success);
  journal.rts(kClientOut, v1::RECEIVED, with.a3);
  journal.rts(kServerOut, v1::SENT,
              wire::conn_c1(1, ReceiveWindowSize(65536), ConnectionTimeout(120000)));
  journal.rts(kServerIn, v1::SENT, wire::conn_b3(ReceiveWindowSize(10000), 1));
  journal.rts(kClientOut, v1::RECEIVED, with.c2);
  return journal.at(1);
}

inline JournalBuilder& up(JournalBuilder& journal,
                          std::uint32_t content,
                          std::uint32_t size = 1000) {
  return journal.rpc(kClientIn, v1::SENT, content, size)
      .rpc(kServerIn, v1::RECEIVED, content, size);
}

inline constexpr std::uint8_t kNext = 40;
inline constexpr End kSecondIn{v1::CLIENT, v1::IN, 11, 1};

/// A PDU of recycling with its cookies: predecessor and successor, or the successor alone.
inline wire::RtsPdu recycling(wire::RtsPduKind kind,
                              std::uint8_t predecessor,
                              std::uint8_t successor) {
  auto made = wire::make(kind);
  std::vector<wire::CookieCommand*> cookies;
  for (auto& command : made.commands) {
    if (auto* const found = std::get_if<wire::CookieCommand>(&command)) {
      cookies.push_back(found);
    }
  }
  cookies.back()->value.bytes[0] = successor;
  if (cookies.size() == 3) {
    cookies[0]->value.bytes = vc_cookie().bytes;
    cookies[1]->value.bytes[0] = predecessor;
  }
  return made;
}

}  // namespace rpchspec::reports::test
