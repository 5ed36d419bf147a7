#include "reference_proxy/authentication.hpp"

#include <algorithm>

#include "protocol/wire/auth_challenge.hpp"
#include "protocol/wire/base64.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::proxy {
namespace {

constexpr std::string_view kNtlmSignature{"NTLMSSP\0", 8};  // MS-NLMP 2.2.1
constexpr std::uint8_t kNegTokenInit = 0x60;                // RFC 4178 4.2: [APPLICATION 0]

/// The client's first token, with which a handshake begins.
bool is_first(ByteView token) {
  auto const is_ntlm = as_text(token).starts_with(kNtlmSignature);
  return is_ntlm ? token.size() > 8 && token[8] == 1 : !token.empty() && token[0] == kNegTokenInit;
}

std::optional<AuthScheme> handshake_named(std::string_view name) {
  for (auto const scheme : {AuthScheme::ntlm, AuthScheme::negotiate}) {
    if (wire::iequals(name, to_string(scheme))) {
      return scheme;
    }
  }
  return std::nullopt;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string name_of(AuthScheme scheme, ProxyConfig const& config) {
  auto const name = std::string(to_string(scheme));
  return config.latitude.challenges == ChallengeForm::lower_case ? lower_case(name) : name;
}

}  // namespace

Authentication::Authentication(ProxyConfig const& config, std::string address)
    : config_(config), address_(std::move(address)) {}

Authentication::~Authentication() = default;

Identity Authentication::judge(wire::RequestHead const& head, Bytes const& channel_binding) {
  auto const* authorization = wire::find_header(head.headers, "Authorization");
  if (authorization == nullptr) {
    return {known_, {}};
  }
  auto const [name, token] = wire::split_credentials(*authorization);
  auto const scheme = handshake_named(name);
  if (!scheme || !config_.shared->acceptors.contains(*scheme)) {
    return {};
  }
  return take(*scheme, token, channel_binding);
}

Identity Authentication::take(AuthScheme scheme, std::string_view token, Bytes const& binding) {
  auto const bytes = wire::base64_decode(token);
  auto const first = bytes && is_first(*bytes);
  if (first && known_ && config_.defect == Defect::second_log_on_refused) {
    return {};
  }
  if (first) {
    begin(scheme, binding);
  } else if (!handshake_ && config_.defect == Defect::handshake_by_address) {
    handshake_ = config_.shared->handshakes[address_];
  }
  if (!bytes || !handshake_) {
    known_ = false;
    return {};
  }
  return answer(scheme, *bytes);
}

void Authentication::begin(AuthScheme scheme, Bytes const& binding) {
  auto const looks = config_.extended_protection != ExtendedProtection::off &&
                     config_.defect != Defect::channel_binding_ignored;
  handshake_ = std::make_shared<net::GssContext>(
      net::GssContext::acceptor(config_.shared->acceptors.at(scheme), looks ? binding : Bytes()));
  known_ = known_ && config_.defect == Defect::identity_outlives_log_on;
  if (config_.defect == Defect::handshake_by_address) {
    config_.shared->handshakes[address_] = handshake_;
  }
}

Identity Authentication::answer(AuthScheme scheme, ByteView token) {
  auto const step = handshake_->step(token);
  if (step && !step->complete) {
    known_ = known_ || config_.defect == Defect::first_leg_suffices;
    return {false, name_of(scheme, config_) + " " + wire::base64_encode(step->token)};
  }
  auto const fits = (step && is_protected()) || (!step && config_.defect == Defect::any_handshake);
  handshake_.reset();
  known_ = fits || (known_ && config_.defect == Defect::identity_outlives_log_on);
  return {fits, {}};
}

/// Where a channel binding is asked for, it was there: a wrong one has ended the handshake.
bool Authentication::is_protected() const {
  return config_.extended_protection != ExtendedProtection::require || handshake_->bound() ||
         config_.defect == Defect::channel_binding_ignored;
}

void Authentication::remember(wire::RequestHead const& head) {
  if (wire::find_header(head.headers, "Authorization") != nullptr) {
    had_credentials_ = true;
    config_.shared->let_in.insert(address_);
  }
}

bool Authentication::was_let_in() const {
  return (config_.defect == Defect::credentials_stay && had_credentials_) ||
         (config_.defect == Defect::credentials_by_address &&
          config_.shared->let_in.contains(address_));
}

std::vector<std::string> offered_challenges(ProxyConfig const& config) {
  std::vector<std::string> all;
  auto const form = config.latitude.challenges;
  if (form == ChallengeForm::unknown_first) {
    all = {"Nego2", R"(Bearer realm="mail, NTLM", error="invalid_token")"};
  }
  for (auto const scheme : config.schemes) {
    auto const basic = scheme == AuthScheme::basic;
    all.push_back(name_of(scheme, config) +
                  (basic ? " realm=\"" + config.realm + "\"" : std::string()));
    if (config.defect == Defect::one_scheme_offered) {
      break;
    }
  }
  if (form != ChallengeForm::one_list) {
    return all;
  }
  std::string list;
  for (auto const& each : all) {
    list += (list.empty() ? "" : ", ") + each;
  }
  return {list};
}

Result<std::map<AuthScheme, net::GssCredentials>> make_acceptors(ProxyConfig const& config) {
  std::map<AuthScheme, net::GssCredentials> acceptors;
  std::vector<net::GssUser> users;
  for (auto const& user : config.users) {
    users.push_back({user.name, user.password});
  }
  for (auto const scheme : config.schemes) {
    if (scheme == AuthScheme::basic) {
      continue;
    }
    auto const mechanism =
        scheme == AuthScheme::ntlm ? net::GssMechanism::ntlm : net::GssMechanism::negotiate;
    auto made = net::GssCredentials::acceptor(mechanism, users);
    if (!made) {
      return tl::unexpected(made.error());
    }
    acceptors.emplace(scheme, *std::move(made));
  }
  return acceptors;
}

}  // namespace rpchspec::proxy
