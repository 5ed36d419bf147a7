#include "protocol/session/proxy_role.hpp"

namespace rpchspec::session {
namespace {

bool has_padding(ByteView pdu) {
  RtsReader reader;
  auto const read = reader.read(pdu);
  return read && wire::find<wire::PaddingCommand>(**read) != nullptr;
}

}  // namespace

ProxyRole::Greeting ProxyRole::take_greeting(ByteView& bytes) {
  if (greeting_ != Greeting::incomplete) {
    return greeting_;
  }
  if (bytes.empty()) {
    return Greeting::incomplete;
  }
  auto const whole = bytes;
  switch (wire::take_legacy_response(bytes)) {
    case wire::LegacyResponse::incomplete:
      if (deviations_.legacy_in_one_piece) {
        greeting_ = Greeting::absent;
        break;
      }
      return Greeting::incomplete;
    case wire::LegacyResponse::absent:
      greeting_ = Greeting::absent;
      if (deviations_.require_legacy_response) {
        refuse({ErrorCode::unexpected, 0, "legacy server response", "MS-RPCH 3.2.3.5.12"});
        greeting_ = Greeting::refused;
      }
      break;
    case wire::LegacyResponse::taken:
      greeting_ = Greeting::taken;
      if (deviations_.relay_legacy_response && role_ == Role::OutboundProxy) {
        outputs_.send_copy(ProxyLeg::client, whole.first(whole.size() - bytes.size()));
      }
      if (deviations_.lose_behind_legacy) {
        bytes = {};
      }
      break;
    case wire::LegacyResponse::malformed:
      greeting_ = Greeting::refused;
      refuse({ErrorCode::bad_syntax, 0, "legacy server response", "MS-RPCH 2.1.1.2.1"});
      break;
  }
  return greeting_;
}

void ProxyRole::close(CloseReason reason) {
  if (!closed_) {
    closed_ = true;
    outputs_.signal(Close{reason});
  }
}

ProxyRole::Step ProxyRole::refuse(Error error) {
  if (!error_) {
    error_ = std::move(error);
  }
  if (deviations_.tolerate_protocol_errors) {
    return Step::next;
  }
  close(CloseReason::protocol_error);
  return Step::stop;
}

ProxyRole::Step ProxyRole::refuse_direction(ProxyLeg from) {
  if (deviations_.tolerate_wrong_direction) {
    return Step::next;
  }
  error_ = Error{ErrorCode::unexpected, 0, "PTYPE",
                 role_ == Role::InboundProxy ? "MS-RPCH 3.2.3.5.2" : "MS-RPCH 3.2.4.5.2",
                 from == ProxyLeg::client ? "an RPC PDU from the client on an OUT channel"
                                          : "an RPC PDU from the server on an IN channel"};
  close(CloseReason::wrong_direction);
  return Step::stop;
}

ProxyRole::Step ProxyRole::refuse_overrun() {
  return refuse({ErrorCode::unexpected, 0, "RPC", "MS-RPCH 3.2.1.4.1.1",
                 "more than the window that was announced"});
}

bool ProxyRole::route(ProxyLeg from, wire::ForwardDestination to, ByteView pdu) {
  auto const hop = next_hop(role_, to);
  if (hop == role_) {
    return false;
  }
  auto const leg = hop == Role::Client ? ProxyLeg::client : ProxyLeg::server;
  auto const goes_back = leg == from && !(latitude_.sends_back && leg == ProxyLeg::server);
  if (goes_back || deviations_.ignore_destination ||
      (deviations_.lose_padded && has_padding(pdu))) {
    return true;
  }
  if (deviations_.alter_forwarded) {
    altered_.assign(pdu.begin(), pdu.end());
    altered_[16] = 0;
    outputs_.send_copy(leg, altered_);
    return true;
  }
  outputs_.forward(leg, pdu);
  return true;
}

ProxyRole::Step ProxyRole::look_up(VirtualConnectionCookie const& cookie) {
  if (lookup_ == Lookup::not_asked && !deviations_.recycling.forget_cookies) {
    lookup_ = Lookup::asked;
    outputs_.signal(LookUpCookie{cookie});
  }
  return waits_for_look_up() ? Step::wait : Step::next;
}

ProxyRole::Step ProxyRole::unexpected(std::string_view what) {
  return refuse({ErrorCode::unexpected, 0, "RTS",
                 role_ == Role::InboundProxy ? "MS-RPCH 3.2.3.5" : "MS-RPCH 3.2.4.5",
                 std::string(what)});
}

void ProxyRole::on_echo_request() {
  outputs_.begin({});
  if (!closed_) {
    closed_ = true;
    outputs_.signal(EchoResponse{});
  }
}

void ProxyRole::on_closed(ProxyLeg leg) {
  outputs_.begin({});
  auto const is_server = leg == ProxyLeg::server;
  auto const early = deviations_.keep_server_on_early_close && waits_for_answer_;
  auto const kept = is_server ? deviations_.keep_client_on_server_close
                              : deviations_.keep_server_on_client_close || early;
  if (kept || (!is_server && leaving_)) {
    return;
  }
  close(is_server ? CloseReason::server_closed : CloseReason::client_closed);
}

}  // namespace rpchspec::session
