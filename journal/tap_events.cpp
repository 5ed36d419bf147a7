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
      connection_(recorder.next_connection()) {}

void TapEvents::identify(v1::Leg leg, std::uint32_t virtual_connection) {
  leg_ = leg;
  virtual_connection_ = virtual_connection;
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
  append(event, direction, now);
}

void TapEvents::raw(v1::Direction direction,
                    std::string_view prefix,
                    std::uint64_t size,
                    std::string_view is,
                    TimePoint now) {
  Event event;
  auto& raw = *event.mutable_raw();
  raw.set_prefix(prefix.data(), prefix.size());
  raw.set_size(size);
  raw.set_is(is.data(), is.size());
  append(event, direction, now);
}

}  // namespace rpchspec::journal
