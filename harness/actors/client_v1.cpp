// The client actor's steps on a v1 session (MS-RPCH 3.1.1).

#include "harness/actors/client.hpp"
#include "harness/actors/request_head.hpp"
#include "harness/actors/step_values.hpp"

namespace rpchspec::actors {
namespace {

using State = session::V1Client::State;

Error no_session() {
  return {ErrorCode::io, 0, "", "", "the client's v1 session is not connected"};
}

}  // namespace

V1Session& Client::v1_session(std::uint32_t vc) {
  auto& known = v1_sessions_[vc];
  if (!known) {
    V1SessionOptions made;
    made.number = vc;
    made.patient = options_.conduct.conduct() == scn::PATIENT;
    made.payload_key = options_.payload_key;
    made.on_over = [this, vc] {
      if (options_.on_v1) {
        options_.on_v1(vc, V1Expected::no_more);
      }
    };
    known = std::make_unique<V1Session>(scope_, changed_, made);
  }
  return *known;
}

net::Task<Result<void>> Client::request_v1(std::uint32_t vc,
                                           scn::Request step,
                                           net::Deadline deadline) {
  auto& session = v1_session(vc);
  auto const known = session.channel();
  auto const is_fresh = known && known->fresh() && !known->ended();
  if (!is_fresh) {
    journal::TapOptions tapped;
    tapped.leg = journal::v1::MIXED;
    tapped.virtual_connection = vc;
    auto stream = co_await connect_to(origin(vc, session::Channel::in), tapped, deadline);
    if (!stream) {
      co_return tl::unexpected(stream.error());
    }
    (void)session.attach(std::move(*stream));
  }
  if (options_.on_v1) {
    options_.on_v1(vc, V1Expected::next);
  }
  if (options_.announced) {
    co_await options_.announced();
  }
  auto const setting = RequestSetting{options_.target, options_.conduct, session::Channel::in,
                                      RequestSetting::Dialect::v1};
  auto const size = step.split().empty() ? 0UL : std::stoul(step.split());
  auto const pieces = net::Pieces(size, std::chrono::milliseconds(size == 0 ? 0 : 5));
  auto head = request_head(setting, step);
  session.channel()->request_sent();
  session.machine().on_request_sent(Clock::now());
  co_return co_await write_to(session.channel(), std::move(head), pieces, deadline);
}

net::Task<Result<void>> Client::open_v1(std::uint32_t vc, scn::Open step, net::Deadline deadline) {
  scn::Request request;
  *request.mutable_headers() = step.headers();
  if (!step.server().empty()) {
    auto const setting = RequestSetting{options_.target, options_.conduct, session::Channel::in};
    request.set_query(query_of(setting, step.server()));
  }
  auto const sent = co_await request_v1(vc, std::move(request), deadline);
  if (!sent) {
    co_return sent;
  }
  auto& session = v1_session(vc);
  auto const answered = [&session] { return session.machine().state() != State::wait; };
  auto const setup = net::Deadline(session.machine().next_deadline());
  auto const in_time = co_await changed_.wait(answered, earlier(setup, deadline));
  if (session.machine().state() != State::opened) {
    session.machine().on_closed();
    co_return fail({in_time ? ErrorCode::io : ErrorCode::deadline, 0, "", "MS-RPCH 3.1.1.4.1",
                    in_time ? "RPC_CONNECT was answered with an error, or the connection closed"
                            : "RPC_CONNECT was not answered"});
  }
  co_return Result<void>();
}

net::Task<Result<void>> Client::send_v1(std::uint32_t vc, scn::Send step, net::Deadline deadline) {
  auto& session = v1_session(vc);
  auto const channel = session.channel();
  if (!channel) {
    co_return tl::unexpected(no_session());
  }
  if (is_payload(step)) {
    constexpr std::uint8_t kRequest = 0;
    auto const order = payload_order(step, kRequest);
    if (!order) {
      co_return tl::unexpected(order.error());
    }
    co_return co_await session.send_payload(*order, deadline);
  }
  auto const bytes = bytes_of(step, MeaningValues());
  if (!bytes) {
    co_return tl::unexpected(bytes.error());
  }
  auto const pieces = net::Pieces(step.split(), to_duration(step.gap()));
  for (std::uint32_t i = 0; i < std::max(step.count(), 1U); ++i) {
    auto const written = co_await write_to(channel, *bytes, pieces, deadline);
    if (!written) {
      co_return written;
    }
  }
  co_return Result<void>();
}

net::Task<Result<void>> Client::close_v1(std::uint32_t vc,
                                         scn::Close step,
                                         net::Deadline deadline) {
  auto const of = v1_session(vc).channel();
  if (!of) {
    co_return tl::unexpected(no_session());
  }
  if (step.cause() == scn::HALF_CLOSE) {
    co_await of->leg().half_close(deadline);
  } else {
    (void)co_await of->leg().outbox().drained(deadline);
    of->leg().stream().close_now(close_how(step.cause()));
  }
  co_return Result<void>();
}

Result<std::vector<std::shared_ptr<HttpChannel>>> Client::channels_of(std::uint32_t vc,
                                                                      std::string const& name) {
  std::vector<std::shared_ptr<HttpChannel>> found;
  if (is_v1(name)) {
    found.push_back(v1_session(vc).channel());
  } else {
    auto const channels = channels_named(name);
    if (!channels) {
      return tl::unexpected(channels.error());
    }
    for (auto const channel : *channels) {
      found.push_back(virtual_connection(vc).channel(channel));
    }
  }
  for (auto const& each : found) {
    if (!each) {
      return fail({ErrorCode::io, 0, "", "",
                   "the client's " + (name.empty() ? "channel" : name) + " is not connected"});
    }
  }
  return found;
}

}  // namespace rpchspec::actors
