// Builders and a recorder of events for the tests of the proxy roles.

#pragma once

#include <string>
#include <vector>

#include "protocol/session/proxy_event.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::session::testing {

inline constexpr VirtualConnectionCookie kVirtualConnection{{1, 2, 3}};
inline constexpr ChannelCookie kInCookie{{4, 5, 6}};
inline constexpr ChannelCookie kOutCookie{{7, 8, 9}};
inline constexpr AssociationGroupId kGroup{{10, 11, 12}};

/// A request PDU of `size` bytes whose stub repeats `fill`.
inline Bytes rpc(std::size_t size, std::uint8_t fill = 0xAB) {
  Bytes pdu(size, fill);
  std::uint8_t const header[] = {5, 0, 0, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0};
  std::copy(std::begin(header), std::end(header), pdu.begin());
  store<std::uint16_t>(pdu, 8, static_cast<std::uint16_t>(size));
  return pdu;
}

inline Bytes operator+(Bytes left, Bytes const& right) {
  append(left, ByteView(right));
  return left;
}

inline RtsCookie as_cookie(ChannelCookie const& cookie) {
  return {cookie.bytes};
}

inline Bytes ack(std::uint32_t received, std::uint32_t available, ChannelCookie const& cookie) {
  return wire::encode(wire::flow_control_ack(
      {BytesReceived(received), AvailableWindow(available), as_cookie(cookie)}));
}

inline Bytes routed_ack(wire::ForwardDestination to,
                        std::uint32_t received,
                        std::uint32_t available,
                        ChannelCookie const& cookie) {
  return wire::encode(wire::flow_control_ack_with_destination(
      to, {BytesReceived(received), AvailableWindow(available), as_cookie(cookie)}));
}

inline Bytes conn_b1() {
  return wire::encode(wire::conn_b1(kVirtualConnection, kInCookie, ChannelLifetime(1U << 30),
                                    ClientKeepalive(0), kGroup));
}

inline Bytes conn_b3(std::uint32_t window = 65536) {
  return wire::encode(wire::conn_b3(ReceiveWindowSize(window), 1));
}

inline Bytes conn_a1(std::uint32_t window = 65536) {
  return wire::encode(wire::conn_a1(kVirtualConnection, kOutCookie, ReceiveWindowSize(window)));
}

inline Bytes conn_c1() {
  return wire::encode(wire::conn_c1(1, ReceiveWindowSize(65536), ConnectionTimeout(120000)));
}

inline Bytes legacy_response() {
  return {'n', 'c', 'a', 'c', 'n', '_', 'h', 't', 't', 'p', '/', '1', '.', '0'};
}

/// Everything that came out since the last take(), in order and by kind.
struct Seen {
  std::vector<std::string> order;  // "connect", "server", "client", "head", "503", ...
  Bytes to_server;
  Bytes to_client;
  std::uint32_t rpc_error = 0;
  std::uint32_t keepalive = 0;
  std::size_t events = 0;

  [[nodiscard]] bool closed_for(CloseReason reason) const {
    return !order.empty() && order.back() == "close: " + std::string(to_string(reason));
  }

  void operator()(LookUpCookie const&) { order.push_back("look up"); }

  void operator()(AddCookie const&) {}

  void operator()(SwitchClient const&) { order.push_back("switch"); }

  void operator()(CloseSuccessor const&) { order.push_back("close successor"); }

  void operator()(ConnectServer) { order.push_back("connect"); }

  void operator()(ToServer const& sent) {
    order.push_back("server");
    append(to_server, sent.bytes);
  }

  void operator()(ToClient const& sent) {
    order.push_back("client");
    append(to_client, sent.bytes);
  }

  void operator()(ResponseHead) { order.push_back("head"); }

  void operator()(Respond503 const& response) {
    order.push_back("503");
    rpc_error = response.rpc_error;
  }

  void operator()(EchoResponse) { order.push_back("echo"); }

  void operator()(SetTcpKeepalive const& set) {
    order.push_back("keepalive");
    keepalive = set.interval.value;
  }

  void operator()(Close const& close) {
    order.push_back("close: " + std::string(to_string(close.reason)));
  }
};

template <class Machine>
Seen drain(Machine& machine) {
  Seen seen;
  while (auto const event = machine.next_event()) {
    ++seen.events;
    std::visit(seen, *event);
  }
  return seen;
}

/// Brings bytes as a shell does: what is not used is brought again with what follows.
template <class Input>
class Feed {
 public:
  explicit Feed(Input input) : input_(std::move(input)) {}

  void operator()(ByteView bytes) {
    append(kept_, bytes);
    auto const used = input_(ByteView(kept_));
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(used));
  }

  [[nodiscard]] std::size_t kept() const { return kept_.size(); }

 private:
  Input input_;
  Bytes kept_;
};

}  // namespace rpchspec::session::testing
