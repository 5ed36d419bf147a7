#include "journal/connection_tap.hpp"

#include <utility>

#include "journal/lane.hpp"
#include "journal/tap_events.hpp"

namespace rpchspec::journal {

namespace {

Lane::Role role_of(Stream stream, bool requests) {
  return stream == Stream::pdus ? Lane::Role::pdus
         : requests             ? Lane::Role::requests
                                : Lane::Role::responses;
}

}  // namespace

struct ConnectionTap::Impl {
  TapEvents events;
  Stream stream;
  Exchange exchange;
  Lane sent;
  Lane received;

  Impl(Recorder& recorder, TapOptions const& options)
      : events(recorder, options),
        stream(options.stream),
        sent(lane(v1::SENT, options.source == v1::CLIENT)),
        received(lane(v1::RECEIVED, options.source == v1::CLIENT)) {}

  /// `we_ask`: requests are what we send.
  Lane lane(v1::Direction direction, bool we_ask) {
    return Lane(events, exchange, direction, role_of(stream, we_ask == (direction == v1::SENT)));
  }

  Event& fresh() {
    scratch_.Clear();
    return scratch_;
  }

 private:
  Event scratch_;
};

ConnectionTap::ConnectionTap(Recorder& recorder, TapOptions const& options)
    : impl_(std::make_unique<Impl>(recorder, options)) {}

ConnectionTap::~ConnectionTap() = default;
ConnectionTap::ConnectionTap(ConnectionTap&&) noexcept = default;
ConnectionTap& ConnectionTap::operator=(ConnectionTap&&) noexcept = default;

std::uint32_t ConnectionTap::connection() const {
  return impl_->events.connection();
}

Recorder& ConnectionTap::recorder() const {
  return impl_->events.recorder();
}

void ConnectionTap::identify(v1::Leg leg,
                             std::uint32_t virtual_connection,
                             std::string virtual_connection_cookie,
                             TimePoint now) {
  impl_->events.identify(leg, virtual_connection);
  auto& event = impl_->fresh();
  event.mutable_identified()->set_virtual_connection_cookie(std::move(virtual_connection_cookie));
  impl_->events.append(event, v1::NO_DIRECTION, now);
}

void ConnectionTap::opened(v1::Opened opened, TimePoint now) {
  if (impl_->sent.bytes() == 0 && impl_->received.bytes() == 0) {
    impl_->sent = impl_->lane(v1::SENT, !opened.accepted());
    impl_->received = impl_->lane(v1::RECEIVED, !opened.accepted());
  }
  auto& event = impl_->fresh();
  *event.mutable_opened() = std::move(opened);
  impl_->events.append(event, v1::NO_DIRECTION, now);
}

void ConnectionTap::tls(v1::Tls tls, TimePoint now) {
  auto& event = impl_->fresh();
  *event.mutable_tls() = std::move(tls);
  impl_->events.append(event, v1::NO_DIRECTION, now);
}

void ConnectionTap::sent(ByteView bytes, TimePoint now) {
  impl_->sent.add(bytes, now);
}

void ConnectionTap::received(ByteView bytes, TimePoint now) {
  impl_->received.add(bytes, now);
}

void ConnectionTap::ended(v1::Direction direction,
                          v1::Ending ending,
                          std::string detail,
                          TimePoint now) {
  std::uint64_t bytes = 0;
  std::uint64_t cut = 0;
  for (auto* const lane : {&impl_->sent, &impl_->received}) {
    auto const own = lane == &impl_->sent ? v1::SENT : v1::RECEIVED;
    if (direction == own || direction == v1::NO_DIRECTION) {
      auto const cut_here = lane->finish(now);
      cut = cut_here != 0 ? cut_here : cut;
      bytes += lane->bytes();
    }
  }
  auto& event = impl_->fresh();
  auto& ended = *event.mutable_ended();
  ended.set_ending(ending);
  ended.set_bytes(bytes);
  ended.set_detail(std::move(detail));
  ended.set_cut_pdu(cut);
  impl_->events.append(event, direction, now);
}

void ConnectionTap::log_on_leg() {
  impl_->events.log_on_leg();
}

void ConnectionTap::fault(std::string name, std::string detail, TimePoint now) {
  auto& event = impl_->fresh();
  event.mutable_fault()->set_name(std::move(name));
  event.mutable_fault()->set_detail(std::move(detail));
  impl_->events.append(event, v1::NO_DIRECTION, now);
}

void ConnectionTap::timer(std::string name, bool fired, std::uint64_t after_ms, TimePoint now) {
  auto& event = impl_->fresh();
  auto& timer = *event.mutable_timer();
  timer.set_name(std::move(name));
  timer.set_fired(fired);
  timer.set_after_ms(after_ms);
  impl_->events.append(event, v1::NO_DIRECTION, now);
}

void ConnectionTap::note(std::string text, TimePoint now) {
  auto& event = impl_->fresh();
  event.mutable_note()->set_text(std::move(text));
  impl_->events.append(event, v1::NO_DIRECTION, now);
}

}  // namespace rpchspec::journal
