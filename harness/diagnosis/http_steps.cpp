// What an HTTP server has to do before it can carry channels: authentication, echo.

#include "harness/actors/step_values.hpp"
#include "harness/diagnosis/examiner.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::diagnosis {

namespace {

namespace scn = scenario::v1;
using session::Channel;

// Numbers of virtual connections: one for each thing that is tried.
constexpr std::uint32_t kAnonymous = 1;
constexpr std::uint32_t kAuthenticated = 2;
constexpr std::uint32_t kEcho = 3;
constexpr std::uint32_t kSecondLook = 5;

std::string_view method_of(Channel channel) {
  return channel == Channel::in ? "RPC_IN_DATA" : "RPC_OUT_DATA";
}

/// An echo request with the body that Windows sends (fn 11 and 12).
scn::HttpExchange echo_request() {
  scn::HttpExchange step;
  step.mutable_request()->set_channel("in");
  step.mutable_request()->set_content_length("4");
  step.set_body_hex("f8e81808");
  return step;
}

bool is_empty(wire::ResponseHead const& head) {
  auto const length = wire::content_length(head.headers);
  return length && *length == std::uint64_t{0};
}

bool offers(wire::ResponseHead const& head, std::string_view scheme) {
  for (auto const& element : wire::list_elements(head.headers, "WWW-Authenticate")) {
    if (wire::iequals(element.substr(0, element.find(' ')), scheme)) {
      return true;
    }
  }
  return false;
}

}  // namespace

/// Until there is something to judge: a PDU, an error, the begin of a page, an end, or no time.
net::Task<> Examiner::await_answer(std::uint32_t vc, Channel channel, net::Deadline deadline) {
  auto const& leg = watch_.leg(vc, channel);
  auto const settled = [&leg] {
    if (leg.ended || leg.garbage || !leg.pdus.empty() || !leg.body.empty()) {
      return true;
    }
    return leg.answer && (leg.answer->status != 200 || is_empty(*leg.answer));
  };
  (void)co_await changed_.wait(settled, deadline);
}

net::Task<Symptom> Examiner::authenticate(net::Deadline deadline) {
  actors::ClientOptions options;
  options.target = target_;
  options.conduct.set_server(request_.service);
  options.seed = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  client_.emplace(executor_, options, recorder_, actors::CookieListener());
  auto step = echo_request();
  step.mutable_request()->set_anonymous(true);
  auto const done = co_await client_->http(kAnonymous, step, deadline);
  auto const& leg = watch_.leg(kAnonymous, Channel::in);
  if (!leg.answer && (leg.ended || leg.garbage)) {
    co_return refusal(leg);
  }
  if (!leg.answer) {
    left_out("a request without credentials was not answered" +
             (done ? std::string() : ": " + done.error().detail));
    co_return Symptom::none;
  }
  note_server(leg);
  auto const given = request_.target.auth != targets::Auth::none;
  if (leg.answer->status != 401) {
    say("without credentials: " + status_line(*leg.answer) +
        (given ? "; the credentials were not asked for" : ""));
    co_return Symptom::none;
  }
  auto const schemes = offered_schemes(*leg.answer);
  say("without credentials: 401; offered: " + (schemes.empty() ? "nothing" : schemes));
  if (!given) {
    co_return Symptom::credentials_missing;
  }
  if (!offers(*leg.answer, targets::to_string(request_.target.auth))) {
    co_return Symptom::scheme_not_offered;
  }
  co_return co_await authenticate_with(deadline);
}

net::Task<Symptom> Examiner::authenticate_with(net::Deadline deadline) {
  auto const scheme = std::string(targets::to_string(request_.target.auth));
  auto const step = echo_request();
  auto const done = co_await client_->http(kAuthenticated, step, deadline);
  auto const& leg = watch_.leg(kAuthenticated, Channel::in);
  if (leg.answer && leg.answer->status != 401) {
    say(scheme + " is taken");  // what else is wrong the next step says
    co_return Symptom::none;
  }
  if (!done) {
    say(done.error().detail);
  }
  co_return refusal(leg);
}

net::Task<Symptom> Examiner::echo(net::Deadline deadline) {
  for (auto const channel : {Channel::in, Channel::out}) {
    auto const found = co_await echo_on(channel, deadline);
    if (found == Symptom::silent) {
      auto const answers = co_await channel_answers(net::Deadline::in(request_.step_time));
      co_return answers ? Symptom::echo_taken_for_channel : Symptom::silent;
    }
    if (found != Symptom::none) {
      co_return found;
    }
  }
  co_return Symptom::none;
}

net::Task<Symptom> Examiner::echo_on(Channel channel, net::Deadline deadline) {
  scn::Echo step;
  step.set_method(std::string(method_of(channel)));
  auto const sent = co_await client_->echo(kEcho, step, deadline);
  if (sent) {
    co_await await_answer(kEcho, channel, deadline);
  }
  auto const& leg = watch_.leg(kEcho, channel);
  auto const method = std::string(method_of(channel));
  if (leg.pdu("Echo") != nullptr) {
    say(method + ": " + status_line(*leg.answer) + ", and the Echo RTS PDU");
    co_return Symptom::none;
  }
  say(method + " of 4 bytes:");
  if (!sent && !leg.answer && !leg.garbage) {
    say(sent.error().detail);
  }
  if (leg.answer && leg.answer->status == 200) {
    auto const* const type = wire::find_header(leg.answer->headers, "Content-Type");
    say(status_line(*leg.answer) +
        " without an Echo RTS PDU; Content-Type: " + (type == nullptr ? "none" : *type));
    co_return Symptom::echo_wrong;
  }
  co_return refusal(leg);
}

/// Whether an OUT channel is answered where an echo request is not.
net::Task<bool> Examiner::channel_answers(net::Deadline deadline) {
  (void)co_await start_channel(kSecondLook, Channel::out, deadline);
  co_await await_answer(kSecondLook, Channel::out, deadline);
  auto const& leg = watch_.leg(kSecondLook, Channel::out);
  auto const answers = leg.answer && leg.answer->status == 200;
  say(answers ? "an OUT channel is answered: " + status_line(*leg.answer)
              : std::string("an OUT channel is not answered either"));
  co_return answers;
}

}  // namespace rpchspec::diagnosis
