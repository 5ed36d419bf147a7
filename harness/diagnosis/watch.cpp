#include "harness/diagnosis/watch.hpp"

#include <algorithm>

#include "reports/pdu_text.hpp"

namespace rpchspec::diagnosis {

namespace {

namespace jnl = journal::v1;

constexpr std::size_t kMostPdus = 64;
constexpr std::size_t kMostBody = 2048;

std::string ending_text(jnl::Ended const& ended) {
  auto text = jnl::Ending_Name(ended.ending());
  return ended.detail().empty() ? text : text + ": " + ended.detail();
}

void on_head(LegSeen& leg, jnl::Head const& head) {
  auto const text = as_bytes(std::string_view(head.text()));
  auto const parsed = wire::parse_response_head(text);
  if (!head.error().empty() || !parsed || !*parsed) {
    leg.garbage = true;
    return;
  }
  if ((*parsed)->head.status / 100 != 1) {
    leg.answer = (*parsed)->head;
    leg.body.clear();
  }
}

void on_raw(LegSeen& leg, jnl::Raw const& raw) {
  leg.garbage = leg.garbage || !leg.answer;
  leg.body += raw.prefix().substr(0, kMostBody - std::min(kMostBody, leg.body.size()));
}

}  // namespace

void LegSeen::begin_again() {
  answer.reset();
  pdus.clear();
  body.clear();
}

jnl::Event const* LegSeen::pdu(std::string_view name) const {
  auto const found = std::find_if(pdus.begin(), pdus.end(), [&](jnl::Event const& event) {
    return reports::goes_by(event.pdu(), name);
  });
  return found == pdus.end() ? nullptr : &*found;
}

Watch::Watch(journal::Recorder& recorder, net::Event& changed) : changed_(changed) {
  recorder.listen([this](jnl::Event const& event) { on_event(event); });
}

LegSeen const& Watch::leg(std::uint32_t vc, session::Channel channel) {
  return legs_[{vc, channel == session::Channel::out}];
}

void Watch::on_event(jnl::Event const& event) {
  if (event.source() != jnl::CLIENT) {
    return;
  }
  auto& leg = legs_[{event.virtual_connection(), event.leg() == jnl::OUT}];
  if (event.direction() == jnl::SENT) {
    if (event.has_head()) {
      leg.begin_again();
    }
    return;
  }
  if (event.has_opened()) {
    leg.ended = false;  // another connection takes the place of one that ended
  } else if (event.has_head() && event.head().response()) {
    on_head(leg, event.head());
  } else if (event.has_pdu() && leg.pdus.size() < kMostPdus) {
    leg.pdus.push_back(event);
  } else if (event.has_raw()) {
    on_raw(leg, event.raw());
  } else if (event.has_ended()) {
    leg.ended = true;
    leg.ending = ending_text(event.ended());
  } else if (event.has_note()) {
    leg.garbage = leg.garbage || event.note().text().find("gave up reading") != std::string::npos;
  }
  changed_.notify();
}

}  // namespace rpchspec::diagnosis
