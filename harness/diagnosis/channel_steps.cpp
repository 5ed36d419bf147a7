// The virtual connection: OUT channel, IN channel, CONN with what it negotiates.

#include "harness/diagnosis/examiner.hpp"
#include "protocol/wire/http_headers.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::diagnosis {

namespace {

namespace scn = scenario::v1;
using session::Channel;

constexpr std::uint32_t kChannels = 4;  // number of the virtual connection
constexpr auto kSecondWord =
    std::chrono::seconds(2);                  // one channel may end before the other says why
constexpr std::uint64_t kLeastWindow = 8192;  // 2.2.3.5.1
constexpr std::uint64_t kMostWindow = 262'144;
constexpr std::uint64_t kLeastTimeout = 120'000;  // ms, 2.2.3.5.3
constexpr std::uint64_t kMostTimeout = 14'400'000;

std::string value(journal::v1::Event const& event, std::string_view pdu, std::string_view field) {
  return reports::field_of(event.pdu(), pdu, field).value_or("?");
}

bool outside(std::string const& text, std::uint64_t least, std::uint64_t most) {
  auto const number = std::strtoull(text.c_str(), nullptr, 10);
  return number < least || number > most;
}

}  // namespace

net::Task<Result<void>> Examiner::start_channel(std::uint32_t vc,
                                                Channel channel,
                                                net::Deadline deadline) {
  scn::Request request;
  request.set_channel(channel == Channel::in ? "in" : "out");
  auto const asked = co_await client_->request(vc, request, deadline);
  if (!asked) {
    co_return asked;
  }
  scn::Send first;
  first.set_channel(request.channel());
  first.set_pdu(channel == Channel::in ? "CONN/B1" : "CONN/A1");
  co_return co_await client_->send(vc, first, deadline);
}

net::Task<Symptom> Examiner::open_out(net::Deadline deadline) {
  auto const started = co_await start_channel(kChannels, Channel::out, deadline);
  auto const& leg = watch_.leg(kChannels, Channel::out);
  if (started) {
    co_await await_answer(kChannels, Channel::out, deadline);
  } else if (!leg.answer) {
    say(started.error().detail);
  }
  if (!leg.answer || leg.answer->status != 200) {
    auto const found = refusal(leg);
    co_return found == Symptom::silent ? Symptom::out_silent : found;
  }
  auto const& head = *leg.answer;
  auto const* const type = wire::find_header(head.headers, "Content-Type");
  auto const length = wire::content_length(head.headers);
  say(status_line(head) +
      (length && *length ? ", Content-Length " + std::to_string(**length) + " (ChannelLifetime)"
                         : std::string()));
  if (wire::find_header(head.headers, "Transfer-Encoding") != nullptr) {
    co_return Symptom::out_chunked;
  }
  if (type == nullptr || !wire::iequals(*type, "application/rpc")) {
    say("Content-Type: " + (type == nullptr ? "none" : *type));
    co_return Symptom::out_not_rpc;
  }
  auto const* const a3 = leg.pdu("CONN/A3");
  if (a3 == nullptr) {
    say(leg.ended ? "closed before CONN/A3 (" + leg.ending + ")" : "CONN/A3 does not come");
    co_return leg.ended ? Symptom::channel_ended : Symptom::no_conn_a3;
  }
  auto const timeout = value(*a3, "CONN/A3", "ConnectionTimeout");
  say("CONN/A3: ConnectionTimeout of the outbound proxy " + timeout + " ms");
  if (outside(timeout, kLeastTimeout, kMostTimeout)) {
    into_.warnings.push_back("the outbound proxy's ConnectionTimeout of " + timeout +
                             " ms is outside 120000 to 14400000 (MS-RPCH 2.2.3.5.3)");
  }
  co_return Symptom::none;
}

net::Task<Symptom> Examiner::open_in(net::Deadline deadline) {
  auto const started = co_await start_channel(kChannels, Channel::in, deadline);
  auto const& in = watch_.leg(kChannels, Channel::in);
  auto const& out = watch_.leg(kChannels, Channel::out);
  auto const answered = [&in] { return in.answer || in.ended || in.garbage; };
  if (started) {
    auto const settled = [&] { return answered() || out.ended || out.pdu("CONN/C2") != nullptr; };
    (void)co_await changed_.wait(settled, deadline);
  }
  if (out.pdu("CONN/C2") == nullptr && out.ended) {
    (void)co_await changed_.wait(answered, earlier(deadline, net::Deadline::in(kSecondWord)));
  }
  if (answered()) {
    auto const found = refusal(in);
    co_return found == Symptom::silent ? Symptom::other_status : found;
  }
  if (!started) {
    say(started.error().detail);
    co_return Symptom::ended_unanswered;
  }
  say("Content-Length 1073741824 and CONN/B1 are taken without an answer, as they should be");
  co_return Symptom::none;
}

net::Task<Symptom> Examiner::negotiate(net::Deadline) {
  auto const& out = watch_.leg(kChannels, Channel::out);
  auto const* const c2 = out.pdu("CONN/C2");
  if (c2 == nullptr) {
    say(out.ended ? "the OUT channel was closed (" + out.ending + ")" : "CONN/C2 does not come");
    co_return out.ended ? Symptom::channel_ended : Symptom::no_conn_c2;
  }
  auto const window = value(*c2, "CONN/C2", "ReceiveWindowSize");
  auto const timeout = value(*c2, "CONN/C2", "ConnectionTimeout");
  auto const version = value(*c2, "CONN/C2", "Version");
  say("CONN/C2: Version " + version + ", ReceiveWindowSize of the inbound proxy " + window +
      ", its ConnectionTimeout " + timeout + " ms");
  if (outside(window, kLeastWindow, kMostWindow)) {
    into_.warnings.push_back("the inbound proxy's ReceiveWindowSize of " + window +
                             " is outside 8192 to 262144 (MS-RPCH 2.2.3.5.1)");
  }
  if (outside(timeout, kLeastTimeout, kMostTimeout)) {
    into_.warnings.push_back("the inbound proxy's ConnectionTimeout of " + timeout +
                             " ms is outside 120000 to 14400000 (MS-RPCH 2.2.3.5.3)");
  }
  co_return Symptom::none;
}

net::Task<Symptom> Examiner::bind(net::Deadline deadline) {
  scn::Call step;
  step.set_operation("bind");
  auto const done = co_await client_->call(kChannels, step, deadline);
  if (!done) {
    co_return on_call_failure(done.error(), Symptom::bind_silent);
  }
  say("bind_ack: " +
      (request_.service == "mgmt" ? std::string("the management interface")
                                  : request_.service + " and management interfaces") +
      " are there");
  co_return Symptom::none;
}

net::Task<Symptom> Examiner::call(net::Deadline deadline) {
  scn::Call step;
  step.set_operation("is_server_listening");
  auto const done = co_await client_->call(kChannels, step, deadline);
  if (!done) {
    co_return on_call_failure(done.error(), Symptom::call_silent);
  }
  say("is_server_listening is answered");
  co_return Symptom::none;
}

Symptom Examiner::on_call_failure(Error const& error, Symptom silent) {
  auto const& in = watch_.leg(kChannels, Channel::in);
  auto const& out = watch_.leg(kChannels, Channel::out);
  say(error.detail);
  if (out.pdu("bind_nak") != nullptr) {
    return Symptom::bind_refused;
  }
  if (out.pdu("fault") != nullptr) {
    return Symptom::call_fault;
  }
  if (in.answer) {
    return refusal(in);
  }
  if (in.ended || out.ended) {
    say("closed: " + std::string(in.ended ? "IN (" + in.ending + ")" : "OUT (" + out.ending + ")"));
    return Symptom::channel_ended;
  }
  if (error.code == ErrorCode::deadline) {
    return silent;
  }
  return out.pdu("bind_ack") != nullptr ? Symptom::interface_refused : silent;
}

}  // namespace rpchspec::diagnosis
