#include "harness/engine/peer_case.hpp"

#include <algorithm>

#include "harness/engine/case_place.hpp"
#include "harness/engine/lag.hpp"

namespace rpchspec::engine {
namespace {

// The driver keeps the journal; here it is only shown to the feed.
constexpr char const* kNowhere = "/dev/null";
constexpr std::uint64_t kLongestStep = 10 * 60 * 1000;  // ms

std::int64_t ns_of(Duration since) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

net::Deadline in_ms(std::uint64_t ms) {
  return net::Deadline::in(std::chrono::milliseconds(std::min(ms, kLongestStep)));
}

}  // namespace

PeerCase::PeerCase(net::asio::io_context& io,
                   Link& link,
                   Surroundings const& surroundings,
                   CaseOrder const& order)
    : link_(link),
      recorder_({Clock::now(), seed_of(surroundings, order), kNowhere}),
      feed_(io.get_executor(), link, recorder_),
      servers_(io, surroundings, order, recorder_) {}

net::Task<> PeerCase::run() {
  auto const place = co_await servers_.raise();
  Frame frame;
  if (place) {
    frame.mutable_ready()->set_server_name(place->server_name);
    frame.mutable_ready()->set_began_ns(
        static_cast<std::uint64_t>(ns_of(recorder_.start().time_since_epoch())));
    for (auto const& [name, port] : place->ports) {
      (*frame.mutable_ready()->mutable_ports())[name] = port;
    }
  } else {
    frame.mutable_refused()->set_why(to_string(place.error()));
  }
  feed_.post(frame);
  if (place) {
    co_await net::in_scope([this](net::TaskScope& scope) -> net::Task<> {
      scope.spawn([this]() -> net::Task<> {
        for (;;) {
          co_await tick(recorder_);
        }
      });
      co_await obey(scope);
      scope.cancel();
    });
  }
  co_await servers_.strike();
  Frame ended;
  ended.mutable_ended();
  feed_.post(ended);
}

net::Task<> PeerCase::obey(net::TaskScope& scope) {
  for (;;) {
    auto const frame = co_await link_.receive(net::Deadline::never());
    if (!frame || !take(*frame, scope)) {
      co_return;
    }
  }
}

bool PeerCase::take(Frame const& frame, net::TaskScope& scope) {
  switch (frame.what_case()) {
    case Frame::kExpect:
      expect(frame.expect());
      return true;
    case Frame::kAct:
      scope.spawn(act(frame.act()));
      return true;
    case Frame::kPing:
      answer(frame.ping());
      return true;
    case Frame::kLeave:
      scope.spawn(leave(frame.leave()));
      return true;
    default:  // the end, or what makes no sense here
      return false;
  }
}

void PeerCase::expect(link::v1::Expect const& expected) {
  auto const number = expected.virtual_connection();
  VirtualConnectionCookie cookie;
  if (expected.has_cookie() && expected.cookie().size() == cookie.bytes.size()) {
    std::copy(expected.cookie().begin(), expected.cookie().end(), cookie.bytes.begin());
    servers_.expect(cookie, number);
  } else if (expected.has_v1()) {
    expected.v1() ? servers_.expect_v1(number) : servers_.expect_v1_no_more(number);
  }
  Frame frame;
  frame.mutable_announced()->set_serial(expected.serial());
  feed_.post(frame);
}

void PeerCase::answer(link::v1::Ping const& ping) {
  Frame frame;
  frame.mutable_pong()->set_id(ping.id());
  frame.mutable_pong()->set_at_ns(recorder_.ns_at(Clock::now()));
  feed_.post(frame);
}

net::Task<> PeerCase::act(link::v1::Act act) {
  auto const done = co_await servers_.act(act.step(), in_ms(act.timeout_ms()));
  Frame frame;
  auto& acted = *frame.mutable_acted();
  acted.set_id(act.id());
  acted.set_failed(!done);
  acted.set_why(done ? std::string() : done.error().detail);
  feed_.post(frame);
}

net::Task<> PeerCase::leave(link::v1::Leave leave) {
  co_await servers_.left(in_ms(leave.timeout_ms()));
  Frame frame;
  frame.mutable_left();
  feed_.post(frame);
}

}  // namespace rpchspec::engine
