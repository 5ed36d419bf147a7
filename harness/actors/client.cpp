#include "harness/actors/client.hpp"

#include <algorithm>

#include "harness/actors/step_values.hpp"
#include "protocol/session/scripted.hpp"

namespace rpchspec::actors {
namespace {

using session::Channel;

}  // namespace

Client::Client(net::Executor executor,
               ClientOptions options,
               journal::Recorder& recorder,
               CookieListener on_cookie)
    : executor_(executor),
      options_(std::move(options)),
      recorder_(recorder),
      on_cookie_(std::move(on_cookie)),
      scope_(executor, "actors::Client"),
      changed_(executor),
      random_(options_.seed),
      faults_(executor, faults::Actor::client) {}

Client::~Client() = default;

VirtualConnection& Client::virtual_connection(std::uint32_t vc) {
  auto& known = virtual_connections_[vc];
  if (!known) {
    VirtualConnectionOptions made;
    made.session = session_config();
    made.number = vc;
    made.patient = options_.conduct.conduct() == scn::PATIENT;
    made.payload_key = options_.payload_key;
    made.watch = options_.faults ? &faults_.watch() : nullptr;
    if (on_cookie_) {
      on_cookie_(made.session.virtual_connection_cookie, vc);
    }
    known = std::make_unique<VirtualConnection>(scope_, changed_, made);
    known->on_open_successor(
        [this, vc](session::Client::OpenSuccessor due) { open_successor(vc, std::move(due)); });
    scope_.spawn(known->run_timers());
    tell(*known);
  }
  return *known;
}

net::Task<Result<void>> Client::start_channel(std::uint32_t vc,
                                              Channel channel,
                                              scn::Open step,
                                              net::Deadline deadline) {
  scn::Request request;
  *request.mutable_headers() = step.headers();
  if (step.in_content_length() != 0 && channel == Channel::in) {
    request.set_content_length(std::to_string(step.in_content_length()));
  }
  if (!step.server().empty()) {
    auto const setting = setting_of(vc, channel);
    request.set_query(query_of(setting, step.server()));
    queries_[vc] = request.query();
  }
  auto const sent = co_await send_request(vc, channel, std::move(request), deadline);
  if (!sent) {
    co_return sent;
  }
  auto& made = virtual_connection(vc);
  auto first = channel == Channel::in ? made.machine().conn_b1() : made.machine().conn_a1();
  co_return co_await write_first(vc, channel, std::move(first), deadline);
}

net::Task<Result<void>> Client::open(std::uint32_t vc, scn::Open step, net::Deadline deadline) {
  auto const may_fail = step.may_fail();
  auto opened = co_await open_whole(vc, std::move(step), deadline);
  co_return may_fail ? Result<void>() : std::move(opened);
}

net::Task<Result<void>> Client::open_whole(std::uint32_t vc,
                                           scn::Open step,
                                           net::Deadline deadline) {
  auto const version = version_named(step.version());
  if (!version) {
    co_return tl::unexpected(version.error());
  }
  version_ = *version;
  apply(step);
  if (is_v1(step.dialect())) {
    co_return co_await open_v1(vc, std::move(step), deadline);
  }
  auto const first = step.order() == "in-first" ? Channel::in : Channel::out;
  auto const second = first == Channel::in ? Channel::out : Channel::in;
  for (auto const channel : {first, second}) {
    auto const started = co_await start_channel(vc, channel, step, deadline);
    if (!started) {
      co_return started;
    }
  }
  auto& made = virtual_connection(vc);
  auto const settled = [&made] {
    auto const in = made.channel(Channel::in);
    auto const out = made.channel(Channel::out);
    return made.machine().opened() || !in || !out || in->ended() || out->ended() || in->idle() ||
           out->idle();
  };
  (void)co_await changed_.wait(settled, deadline);
  if (!made.machine().opened()) {
    co_return fail({settled() ? ErrorCode::io : ErrorCode::deadline, 0, "", "MS-RPCH 3.2.2.4.1.1",
                    settled() ? "a channel was answered with an error, or closed, before CONN/C2"
                              : "CONN/C2 did not come"});
  }
  co_return Result<void>();
}

void Client::apply(scn::Open const& step) {
  if (step.receive_window() != 0) {
    options_.conduct.set_receive_window(step.receive_window());
  }
  if (step.in_content_length() != 0) {
    options_.conduct.set_in_content_length(step.in_content_length());
  }
}

net::Task<Result<void>> Client::send_payload(std::uint32_t vc,
                                             scn::Send step,
                                             net::Deadline deadline) {
  constexpr std::uint8_t kRequest = 0;
  auto const order = payload_order(step, kRequest);
  if (!order) {
    co_return tl::unexpected(order.error());
  }
  co_return co_await virtual_connection(vc).send_payload(*order, deadline);
}

net::Task<Result<void>> Client::send(std::uint32_t vc, scn::Send step, net::Deadline deadline) {
  if (is_v1(step.channel())) {
    co_return co_await send_v1(vc, std::move(step), deadline);
  }
  auto const channel = channel_named(step.channel(), Channel::in);
  if (!channel) {
    co_return tl::unexpected(channel.error());
  }
  auto& made = virtual_connection(vc);
  if (is_payload(step) && *channel == Channel::in && made.machine().opened() &&
      step.on() == scn::PRESENT) {
    co_return co_await send_payload(vc, std::move(step), deadline);
  }
  constexpr std::uint8_t kRequest = 0;
  auto const bytes =
      is_payload(step) ? stray_payload(step, kRequest) : bytes_of(step, values_of(made, *channel));
  if (!bytes) {
    co_return tl::unexpected(bytes.error());
  }
  auto const to = co_await wait_for(vc, *channel, step.on(), deadline);
  if (!to) {
    co_return tl::unexpected(to.error());
  }
  auto const pieces = net::Pieces(step.split(), to_duration(step.gap()));
  for (std::uint32_t i = 0; i < std::max(step.count(), 1U); ++i) {
    if (*channel == Channel::in && step.on() == scn::PRESENT) {
      session::note_scripted(made.machine(), *bytes);
    }
    auto const written = co_await write_to(*to, *bytes, pieces, deadline);
    if (!written) {
      co_return step.no_wait() ? Result<void>() : written;  // it may have been closed meanwhile
    }
    made.machine().note_sent(Clock::now());
  }
  co_return Result<void>();
}

net::Task<Result<void>> Client::close(std::uint32_t vc, scn::Close step, net::Deadline deadline) {
  if (is_v1(step.channel())) {
    co_return co_await close_v1(vc, std::move(step), deadline);
  }
  auto const channels = channels_named(step.channel());
  if (!channels) {
    co_return tl::unexpected(channels.error());
  }
  for (auto const channel : *channels) {
    auto const there = co_await wait_for(vc, channel, step.on(), deadline);
    if (!there) {
      co_return tl::unexpected(there.error());
    }
    auto const of = *there;
    if (step.cause() == scn::HALF_CLOSE) {
      co_await of->leg().half_close(deadline);
    } else {
      (void)co_await of->leg().outbox().drained(deadline);
      of->leg().stream().close_now(close_how(step.cause()));
    }
  }
  co_return Result<void>();
}

net::Task<Result<void>> Client::ack(std::uint32_t vc, scn::Ack step, net::Deadline deadline) {
  auto& made = virtual_connection(vc);
  auto const& config = made.options().session;
  AckFacts facts;
  facts.bytes_received = made.machine().out_window().bytes_received().value;
  // A successor may have another window than the channel that was opened first.
  facts.window = made.machine().out_window().receive_window().value;
  facts.channel_cookie = RtsCookie{made.machine().cookie(Channel::out).bytes};
  facts.virtual_connection_cookie = RtsCookie{config.virtual_connection_cookie.bytes};
  facts.first_connection_cookie =
      RtsCookie{virtual_connection(1).machine().cookie(Channel::out).bytes};
  auto const bytes = ack_bytes(step, facts, "FDOutProxy");
  auto const channel = channel_named(step.channel(), Channel::in);
  if (!bytes || !channel) {
    co_return tl::unexpected(bytes ? channel.error() : bytes.error());
  }
  co_return co_await write(vc, *channel, *bytes, net::Pieces(), deadline);
}

Result<void> Client::reading(std::uint32_t vc, scn::Reading const& step) {
  auto const channels = channels_of(vc, step.channel());
  if (!channels) {
    return tl::unexpected(channels.error());
  }
  for (auto const& of : *channels) {
    of->leg().set_reading(!step.stop());
  }
  return {};
}

Result<void> Client::fault(std::uint32_t vc, faults::api::Fault const& step) {
  for (auto const& fault : faults_.of(step)) {
    if (!faults::acts_on_open(fault)) {
      if (auto const set = faults_.set(fault, vc); !set) {
        return set;
      }
      continue;
    }
    auto const channels = channels_of(vc, std::string(faults::channel_of(fault)));
    if (!channels) {
      return tl::unexpected(channels.error());
    }
    for (auto const& of : *channels) {
      if (auto const set = faults_.set_on(fault, of->leg()); !set) {
        return set;
      }
    }
  }
  return {};
}

std::vector<std::shared_ptr<HttpChannel>> Client::connections() const {
  std::vector<std::shared_ptr<HttpChannel>> all;
  for (auto const& [number, vc] : virtual_connections_) {
    auto const of = vc->connections();
    all.insert(all.end(), of.begin(), of.end());
  }
  for (auto const& [number, session] : v1_sessions_) {
    if (session->channel()) {
      all.push_back(session->channel());
    }
  }
  return all;
}

net::Task<> Client::leave() {
  for (auto const& of : connections()) {
    of->leg().set_reading(true);
    of->leg().stream().close_now(net::CloseHow::fin);
  }
  co_return;
}

net::Task<> Client::stop() {
  for (auto const& [number, vc] : virtual_connections_) {
    vc->stop();
  }
  for (auto const& of : connections()) {
    of->leg().stream().abort();
  }
  scope_.cancel();
  co_await scope_.join();
  co_await faults_.stop();
}

}  // namespace rpchspec::actors
