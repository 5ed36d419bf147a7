#include "harness/faults/fault_spec.hpp"

#include <algorithm>
#include <array>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::faults {

namespace {

using What = api::Fault::WhatCase;

Duration duration_of(google::protobuf::Duration const& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

net::Fault::What byte_fault(api::Fault const& fault) {
  switch (fault.what_case()) {
    case What::kDelay:
      return net::Delay{duration_of(fault.delay())};
    case What::kDrip:
      return net::Drip{fault.drip().bytes(), duration_of(fault.drip().every())};
    case What::kThrottle:
      return net::Throttle{fault.throttle()};
    case What::kSplit:
      return net::Split{fault.split()};
    case What::kCoalesce:
      return net::Coalesce{fault.coalesce()};
    case What::kCorrupt:
      return net::Corrupt{};
    case What::kStopReading: {
      auto const during = duration_of(fault.stop_reading());
      return net::StopReading{during > Duration::zero() ? during : Duration::max()};
    }
    case What::kEnd:
      return net::End{close_how(fault)};
    case What::kHalfClose:
      return net::HalfClose{};
    default:
      return net::Truncate{};
  }
}

/// How often it acts on one connection; 0: on all that follows.
std::uint32_t repetitions(api::Fault const& fault) {
  switch (fault.what_case()) {
    case What::kCorrupt:
      return fault.corrupt();
    case What::kStopReading:
    case What::kEnd:
    case What::kHalfClose:
      return 1;
    default:
      return 0;
  }
}

constexpr std::array kClosings = {std::pair{"fin", net::CloseHow::fin},
                                  std::pair{"rst", net::CloseHow::rst},
                                  std::pair{"tls-close-notify", net::CloseHow::tls_close_notify},
                                  std::pair{"tls-truncate", net::CloseHow::tls_truncate}};

}  // namespace

FaultKind kind_of(api::Fault const& fault) {
  switch (fault.what_case()) {
    case What::kHold:
    case What::kDrop:
    case What::kRepeat:
    case What::kWrongCookie:
      return FaultKind::pdus;
    case What::kDefect:
      return FaultKind::proxy;
    case What::kRecycleOutAt:
      return FaultKind::servers;
    default:
      return FaultKind::bytes;
  }
}

bool is_received(api::Towards towards, OurEnd end) {
  return (towards == api::TOWARDS_SERVER) == (end == OurEnd::serving);
}

net::Fault to_net(api::Fault const& fault) {
  return net::Fault(byte_fault(fault), fault.at(), repetitions(fault));
}

bool ends_at_once(api::Fault const& fault) {
  auto const ends = fault.what_case() == What::kEnd || fault.what_case() == What::kHalfClose;
  return ends && fault.at() == 0 && !fault.has_after();
}

net::CloseHow close_how(api::Fault const& fault) {
  auto const* const known = std::ranges::find(
      kClosings, fault.end(), [](auto const& each) { return std::string_view(each.first); });
  return known == kClosings.end() ? net::CloseHow::fin : known->second;
}

std::string const& pdu_of(api::Fault const& fault) {
  switch (fault.what_case()) {
    case What::kHold:
      return fault.hold();
    case What::kDrop:
      return fault.drop();
    case What::kRepeat:
      return fault.repeat();
    default:
      return fault.wrong_cookie();
  }
}

bool is_called(wire::PduView const& pdu, std::string const& name) {
  if (!pdu.is_rts()) {
    return name == "rpc" || name == wire::name_of(static_cast<wire::Ptype>(pdu.ptype()));
  }
  if (name == "rts") {
    return true;
  }
  auto const rts = wire::decode_rts(pdu.bytes);
  auto const* const form = wire::find_form(name);
  return rts && form != nullptr && wire::has_form(*rts, form->kind);
}

Bytes with_wrong_cookies(wire::PduView const& pdu) {
  auto rts =
      pdu.is_rts() ? wire::decode_rts(pdu.bytes) : Result<wire::RtsPdu>(tl::unexpected(Error()));
  if (!rts) {
    return {pdu.bytes.begin(), pdu.bytes.end()};
  }
  auto const invert = [](auto& cookie) {
    for (auto& byte : cookie.bytes) {
      byte = static_cast<std::uint8_t>(~byte);
    }
  };
  for (auto& command : rts->commands) {
    if (auto* const cookie = std::get_if<wire::CookieCommand>(&command)) {
      invert(cookie->value);
    } else if (auto* const ack = std::get_if<wire::FlowControlAckCommand>(&command)) {
      invert(ack->channel_cookie);
    }
  }
  return wire::encode(*rts);
}

}  // namespace rpchspec::faults
