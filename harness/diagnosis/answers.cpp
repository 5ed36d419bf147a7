// What the answers of a web server mean for RPC over HTTP.

#include <algorithm>

#include "harness/diagnosis/examiner.hpp"
#include "model/suggestion.hpp"
#include "protocol/wire/base64.hpp"
#include "protocol/wire/ee_info.hpp"
#include "protocol/wire/http_headers.hpp"
#include "protocol/wire/rpc_error.hpp"

namespace rpchspec::diagnosis {

namespace {

constexpr std::size_t kMostShown = 160;  // characters of a page

bool is_rpc_error(LegSeen const& leg) {
  return leg.answer->status == 503 && wire::parse_rpc_error_reason(leg.answer->reason).has_value();
}

/// The texts of a page, without its tags, as far as they fit a line.
std::string shown(std::string const& page) {
  std::string text;
  auto in_tag = false;
  for (auto const c : page) {
    auto const printable = static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
    if (c == '<' || c == '>') {
      in_tag = c == '<';
    }
    auto const visible = printable && !in_tag && c != '>' && c != ' ';
    if (visible) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  return text.substr(0, kMostShown);
}

/// "AAEC" of the reason phrase or of the body, in words; empty: there is none, or it is broken.
std::string extended_error(LegSeen const& leg) {
  auto const reason = wire::parse_rpc_error_reason(leg.answer->reason);
  auto base64 = reason ? reason->ee_info : std::nullopt;
  if (!base64) {
    auto const body = wire::parse_rpc_error_body(leg.body);
    base64 = body ? *body : std::nullopt;
  }
  auto const bytes = base64 ? wire::base64_decode(*base64) : Result<Bytes>(Bytes());
  auto const info = bytes ? wire::decode_ee_info(*bytes) : Result<wire::ExtendedErrorInfo>();
  return info && !info->records.empty() ? to_string(*info) : std::string();
}

/// OpenSSL's words for the alerts by which a server asks for a client certificate (TLS 1.3).
bool wants_certificate(std::string const& ending) {
  for (auto const* const alert : {"certificate required", "bad certificate", "unknown ca"}) {
    if (ending.find(alert) != std::string::npos) {
      return true;
    }
  }
  return false;
}

/// What the codes that proxies usually report mean (MS-ERREF 2.2).
std::string_view meaning_of(std::uint32_t rpc_error) {
  switch (rpc_error) {
    case 0x5:
      return "access is denied";
    case 0x6BA:
      return "the server is unavailable";
    case 0x6BB:
      return "the server is too busy";
    case 0x6BE:
      return "the call failed";
    case 0x6BF:
      return "the call failed and was not executed";
    case 0x6D9:
      return "no endpoint is registered there";
    default:
      return {};
  }
}

}  // namespace

std::string status_line(wire::ResponseHead const& head) {
  auto text = "HTTP/" + std::to_string(head.version / 10) + "." +
              std::to_string(head.version % 10) + " " + std::to_string(head.status);
  return head.reason.empty() ? text : text + " " + head.reason.substr(0, kMostShown);
}

Symptom symptom_of(LegSeen const& leg) {
  auto const page = [&leg](std::string_view words) {
    return leg.body.find(words) != std::string::npos;
  };
  auto const status = leg.answer->status;
  switch (status) {
    case 401:
      return Symptom::credentials_refused;
    case 403:
      return Symptom::forbidden;
    case 404:
      return page("404.13")  ? Symptom::length_refused
             : page("404.6") ? Symptom::method_refused
                             : Symptom::not_found;
    case 400:
    case 405:
    case 501:
      return Symptom::method_refused;
    case 411:
    case 413:
      return Symptom::length_refused;
    case 502:
    case 504:
      return Symptom::gateway_error;
    case 503:
      return is_rpc_error(leg) ? Symptom::rpc_error : Symptom::unavailable;
    default:
      return status / 100 == 3 ? Symptom::redirected : Symptom::other_status;
  }
}

std::string offered_schemes(wire::ResponseHead const& head) {
  std::vector<std::string> schemes;
  for (auto const& element : wire::list_elements(head.headers, "WWW-Authenticate")) {
    auto const scheme = std::string(element.substr(0, element.find(' ')));
    auto const is_parameter = scheme.find('=') != std::string::npos;
    if (!is_parameter && std::find(schemes.begin(), schemes.end(), scheme) == schemes.end()) {
      schemes.push_back(scheme);
    }
  }
  return model::join(schemes);
}

/// Says what came instead of a good answer, and what that means.
Symptom Examiner::refusal(LegSeen const& leg) {
  if (leg.answer && leg.answer->status != 200) {
    say(status_line(*leg.answer));
    auto const reason = wire::parse_rpc_error_reason(leg.answer->reason);
    if (auto const meaning = reason ? meaning_of(reason->code) : ""; !meaning.empty()) {
      say("RPC error: " + std::string(meaning));
    }
    if (auto const* const where = wire::find_header(leg.answer->headers, "Location")) {
      say("Location: " + where->substr(0, kMostShown));
    }
    if (auto const error = extended_error(leg); !error.empty()) {
      say("extended error information: " + error);
    } else if (auto const page = shown(leg.body); !page.empty()) {
      say("the page says: " + page);
    }
    note_server(leg);
    return symptom_of(leg);
  }
  if (leg.garbage) {
    say("what came back is no HTTP response");
    return Symptom::not_http;
  }
  if (leg.ended) {
    say("the connection was closed (" + leg.ending + ")");
    if (wants_certificate(leg.ending)) {
      return Symptom::client_certificate_wanted;
    }
    return leg.answer ? Symptom::channel_ended : Symptom::ended_unanswered;
  }
  say("no answer");
  return Symptom::silent;
}

}  // namespace rpchspec::diagnosis
