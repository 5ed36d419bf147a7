// The client actor's NTLM and Negotiate: the legs that go before a request.

#include <algorithm>

#include "harness/actors/client.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::actors {
namespace {

/// Whether the step says itself what stands in Authorization.
bool has_authorization(scn::Request const& step) {
  auto const is_it = [](scn::Header const& header) {
    return wire::iequals(header.name(), "Authorization");
  };
  return std::any_of(step.headers().begin(), step.headers().end(), is_it);
}

Bytes channel_binding(net::TlsSummary const& tls, scn::Client::Binding wanted) {
  auto binding = wanted == scn::Client::NONE ? Bytes() : tls.channel_binding;
  if (wanted == scn::Client::WRONG && !binding.empty()) {
    binding.back() ^= 0xFF;
  }
  return binding;
}

}  // namespace

Result<LogOn> Client::begin_log_on(HttpChannel& on,
                                   RequestSetting const& setting,
                                   scn::Request const& step) const {
  return LogOn::begin(
      credentials_of(setting, step), origin_of(setting).host,
      channel_binding(on.leg().stream().tls_summary(), options_.conduct.channel_binding()));
}

net::Task<Result<std::string>> Client::authorization(std::shared_ptr<HttpChannel> on,
                                                     RequestSetting setting,
                                                     scn::Request step,
                                                     net::Deadline deadline) {
  auto const credentials = credentials_of(setting, step);
  auto const needless = credentials.user.empty() || !credentials.handshake ||
                        has_authorization(step) || !step.raw().empty();
  if (needless || (step.log_on() == scn::Request::WHERE_NEEDED && on->logged_on())) {
    co_return std::string();
  }
  if (step.log_on() == scn::Request::ANSWER) {
    auto const begun = half_log_ons_.find({setting.virtual_connection, setting.channel});
    if (begun == half_log_ons_.end()) {
      co_return fail(
          {ErrorCode::unexpected, 0, "log_on", "", "no request with `log_on: first-leg` before"});
    }
    on->note_log_on();
    co_return begun->second.answer(setting.challenges);
  }
  if (step.log_on() == scn::Request::FIRST_LEG) {
    auto begun = begin_log_on(*on, setting, step);
    if (!begun) {
      co_return tl::unexpected(begun.error());
    }
    auto const at = std::pair(setting.virtual_connection, setting.channel);
    auto const kept = half_log_ons_.insert_or_assign(at, *std::move(begun)).first;
    co_return kept->second.first();
  }
  co_return co_await log_on(std::move(on), std::move(setting), std::move(step), deadline);
}

/// All legs but the last. As Windows does it: the first has no body, the last is the request.
net::Task<Result<std::string>> Client::log_on(std::shared_ptr<HttpChannel> on,
                                              RequestSetting setting,
                                              scn::Request step,
                                              net::Deadline deadline) {
  auto begun = begin_log_on(*on, setting, step);
  if (!begun) {
    co_return tl::unexpected(begun.error());
  }
  auto first = begun->first();
  if (!first) {
    co_return first;
  }
  setting.authorization = *std::move(first);
  scn::Request leg;  // whatever is odd about the step's own request comes after the log-on
  leg.set_content_length("0");
  leg.set_user(step.user());
  leg.set_password(step.password());
  auto head = request_head(setting, leg);
  if (auto* tap = on->leg().stream().tap()) {
    tap->log_on_leg();
  }
  on->request_sent();
  auto const written = co_await write_to(on, std::move(head), net::Pieces(), deadline);
  if (!written) {
    co_return tl::unexpected(written.error());
  }
  auto const over = [&on] { return on->idle() || on->ended(); };
  (void)co_await changed_.wait(over, deadline);
  if (!on->may_be_reused()) {
    co_return fail({over() ? ErrorCode::io : ErrorCode::deadline, 0, "", "MS-NTHT",
                    over() ? "the connection ended behind the first leg of a log-on"
                           : "the first leg of a log-on was not answered"});
  }
  if (!on->refused()) {
    co_return std::string();  // nobody asks for credentials
  }
  auto answer = begun->answer(on->challenges());
  if (answer) {
    on->note_log_on();
  }
  co_return answer;
}

}  // namespace rpchspec::actors
