// What the inbound and the outbound proxy role do alike: reading PDUs, refusing, closing.

#pragma once

#include <optional>

#include "protocol/base/time.hpp"
#include "protocol/session/deviations.hpp"
#include "protocol/session/proxy_outputs.hpp"
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

/// Base of the two roles; not used by itself.
class ProxyRole {
 public:
  /// Pull until empty after every input.
  [[nodiscard]] std::optional<ProxyEvent> next_event() { return outputs_.next(); }

  /// Why the role closed, where a peer broke the protocol.
  [[nodiscard]] std::optional<Error> const& error() const { return error_; }

 protected:
  ProxyRole(Role role, Deviations const& deviations) : role_(role), deviations_(deviations) {}

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
  /// leads back. @return false when it is for this role itself.
  [[nodiscard]] bool route(ProxyLeg from, wire::ForwardDestination to, ByteView pdu);

  /// True for PDUs of channel recycling that a proxy acts on. They are protocol errors here: this
  /// role does not replace channels.
  [[nodiscard]] static bool is_recycling(wire::RtsPdu const& pdu);

  [[nodiscard]] bool is_closed() const { return closed_; }

  [[nodiscard]] bool is_greeted() const { return greeting_ == Greeting::taken; }

  Role role_;
  Deviations deviations_;
  ProxyOutputs outputs_;
  RtsReader reader_;

 private:
  std::optional<Error> error_;
  Greeting greeting_ = Greeting::incomplete;
  bool closed_ = false;
  Bytes altered_;
};

}  // namespace rpchspec::session
