// What the inbound and the outbound proxy role do alike: reading PDUs, refusing, closing.

#pragma once

#include <algorithm>
#include <optional>

#include "protocol/base/time.hpp"
#include "protocol/session/deviations.hpp"
#include "protocol/session/latitude.hpp"
#include "protocol/session/proxy_outputs.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/session/routing.hpp"
#include "protocol/session/rts_reader.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::session {

/// `from` plus `by`, without overflow.
[[nodiscard]] inline TimePoint later(TimePoint from, Duration by) {
  return by >= kNever - from ? kNever : from + by;
}

/// The cookie at a position of a PDU whose form is known, with the meaning it has there.
template <class Cookie>
[[nodiscard]] Cookie cookie_at(wire::RtsPdu const& pdu, std::size_t index) {
  return {std::get<wire::CookieCommand>(pdu.commands[index]).value.bytes};
}

/// The client's version: the first command of the PDU that begins a channel.
[[nodiscard]] inline std::uint32_t version_of(wire::RtsPdu const& first) {
  return std::get<wire::VersionCommand>(first.commands[0]).value;
}

/// What is said on to the server: the lower of the client's version and ours (3.2.3.5.3,
/// 3.2.4.5.3).
[[nodiscard]] inline std::uint32_t lower_version(wire::RtsPdu const& first, std::uint32_t ours) {
  return std::min(version_of(first), ours);
}

/// Base of the two roles; not used by itself.
class ProxyRole {
 public:
  /// Pull until empty after every input.
  [[nodiscard]] std::optional<ProxyEvent> next_event() { return outputs_.next(); }

  /// The request is an echo request, not a channel (3.2.3.5.9, 3.2.4.5.13). Only as the first
  /// input.
  void on_echo_request();

  /// The peer of this leg closed, reset, or half-closed (3.2.3.5.10, 3.2.4.5.14).
  void on_closed(ProxyLeg leg);

  /// Answer to LookUpCookie: no virtual connection of this proxy has it.
  void on_cookie_unknown() { lookup_ = Lookup::unknown; }

  /// Why the role closed, where a peer broke the protocol.
  [[nodiscard]] std::optional<Error> const& error() const { return error_; }

 protected:
  ProxyRole(Role role, Deviations const& deviations, RoleLatitude const& latitude)
      : role_(role),
        deviations_(deviations),
        latitude_(latitude),
        outputs_(deviations.wrong_header),
        reader_(latitude.takes_any_value ? Ranges::ignored : Ranges::enforced) {}

  ~ProxyRole() = default;

  enum class Step {
    next,  // the PDU is used up
    wait,  // the PDU is left where it is; the shell brings it again
    stop,  // the role has closed; the rest is dropped
  };

  /// Hands whole PDUs to `on_pdu`, which returns a Step. @return bytes used up.
  template <class OnPdu>
  std::size_t each_pdu(ByteView bytes, OnPdu const& on_pdu) {
    auto rest = bytes;
    while (true) {
      auto const before = rest;
      auto const pdu = wire::next_pdu(rest);
      if (!pdu) {
        refuse(pdu.error());
        return bytes.size();
      }
      if (!*pdu) {
        return bytes.size() - rest.size();
      }
      auto const step = on_pdu(**pdu);
      if (step != Step::next) {
        return step == Step::stop ? bytes.size() : bytes.size() - before.size();
      }
    }
  }

  enum class Greeting { absent, incomplete, taken, refused };

  /// Takes the legacy server response off the very start of what the server sends, in any
  /// segmentation (3.2.3.5.12, 3.2.4.5.15).
  [[nodiscard]] Greeting take_greeting(ByteView& bytes);

  /// Ends both legs. Later calls change nothing.
  void close(CloseReason reason);

  /// A protocol error, or what comes of it under deviations. @return stop, or next when tolerated.
  Step refuse(Error error);

  /// An RPC PDU from the side that may not send any (3.2.3.5.2, 3.2.4.5.2).
  Step refuse_direction(ProxyLeg from);

  /// A PDU with a Destination from one leg: on, unchanged, by the table, or dropped where the table
  /// leads back (latitude). @return false when it is for this role itself.
  [[nodiscard]] bool route(ProxyLeg from, wire::ForwardDestination to, ByteView pdu);

  /// A PDU with a Destination that is none of 2.2.4 is a protocol error here: latitude.
  [[nodiscard]] bool refuses_to_route(wire::RtsPdu const& pdu) const {
    return latitude_.refuses_unknown_forms && wire::identify(pdu).empty();
  }

  /// The peer sent more than the window that was announced to it, and that ends it: latitude.
  [[nodiscard]] bool aborts(ReceiveWindow::Arrival arrival) const {
    return latitude_.aborts_overrun && arrival == ReceiveWindow::Arrival::overrun;
  }

  Step refuse_overrun();

  /// The first PDU of a successor: asks once whether its virtual connection is here (R2), and
  /// waits for the answer. @return next when it is not, and the role goes the way of R1.
  Step look_up(VirtualConnectionCookie const& cookie);

  /// A PDU that is not one of those this role may get in its state.
  Step unexpected(std::string_view what);

  /// Between the first PDU of the client and the server's answer.
  void set_waiting(bool waits) { waits_for_answer_ = waits; }

  /// The predecessor's part in R1 began: what waits still goes out, the client may leave.
  void start_leaving() { leaving_ = true; }

  [[nodiscard]] bool is_leaving() const { return leaving_; }

  enum class ServerLeg { none, connecting, greeting, connected };

  [[nodiscard]] bool is_closed() const { return closed_; }

  [[nodiscard]] bool is_greeted() const { return greeting_ == Greeting::taken; }

  [[nodiscard]] bool waits_for_server() const {
    return server_ == ServerLeg::connecting || server_ == ServerLeg::greeting;
  }

  [[nodiscard]] bool waits_for_look_up() const { return lookup_ == Lookup::asked; }

  Role role_;
  ServerLeg server_ = ServerLeg::none;
  Deviations deviations_;
  RoleLatitude latitude_;
  ProxyOutputs outputs_;
  RtsReader reader_;

 private:
  enum class Lookup { not_asked, asked, unknown };

  std::optional<Error> error_;
  Greeting greeting_ = Greeting::incomplete;
  Lookup lookup_ = Lookup::not_asked;
  bool closed_ = false;
  bool leaving_ = false;
  bool waits_for_answer_ = false;
  Bytes altered_;
};

}  // namespace rpchspec::session
