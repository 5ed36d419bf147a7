#include "harness/actors/client.hpp"

#include "harness/actors/request_head.hpp"
#include "harness/actors/step_values.hpp"
#include "harness/actors/way_to_proxy.hpp"
#include "net/connect.hpp"
#include "protocol/session/scripted.hpp"

namespace rpchspec::actors {
namespace {

using session::Channel;

Error no_channel(Channel channel) {
  return {ErrorCode::io, 0, "", "",
          "the client's " + std::string(to_string(channel)) + " channel is not connected"};
}

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
      random_(options_.seed) {}

Client::~Client() = default;

VirtualConnection& Client::virtual_connection(std::uint32_t vc) {
  auto& known = virtual_connections_[vc];
  if (!known) {
    VirtualConnectionOptions made;
    made.session = session_config();
    made.number = vc;
    made.patient = options_.conduct.conduct() == scn::PATIENT;
    made.payload_key = options_.payload_key;
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

Origin Client::origin(std::uint32_t vc, Channel channel) const {
  return origin_of(setting_of(vc, channel));
}

RequestSetting Client::setting_of(std::uint32_t vc, Channel channel) const {
  RequestSetting setting{options_.target, options_.conduct, channel};
  if (moved_.contains({vc, channel})) {
    setting.node = channel == Channel::in ? Channel::out : Channel::in;
  }
  return setting;
}

net::Task<Result<net::Stream>> Client::connect_to(Origin to,
                                                  journal::TapOptions tapped,
                                                  net::Deadline deadline) {
  Way way(options_.target, to);
  if (to.tls) {
    auto tls = options_.target.tls;
    if (options_.conduct.tls_version() == "1.2") {
      tls.max_version = net::TlsVersion::tls1_2;
    } else if (options_.conduct.tls_version() == "1.3") {
      tls.min_version = net::TlsVersion::tls1_3;
    }
    if (options_.conduct.certificate()) {
      tls.client_certificate = options_.target.certificate;
    }
    auto context = net::TlsContext::client(tls);
    if (!context) {
      co_return tl::unexpected(context.error());
    }
    way.tls = *context;
  }
  tapped.source = journal::v1::CLIENT;
  tapped.stream = journal::Stream::http_then_pdus;
  auto tap = std::make_optional<journal::ConnectionTap>(recorder_, tapped);
  co_return co_await open_way(std::move(way), std::move(tap), deadline);
}

net::Task<Client::ChannelResult> Client::dial(std::uint32_t vc,
                                              Channel channel,
                                              net::Deadline deadline,
                                              session::Instance instance) {
  journal::TapOptions tapped;
  tapped.leg = channel == Channel::in ? journal::v1::IN : journal::v1::OUT;
  tapped.virtual_connection = vc;
  auto stream = co_await connect_to(origin(vc, channel), std::move(tapped), deadline);
  if (!stream) {
    co_return tl::unexpected(stream.error());
  }
  co_return virtual_connection(vc).attach(channel, std::move(*stream), instance);
}

net::Task<Result<void>> Client::connect(std::uint32_t vc,
                                        scn::Connect step,
                                        net::Deadline deadline) {
  auto const channels = channels_named(step.channel());
  if (!channels) {
    co_return tl::unexpected(channels.error());
  }
  for (auto const channel : *channels) {
    auto const dialled = co_await dial(vc, channel, deadline);
    if (!dialled) {
      co_return tl::unexpected(dialled.error());
    }
  }
  co_return Result<void>();
}

net::Task<Result<void>> Client::write(
    std::uint32_t vc, Channel channel, Bytes bytes, net::Pieces pieces, net::Deadline deadline) {
  auto const to = virtual_connection(vc).channel(channel);
  if (!to) {
    co_return tl::unexpected(no_channel(channel));
  }
  co_return co_await write_to(to, std::move(bytes), pieces, deadline);
}

net::Task<Result<void>> Client::write_to(std::shared_ptr<HttpChannel> to,
                                         Bytes bytes,
                                         net::Pieces pieces,
                                         net::Deadline deadline) {
  auto const written = co_await to->leg().send_pieces(std::move(bytes), pieces, deadline);
  if (!written && !to->refused()) {  // the proxy may answer before it has read all of the request
    co_return fail(
        {ErrorCode::io, 0, "", "", "the client's channel ended before all of it was written"});
  }
  co_return Result<void>();
}

net::Task<Result<void>> Client::send_request(std::uint32_t vc,
                                             Channel channel,
                                             scn::Request step,
                                             net::Deadline deadline) {
  auto const known = virtual_connection(vc).channel(channel);
  auto const fresh = known && known->fresh() && !known->ended();
  auto const over = [&known] { return known->idle() || known->ended(); };
  if (step.reuse() && known && !fresh) {
    (void)co_await changed_.wait(over, deadline);
  }
  if (!(step.reuse() && known && known->may_be_reused()) && !fresh) {
    auto const dialled = co_await dial(vc, channel, deadline);
    if (!dialled) {
      co_return tl::unexpected(dialled.error());
    }
  }
  auto const on = virtual_connection(vc).channel(channel);
  auto setting = setting_of(vc, channel);
  setting.virtual_connection = vc;
  setting.challenges = known ? known->challenges() : on->challenges();
  auto authorized = co_await authorization(on, setting, step, deadline);
  if (!authorized) {
    co_return tl::unexpected(authorized.error());
  }
  setting.authorization = *std::move(authorized);
  on->request_sent();
  auto const size = step.split().empty() ? 0UL : std::stoul(step.split());
  auto const pieces = net::Pieces(size, std::chrono::milliseconds(size == 0 ? 0 : 5));
  auto head = request_head(setting, step);
  co_return co_await write(vc, channel, std::move(head), pieces, deadline);
}

net::Task<Result<void>> Client::request(std::uint32_t vc,
                                        scn::Request step,
                                        net::Deadline deadline) {
  if (is_v1(step.channel())) {
    co_return co_await request_v1(vc, std::move(step), deadline);
  }
  auto const channel = channel_named(step.channel(), Channel::in);
  if (!channel) {
    co_return tl::unexpected(channel.error());
  }
  co_return co_await send_request(vc, *channel, std::move(step), deadline);
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
  co_return co_await write(vc, channel, std::move(first), net::Pieces(), deadline);
}

net::Task<Result<void>> Client::open(std::uint32_t vc, scn::Open step, net::Deadline deadline) {
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

net::Task<Result<void>> Client::echo(std::uint32_t vc, scn::Echo step, net::Deadline deadline) {
  auto const by_method = step.method() == "RPC_OUT_DATA" ? Channel::out : Channel::in;
  auto const channel = channel_named(step.channel(), by_method);
  if (!channel) {
    co_return tl::unexpected(channel.error());
  }
  // fn 11 and 12: Windows sends these four bytes.
  auto body = from_hex(step.body_hex().empty() ? "f8e81808" : step.body_hex());
  if (!body) {
    co_return tl::unexpected(body.error());
  }
  if (step.has_content_length()) {
    body->resize(step.content_length());
  }
  scn::Request request;
  request.set_method(step.method());
  request.set_content_length(std::to_string(body->size()));
  request.set_http_version(step.http_version());
  request.set_path(step.path());
  request.set_query(step.query());
  request.set_reuse(step.reuse());
  *request.mutable_headers() = step.headers();
  auto const sent = co_await send_request(vc, *channel, std::move(request), deadline);
  if (!sent || body->empty()) {
    co_return sent;
  }
  co_return co_await write(vc, *channel, std::move(*body), net::Pieces(), deadline);
}

net::Task<Result<void>> Client::http(std::uint32_t vc,
                                     scn::HttpExchange step,
                                     net::Deadline deadline) {
  auto const channel = channel_named(step.request().channel(), Channel::in);
  auto body = from_hex(step.body_hex());
  if (!channel || !body) {
    co_return tl::unexpected(channel ? body.error() : channel.error());
  }
  auto const sent = co_await send_request(vc, *channel, step.request(), deadline);
  if (!sent) {
    co_return sent;
  }
  if (!body->empty()) {
    auto const written = co_await write(vc, *channel, std::move(*body), net::Pieces(), deadline);
    if (!written) {
      co_return written;
    }
  }
  auto const of = virtual_connection(vc).channel(*channel);
  auto const within = step.has_within() ? net::Deadline::in(to_duration(step.within())) : deadline;
  auto const answered = [&of] { return of->idle() || of->ended() || of->answering(); };
  if (!co_await changed_.wait(answered, earlier(within, deadline))) {
    co_return fail({ErrorCode::deadline, 0, "", "", "the request was not answered"});
  }
  co_return Result<void>();
}

Result<std::deque<Bytes>*> Client::send_call(std::uint32_t vc, Bytes request) {
  if (auto const v1 = v1_sessions_.find(vc); v1 != v1_sessions_.end()) {
    auto const& channel = v1->second->channel();
    if (!channel || !channel->leg().send(std::move(request))) {
      return fail({ErrorCode::io, 0, "", "", "the client's v1 session is not connected"});
    }
    return &v1->second->replies();
  }
  auto& made = virtual_connection(vc);
  auto const sent = made.machine().send_rpc(std::move(request), Clock::now());
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  made.pump();
  return &made.replies();
}

net::Task<Result<void>> Client::call(std::uint32_t vc, scn::Call step, net::Deadline deadline) {
  auto const service = options_.conduct.server().empty() ? "store" : options_.conduct.server();
  auto& caller = callers_.try_emplace(vc, service).first->second;
  for (std::uint32_t i = 0; i < std::max(step.count(), 1U); ++i) {
    auto request = caller.request(step.operation());
    if (!request) {
      co_return tl::unexpected(request.error());
    }
    auto const sent = send_call(vc, std::move(*request));
    if (!sent) {
      co_return tl::unexpected(sent.error());
    }
    auto& replies = **sent;
    auto const answered = [&] {
      while (!replies.empty() && !caller.answers(replies.front())) {
        replies.pop_front();
      }
      return !replies.empty();
    };
    auto const lost = [this, vc] {
      auto const v1 = v1_sessions_.find(vc);
      auto const from = v1 != v1_sessions_.end() ? v1->second->channel()
                                                 : virtual_connection(vc).channel(Channel::out);
      return !from || from->ended();
    };
    auto const over = [&] { return answered() || lost(); };
    (void)co_await changed_.wait(over, deadline);
    if (!answered()) {
      co_return fail({lost() ? ErrorCode::io : ErrorCode::deadline, 0, "", "",
                      step.operation() +
                          (lost() ? " was not answered: the channel ended" : " was not answered")});
    }
    auto const reply = caller.on_reply(replies.front());
    replies.pop_front();
    if (!reply) {
      co_return reply;
    }
  }
  co_return Result<void>();
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

Result<void> Client::fault(std::uint32_t vc, scn::Byte const& step) {
  auto const channels = channels_of(vc, step.channel().empty() ? "in" : step.channel());
  auto const fault = fault_of(step);
  if (!channels || !fault) {
    return tl::unexpected(channels ? fault.error() : channels.error());
  }
  for (auto const& of : *channels) {
    of->leg().stream().set_send_faults({*fault});
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
}

}  // namespace rpchspec::actors
