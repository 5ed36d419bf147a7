#include "bench/meter.hpp"

namespace rpchspec::bench {

namespace v1 = journal::v1;

Meter::Meter(journal::Recorder& recorder, Direction direction)
    : direction_(direction), around_(scenario_), monitors_(scenario_) {
  recorder.listen([this](journal::Event const& event) { on_event(event); });
}

void Meter::on_event(journal::Event const& event) {
  monitors_.on_event(around_.see(event));
  wrong_ += event.has_mismatch() ? 1 : 0;
  constexpr std::uint32_t kRts = 20;
  auto const far_end = direction_ == Direction::in ? v1::SERVER : v1::CLIENT;
  if (event.has_pdu() && event.source() == far_end && event.direction() == v1::RECEIVED &&
      event.pdu().ptype() != kRts) {
    arrived_ += event.pdu().size();
    wrong_ += event.pdu().error().empty() ? 0 : 1;
  }
}

std::string Meter::objections() {
  monitors_.finish(around_);
  std::string text;
  for (auto const& each : monitors_.objections()) {
    text += "  " + each.requirement + " " + each.kind + ": expected " + each.expected + ", seen " +
            each.seen + "\n";
  }
  return text;
}

}  // namespace rpchspec::bench
