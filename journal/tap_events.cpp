#include "journal/tap_events.hpp"

#include <algorithm>

#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::journal {

TapEvents::TapEvents(Recorder& recorder, TapOptions const& options)
    : recorder_(&recorder),
      source_(options.source),
      leg_(options.leg),
      virtual_connection_(options.virtual_connection),
      connection_(recorder.next_connection()),
      number_of_(options.number_of) {}

void TapEvents::identify(v1::Leg leg, std::uint32_t virtual_connection) {
  leg_ = leg;
  // An upstream tells the leg once it has read the head; the first PDU may have come with it.
  if (virtual_connection != 0 || source_ != v1::UPSTREAM) {
    virtual_connection_ = virtual_connection;
  }
}

void TapEvents::stamp(Event& event, v1::Direction direction) const {
  event.set_source(source_);
  event.set_virtual_connection(virtual_connection_);
  event.set_connection(connection_);
  event.set_leg(leg_);
  event.set_direction(direction);
}

void TapEvents::append(Event& event, v1::Direction direction, TimePoint now) {
  stamp(event, direction);
  recorder_->append(event, now);
}

void TapEvents::pdu(v1::Direction direction,
                    PduFramer const& framed,
                    std::uint64_t offset,
                    TimePoint now) {
  wire::PduView const view{framed.front()};
  auto& pdu = *pdu_.mutable_pdu();
  pdu.set_ptype(view.ptype());
  pdu.set_size(framed.size());
  pdu.set_digest(framed.digest());
  pdu.set_call_id(view.call_id());
  pdu.set_offset(offset);
  auto const prefix =
      view.bytes.first(std::min(view.bytes.size(), view.is_rts() ? kRtsPrefix : kPduPrefix));
  pdu.set_prefix(prefix.data(), prefix.size());
  pdu.clear_kinds();
  pdu.clear_error();
  if (view.is_rts()) {
    describe_rts(view.bytes, pdu);
    if (direction == v1::RECEIVED && number_of_ && pdu.error().empty()) {
      source_ == v1::UPSTREAM ? learn_number(now) : learn_leg(now);
    }
  }
  append(pdu_, direction, now);
  if (framed.fault()) {
    mismatch(direction, framed, offset, now);
  }
}

void TapEvents::describe_rts(ByteView bytes, v1::Pdu& pdu) {
  if (auto const decoded = wire::decode_rts_into(bytes, rts_); !decoded) {
    pdu.set_error(to_string(decoded.error()));
    return;
  }
  for (auto const kind : wire::identify(rts_)) {
    auto const name = wire::form_of(kind).name;
    pdu.add_kinds(name.data(), name.size());
  }
}

// Told by what only CONN/A2 and CONN/B2 carry, not by their flags: a proxy may get those wrong.
void TapEvents::learn_leg(TimePoint now) {
  if (leg_ != v1::LEG_UNKNOWN && leg_ != v1::MIXED) {  // v1 was expected, and v2 came
    return;
  }
  auto const* cookie = wire::find<wire::CookieCommand>(rts_);
  auto const out = wire::find<wire::ChannelLifetimeCommand>(rts_) != nullptr ||
                   (rts_.flags & wire::kRtsFlagOutChannel) != 0;
  auto const in = wire::find<wire::AssociationGroupIdCommand>(rts_) != nullptr ||
                  (rts_.flags & wire::kRtsFlagInChannel) != 0;
  if (cookie == nullptr || in == out) {
    return;
  }
  auto const vc = VirtualConnectionCookie{cookie->value.bytes};
  identify(in ? v1::IN : v1::OUT, number_of_(vc));
  Event event;
  event.mutable_identified()->set_virtual_connection_cookie(to_hex(vc));
  append(event, v1::NO_DIRECTION, now);
}

// Behind a front the method tells the leg; whose connection it is, the first PDU.
void TapEvents::learn_number(TimePoint now) {
  auto const* cookie = wire::find<wire::CookieCommand>(rts_);
  if (cookie == nullptr || virtual_connection_ != 0) {
    return;
  }
  auto const vc = VirtualConnectionCookie{cookie->value.bytes};
  auto const number = number_of_(vc);
  if (number != 0) {
    identify(leg_, number);
    Event event;
    event.mutable_identified()->set_virtual_connection_cookie(to_hex(vc));
    append(event, v1::NO_DIRECTION, now);
  }
}

void TapEvents::mismatch(v1::Direction direction,
                         PduFramer const& framed,
                         std::uint64_t offset,
                         TimePoint now) {
  auto const& fault = *framed.fault();
  Event event;
  auto& mismatch = *event.mutable_mismatch();
  mismatch.set_offset(fault.position.offset + fault.in_stub);
  mismatch.set_detail("byte " + std::to_string(fault.in_pdu) + " of the PDU at " +
                      std::to_string(offset) + ", whose mark says virtual connection " +
                      std::to_string(fault.position.virtual_connection) +
                      (fault.position.out ? ", OUT, offset " : ", IN, offset ") +
                      std::to_string(fault.position.offset));
  append(event, direction, now);
}

void TapEvents::head(v1::Direction direction,
                     HeadFramer const& framed,
                     std::string_view cut,
                     TimePoint now) {
  Event event;
  framed.write_to(*event.mutable_head(), cut);
  if (log_on_) {
    mark_log_on(*event.mutable_head());
  }
  append(event, direction, now);
}

/// A challenge, or an answer of who asks for no log-on. Another status is an answer to anybody.
void TapEvents::mark_log_on(v1::Head& head) {
  auto const interim = head.response() && head.error().empty() && head.status() < 200;
  auto const expected =
      !head.response() || interim || head.status() == 401 || head.status() / 100 == 2;
  head.set_log_on(head.error().empty() && expected);
  log_on_ = !head.response() || interim;
}

void TapEvents::raw(v1::Direction direction, RawRun const& run, TimePoint now) {
  Event event;
  auto& raw = *event.mutable_raw();
  raw.set_prefix(run.prefix());
  raw.set_size(run.size());
  raw.set_is(run.is().data(), run.is().size());
  append(event, direction, now);
}

}  // namespace rpchspec::journal
