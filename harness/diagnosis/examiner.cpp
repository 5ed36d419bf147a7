#include "harness/diagnosis/examiner.hpp"

#include "harness/engine/case_place.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::diagnosis {

Examiner::Examiner(net::Executor executor, Request const& request, Diagnosis& into)
    : executor_(executor),
      request_(request),
      into_(into),
      recorder_({Clock::now(), 0, {}}),
      changed_(executor),
      watch_(recorder_, changed_) {}

void Examiner::say(std::string line) {
  step_->seen.push_back(std::move(line));
}

void Examiner::left_out(std::string why) {
  step_->verdict = StepVerdict::left_out;
  say(std::move(why));
}

Examiner::Take Examiner::taking(StepName step) {
  switch (step) {
    case StepName::name:
      return &Examiner::resolve;
    case StepName::tcp:
      return &Examiner::connect;
    case StepName::tls:
      return &Examiner::handshake;
    case StepName::authentication:
      return &Examiner::authenticate;
    case StepName::echo:
      return &Examiner::echo;
    case StepName::out_channel:
      return &Examiner::open_out;
    case StepName::in_channel:
      return &Examiner::open_in;
    case StepName::conn:
      return &Examiner::negotiate;
    case StepName::bind:
      return &Examiner::bind;
    case StepName::call:
      return &Examiner::call;
  }
  return &Examiner::resolve;
}

/// Where the client goes, as who, and whom it trusts.
Result<void> Examiner::prepare() {
  auto const& target = request_.target;
  actors::Origin const origin{url().host, url().port, url().tls};
  target_.in = target_.out = origin;
  if (auto const& forward = request_.target.forward_proxy) {
    target_.forward_proxy = actors::Origin{forward->host, forward->port, false};
  }
  target_.path = url().path;
  target_.server_name = request_.server;
  target_.ports[request_.service] = request_.port;
  target_.resolve = target.resolve;
  target_.tls.server_name = target.sni;
  target_.tls.ca_file = target.ca_file;
  target_.tls.insecure = target.insecure;
  target_.tls.client_certificate_file = target.client_cert;
  target_.tls.client_key_file = target.client_key;
  if (target.auth != targets::Auth::none) {
    target_.credentials = engine::credentials_of(target);
  }
  if (!url().tls) {
    return {};
  }
  auto const usable = net::TlsContext::client(target_.tls);
  return usable ? Result<void>() : tl::unexpected(usable.error());
}

net::Task<Symptom> Examiner::take(Step& step) {
  step_ = &step;
  auto const begun = Clock::now();
  step.verdict = StepVerdict::well;
  auto const found = co_await (this->*taking(step.name))(net::Deadline::in(request_.step_time));
  step.took = Clock::now() - begun;
  if (found != Symptom::none) {
    step.verdict = StepVerdict::broke;
  }
  co_return found;
}

net::Task<> Examiner::run() {
  if (auto const ready = prepare(); !ready) {
    into_.could_not_run = to_string(ready.error());
    co_return;
  }
  for (auto& step : into_.steps) {
    into_.symptom = co_await take(step);
    if (into_.symptom != Symptom::none) {
      break;
    }
  }
  note_delay();
  into_.causes = likely_causes(into_.symptom, server_header_);
  if (client_) {
    co_await client_->leave();
    co_await client_->stop();
  }
}

/// A front that waits for more before it sends on what is small (FIELD-F19). One exchange of the
/// call is two ways through it; an echo request, which ends its response, waits for nothing.
void Examiner::note_delay() {
  constexpr std::chrono::milliseconds kNoticeable{100};
  auto const took = [this](StepName name) {
    return into_.steps.at(static_cast<std::size_t>(name)).took;
  };
  auto const echo = took(StepName::echo) / 2;
  auto const call = took(StepName::call);
  if (into_.symptom == Symptom::none && call > echo + kNoticeable) {
    auto const more = std::chrono::duration_cast<std::chrono::milliseconds>(call - echo).count();
    into_.warnings.push_back("a call takes " + std::to_string(more) +
                             " ms longer than an echo request: a front may hold small writes back "
                             "(FIELD-F19; HAProxy: option http-no-delay)");
  }
}

/// Who answers: what the head says of it, once.
void Examiner::note_server(LegSeen const& leg) {
  if (!leg.answer || !server_header_.empty()) {
    return;
  }
  for (auto const* const name : {"Server", "Via", "X-Powered-By"}) {
    for (auto const& value : wire::all_headers(leg.answer->headers, name)) {
      server_header_ += (server_header_.empty() ? "" : "; ") + std::string(name) + ": ";
      server_header_ += value;
    }
  }
  if (!server_header_.empty()) {
    say(server_header_);
  }
}

}  // namespace rpchspec::diagnosis
