#include "harness/engine/remote_servers.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <google/protobuf/util/delimited_message_util.h>

#include "journal/merge.hpp"

namespace rpchspec::engine {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr auto kPeerPatience =
    std::chrono::seconds(20);                     // for an answer that takes the peer no time
constexpr auto kGrace = std::chrono::seconds(5);  // for the word that a step is done
constexpr auto kOnTheWay = milliseconds(50);      // an event to us, beside the way itself
constexpr int kTimesAsked = 8;
constexpr std::uint32_t kTheirConnections = 1U << 20;  // ours are far fewer

std::uint64_t ms_until(net::Deadline deadline) {
  auto const left = deadline.is_never() ? Duration(kPeerPatience) : deadline.at() - Clock::now();
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(duration_cast<milliseconds>(left).count(), 0));
}

net::Deadline later(net::Deadline deadline, Duration by) {
  return deadline.is_never() ? deadline : net::Deadline(deadline.at() + by);
}

}  // namespace

RemoteServers::RemoteServers(net::asio::io_context& io,
                             Surroundings const& surroundings,
                             CaseOrder const& order,
                             TimePoint began)
    : io_(io),
      surroundings_(surroundings),
      order_(order),
      began_(began),
      scope_(io.get_executor(), "engine::RemoteServers"),
      changed_(io.get_executor()),
      spool_(order.directory / "servers.bin") {}

RemoteServers::~RemoteServers() = default;

std::int64_t RemoteServers::now_ns() const {
  return duration_cast<nanoseconds>(Clock::now() - began_).count();
}

void RemoteServers::break_off(std::string why) {
  if (broken_.empty() && !ended_) {
    broken_ = "the servers at " + surroundings_.elsewhere->way().address() + ": " + std::move(why);
  }
  changed_.notify();
}

void RemoteServers::post(Frame const& frame) {
  if (!broken_.empty() || ended_ || !link_) {
    return;
  }
  if (auto const posted = link_->post(frame); !posted) {
    break_off(posted.error().detail);
  }
}

net::Task<Result<ServersPlace>> RemoteServers::raise() {
  auto made = co_await surroundings_.elsewhere->way().connect(io_.get_executor(),
                                                              net::Deadline::in(kPeerPatience));
  if (!made) {
    break_off(made.error().detail);
    co_return fail({ErrorCode::io, 0, "", "", broken_});
  }
  link_ = std::move(*made);
  scope_.spawn(link_->run());
  scope_.spawn(read());
  spooled_.open(spool_, std::ios::binary | std::ios::trunc);
  Frame join;
  join.mutable_join()->set_run(surroundings_.elsewhere->run());
  post(join);
  Frame frame;
  auto& play = *frame.mutable_play();
  *play.mutable_scenario() = *order_.scenario;
  play.set_seed(surroundings_.seed);
  play.set_repetition(order_.repetition);
  play.set_alone(order_.alone);
  post(frame);
  auto const known = [this] { return ready_.has_value() || !broken_.empty(); };
  (void)co_await changed_.wait(known, net::Deadline::in(kPeerPatience));
  if (!ready_) {
    break_off("they did not come up in time");
    co_return fail({ErrorCode::io, 0, "", "", broken_});
  }
  co_await ask_the_time(kTimesAsked);
  learn_of_others(now_ns());
  clock_ = samples_.clock();
  ServersPlace place;
  place.server_name = ready_->server_name();
  for (auto const& [name, port] : ready_->ports()) {
    place.ports[name] = static_cast<std::uint16_t>(port);
  }
  co_return place;
}

net::Task<> RemoteServers::read() {
  for (;;) {
    auto frame = co_await link_->receive(net::Deadline::never());
    if (!frame) {
      break_off(frame.error().detail);
      co_return;
    }
    take(*frame);
    changed_.notify();
  }
}

void RemoteServers::take(Frame& frame) {
  switch (frame.what_case()) {
    case Frame::kReady:
      ready_ = frame.ready();
      break;
    case Frame::kAnnounced:
      told_to_expect_ = std::max(told_to_expect_, frame.announced().serial());
      break;
    case Frame::kActed:
      if (auto const waiting = steps_.find(frame.acted().id()); waiting != steps_.end()) {
        waiting->second = frame.acted();
      }
      break;
    case Frame::kPong:
      take(frame.pong());
      break;
    case Frame::kEvents:
      take(*frame.mutable_events());
      break;
    case Frame::kLeft:
      left_ = true;
      break;
    case Frame::kEnded:
      ended_ = true;
      break;
    case Frame::kRefused:
      break_off(frame.refused().why());
      break;
    default:
      break_off("a frame that is not for us");
  }
}

/// From times of this case's two journals to those of the clocks, or, with -1, back.
journal::ClockSample RemoteServers::moved(journal::ClockSample sample, int sign) const {
  auto const ours = sign * duration_cast<nanoseconds>(began_.time_since_epoch()).count();
  sample.asked_ns += ours;
  sample.answered_ns += ours;
  sample.peer_ns += sign * static_cast<std::int64_t>(ready_ ? ready_->began_ns() : 0);
  return sample;
}

/// What all cases know of the clocks at this moment of ours.
void RemoteServers::learn_of_others(std::int64_t at_ns) {
  auto const began = duration_cast<nanoseconds>(began_.time_since_epoch()).count();
  if (auto const best = surroundings_.elsewhere->clock().best(began + at_ns)) {
    samples_.add(moved(*best, -1));
  }
}

void RemoteServers::take(link::v1::Pong const& pong) {
  auto const asked = pings_.find(pong.id());
  if (asked != pings_.end()) {
    journal::ClockSample const sample{asked->second, static_cast<std::int64_t>(pong.at_ns()),
                                      now_ns()};
    samples_.add(sample);
    surroundings_.elsewhere->clock().add(moved(sample, 1));
    pings_.erase(asked);
  }
}

/// Kept as they came; told as they are understood so far.
void RemoteServers::take(link::v1::Events& events) {
  for (auto& event : *events.mutable_event()) {
    google::protobuf::util::SerializeDelimitedToOstream(event, &spooled_);
    auto const at = clock_.ours(static_cast<std::int64_t>(event.at_ns()));
    event.set_at_ns(static_cast<std::uint64_t>(std::max<std::int64_t>(at, 0)));
    if (event.connection() != 0) {
      event.set_connection(event.connection() + kTheirConnections);
    }
    if (told_) {
      told_(event);
    }
  }
  spooled_.flush();  // what came is kept, whatever becomes of us
  if (!spooled_) {
    break_off("what they saw can't be written to " + spool_.string());
  }
}

net::Task<> RemoteServers::ask_the_time(int times) {
  for (int i = 0; i < times; ++i) {
    Frame frame;
    auto const id = ++last_ping_;
    frame.mutable_ping()->set_id(id);
    pings_[id] = now_ns();
    post(frame);
    auto const known = [this, id] { return !pings_.contains(id) || !broken_.empty(); };
    auto const answered = co_await changed_.wait(known, net::Deadline::in(kPeerPatience));
    if (!answered) {
      break_off("no answer in time");
    }
    if (!broken_.empty()) {
      co_return;
    }
  }
}

void RemoteServers::expect(link::v1::Expect expected) {
  expected.set_serial(++expects_);
  Frame frame;
  *frame.mutable_expect() = std::move(expected);
  post(frame);
}

void RemoteServers::expect(VirtualConnectionCookie const& cookie, std::uint32_t number) {
  link::v1::Expect expected;
  expected.set_virtual_connection(number);
  expected.set_cookie(cookie.bytes.data(), cookie.bytes.size());
  expect(std::move(expected));
}

void RemoteServers::expect_v1(std::uint32_t number) {
  link::v1::Expect expected;
  expected.set_virtual_connection(number);
  expected.set_v1(true);
  expect(std::move(expected));
}

void RemoteServers::expect_v1_no_more(std::uint32_t number) {
  link::v1::Expect expected;
  expected.set_virtual_connection(number);
  expected.set_v1(false);
  expect(std::move(expected));
}

net::Task<> RemoteServers::announced() {
  auto const wanted = expects_;
  auto const known = [this, wanted] { return told_to_expect_ >= wanted || !broken_.empty(); };
  (void)co_await changed_.wait(known, net::Deadline::in(kPeerPatience));
}

net::Task<Result<void>> RemoteServers::act(scenario::v1::Step const& step, net::Deadline deadline) {
  auto const id = ++last_step_;
  steps_[id].reset();
  Frame frame;
  auto& act = *frame.mutable_act();
  act.set_id(id);
  *act.mutable_step() = step;
  act.set_timeout_ms(ms_until(deadline));
  post(frame);
  auto const known = [this, id] { return steps_.at(id).has_value() || !broken_.empty(); };
  (void)co_await changed_.wait(known, later(deadline, kGrace));
  auto const acted = std::exchange(steps_[id], std::nullopt);
  steps_.erase(id);
  if (!acted) {
    co_return fail({ErrorCode::io, 0, "", "",
                    broken_.empty() ? "the servers did not say in time that it is done" : broken_});
  }
  if (acted->failed()) {
    co_return fail({ErrorCode::unexpected, 0, "", "", acted->why()});
  }
  co_return Result<void>();
}

net::Task<> RemoteServers::caught_up() {
  if (broken_.empty()) {
    co_await ask_the_time(1);
  }
}

Duration RemoteServers::lateness() const {
  return kOnTheWay + 2 * nanoseconds(clock_.error_ns());
}

net::Task<> RemoteServers::left(net::Deadline deadline) {
  Frame frame;
  frame.mutable_leave()->set_timeout_ms(ms_until(deadline));
  post(frame);
  auto const known = [this] { return left_ || !broken_.empty(); };
  (void)co_await changed_.wait(known, later(deadline, kGrace));
}

net::Task<> RemoteServers::strike() {
  if (link_ && broken_.empty()) {
    learn_of_others(0);
    samples_.at_the_end();
    co_await ask_the_time(kTimesAsked);
    learn_of_others(now_ns());
    Frame frame;
    frame.mutable_end();
    post(frame);
    auto const known = [this] { return ended_ || !broken_.empty(); };
    auto const in_time = co_await changed_.wait(known, net::Deadline::in(kPeerPatience));
    if (!in_time) {
      break_off("they did not say that they have ended");
    }
  }
  if (link_) {
    ended_ = ended_ || broken_.empty();
    link_->close();
  }
  spooled_.close();
  scope_.cancel();
  co_await scope_.join();
}

journal::v1::Elsewhere RemoteServers::about() const {
  journal::v1::Elsewhere about;
  about.set_source(journal::v1::SERVER);
  about.set_address(surroundings_.elsewhere->way().address());
  about.set_clock_error_ns(clock_.error_ns());
  about.set_clock_offset_ns(clock_.offset_ns());
  return about;
}

Result<void> RemoteServers::complete(std::filesystem::path const& journal) {
  if (!ready_) {
    return {};
  }
  auto whole = journal;
  whole += ".whole";
  auto merged = journal::merge({journal, spool_, samples_.clock(), about()}, whole);
  std::error_code error;
  if (merged) {
    std::filesystem::rename(whole, journal, error);
  }
  if (error) {
    merged = fail({ErrorCode::io, 0, "file", "", journal.string() + ": " + error.message()});
  }
  if (merged) {
    std::filesystem::remove(spool_, error);
  }
  return merged;
}

}  // namespace rpchspec::engine
