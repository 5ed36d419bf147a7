#include "harness/actors/log_on.hpp"

#include "protocol/wire/base64.hpp"

namespace rpchspec::actors {

LogOn::LogOn(std::string scheme, net::GssContext context)
    : scheme_(std::move(scheme)), context_(std::move(context)) {}

Result<LogOn> LogOn::begin(Credentials const& credentials, std::string const& host, Bytes binding) {
  auto const mechanism = credentials.handshake.value_or(net::GssMechanism::ntlm);
  auto const own = net::GssCredentials::initiator(
      mechanism, net::GssUser{credentials.user, credentials.password});
  if (!own) {
    return tl::unexpected(own.error());
  }
  return LogOn(mechanism == net::GssMechanism::ntlm ? "NTLM" : "Negotiate",
               net::GssContext::initiator(*own, "HTTP@" + host, std::move(binding)));
}

Result<std::string> LogOn::first() {
  return step({});
}

Result<std::string> LogOn::answer(std::vector<wire::AuthChallenge> const& challenges) {
  auto const* challenge = wire::find_challenge(challenges, scheme_);
  auto const bytes = wire::base64_decode(challenge == nullptr ? "" : challenge->token);
  if (challenge == nullptr || !bytes || bytes->empty()) {
    return fail({ErrorCode::unexpected, 0, "WWW-Authenticate", "MS-NTHT 2.2.1",
                 challenge == nullptr ? "the proxy offers no " + scheme_
                                      : "the proxy answered the first leg of " + scheme_ +
                                            " without a challenge in base64"});
  }
  return step(*bytes);
}

Result<std::string> LogOn::step(ByteView token) {
  auto const made = context_.step(token);
  if (!made) {
    return tl::unexpected(made.error());
  }
  return scheme_ + " " + wire::base64_encode(made->token);
}

}  // namespace rpchspec::actors
