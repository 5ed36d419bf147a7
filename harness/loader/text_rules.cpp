#include "harness/loader/text_rules.hpp"

#include <algorithm>

#include "harness/loader/names.hpp"
#include "harness/loader/scenario_words.hpp"
#include "harness/loader/sugar_table.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

constexpr std::size_t kMostToSpell = 12;  // words in a sentence

constexpr std::string_view kServices = "store referral address-book mapper";
constexpr std::string_view kAlwaysThere = "store referral address-book";  // unless they are closed
constexpr std::string_view kChannels = "in out";
constexpr std::string_view kChannelsAndV1 = "in out v1";
constexpr std::string_view kBoth = "in out both";
constexpr std::string_view kBothAndV1 = "in out both v1";
constexpr std::string_view kVersions = "1.0 1.1";
constexpr std::string_view kEchoes = "RPC_IN_DATA RPC_OUT_DATA";
constexpr std::string_view kSequences = "r1 r2";
constexpr std::string_view kOfClientsRecycle = "client.recycle";
constexpr std::string_view kRtsPdu = "the name of an RTS PDU in MS-RPCH 2.2.4";
constexpr std::string_view kAnyPdu =
    "the name of an RTS PDU in MS-RPCH 2.2.4, a DCE/RPC type, rpc, rts or any";
// What session::Client and session::Server withhold.
constexpr std::string_view kHeldByClient =
    "IN_R1/A5 IN_R2/A5 OUT_R1/A3 OUT_R2/A3 OUT_R1/A7 OUT_R2/A7 OUT_R1/A11 OUT_R2/C1";
constexpr std::string_view kHeldByServer =
    "CONN/C1 CONN/B3 FlowControlAck IN_R1/A3 IN_R2/A3 IN_R1/B2 OUT_R2/A1 OUT_R1/A5 OUT_R2/A5 "
    "OUT_R1/A9 OUT_R2/B1 OUT_R2/B2";
constexpr std::string_view kReleasedByServer =
    "CONN/C1 CONN/B3 FlowControlAck IN_R1/A3 IN_R2/A3 IN_R1/B2 OUT_R2/A1 OUT_R1/A5 OUT_R2/A5 "
    "OUT_R1/A9 OUT_R2/B1 OUT_R2/B2 legacy-response";

TextRule any(std::string_view field) {
  return {field};
}

TextRule one_of(std::string_view field, std::string_view words, TextForm const* form = nullptr) {
  return {field, words, nullptr, form};
}

TextRule listed(std::string_view field,
                std::vector<std::string> const& (*list)(),
                std::string_view called = {}) {
  return {field, {}, list, nullptr, called};
}

TextRule formed(std::string_view field, TextForm const& form) {
  return {field, {}, nullptr, &form};
}

TextRule elsewhere(std::string_view field, std::string_view instead) {
  return {field, {}, nullptr, nullptr, {}, instead};
}

std::vector<TextRule> rules_of_actors() {
  return {
      one_of("Client.server", kServices),
      one_of("Client.tls_version", "1.2 1.3"),
      one_of("Client.in_sequence", kSequences),
      one_of("Client.out_sequence", "r1 r2 none"),
      one_of("Client.hold", kHeldByClient),
      one_of("Client.forward_proxy", "origin-form absolute-form"),
      any("Client.min_conn_timeout"),  // also what no proxy takes
      any("Client.user"),
      any("Client.password"),
      any("Client.server_name"),
      any("Client.path"),
      one_of("Client.named_by", "host_name netbios_name capitals mixed_letters"),
      any("Header.name"),  // also what is none
      any("Header.value"),
      one_of("Server.hold", kHeldByServer),
      one_of("Server.closed_ports", kAlwaysThere),
      one_of("Server.ack_policy", "half every never"),
      formed("ProxyNeeds.valid_ports", kValidPortsForm),
      one_of("ProxyNeeds.answers", "garbage two-lengths never"),
      one_of("ProxyNeeds.continues", "at-once late never"),
      one_of("ProxyNeeds.alpn", "h2 http/1.1"),
  };
}

std::vector<TextRule> rules_of_requests() {
  return {
      one_of("Request.channel", kChannelsAndV1),
      one_of("client_http.channel", kChannels),
      any("Request.method"),  // also what is none
      any("Request.path"),
      any("Request.query"),
      one_of("Request.http_version", kVersions),
      one_of("Request.content_length", "absent", &kDigitsForm),
      formed("Request.omit", kHeaderNameForm),
      any("Request.raw"),
      formed("Request.split", kPieceForm),
      any("Request.prefix"),
      any("Request.user"),
      any("Request.password"),
      one_of("Echo.method", kEchoes),
      formed("Echo.body_hex", kHexForm),
      one_of("Echo.http_version", kVersions),
      one_of("Echo.channel", kChannels),
      any("Echo.path"),
      any("Echo.query"),
      formed("HttpExchange.body_hex", kHexForm),
  };
}

std::vector<TextRule> rules_of_steps() {
  return {
      any("Step.label"),
      any("Step.by"),  // a requirement: see lint.cpp
      one_of("Connect.channel", kBoth),
      one_of("client_recycle.channel", kChannels),
      one_of("server_recycle.channel", "out"),
      one_of("Recycle.sequence", kSequences),
      elsewhere("server_recycle.sequence", kOfClientsRecycle),
      one_of("Recycle.predecessor", "right wrong stale"),
      elsewhere("server_recycle.predecessor", kOfClientsRecycle),
      one_of("client_release.pdu", kHeldByClient),
      one_of("server_release.pdu", kReleasedByServer),
      one_of("Open.server", kServices),
      one_of("Open.order", "out-first in-first"),
      formed("Open.version", kNumberForm),
      one_of("Open.dialect", "v1 v2"),
      one_of("Send.channel", kChannelsAndV1),
      listed("Send.pdu", rts_names, kRtsPdu),
      formed("Send.hex", kHexForm),
      listed("Send.ptype", rpc_type_names),
      formed("Send.append_hex", kHexForm),
      one_of("client_close.channel", kBothAndV1),
      one_of("server_close.channel", kBoth),
      elsewhere("client_close.leg", "server.close; client.close has 'channel'"),
      one_of("server_close.leg", kBothAndV1),
      one_of("Reading.channel", kBothAndV1),
      formed("Ack.bytes_received", kReceivedForm),
      formed("Ack.available_window", kWindowForm),
      one_of("Ack.cookie", "right wrong virtual-connection first-connection"),
      one_of("Ack.destination", "FDClient FDInProxy FDServer FDOutProxy none", &kNumberForm),
      one_of("Ack.channel", kChannels),
      listed("Call.operation", operations),
      any("Release.fault"),  // and what faults say: see lint_play.cpp
      any("Fault.name"),
      any("Fault.leg"),
      any("Fault.end"),
      any("Fault.hold"),
      any("Fault.drop"),
      any("Fault.repeat"),
      any("Fault.wrong_cookie"),
      any("Fault.defect"),
      any("Count.pdu"),
  };
}

std::vector<TextRule> rules_of_expectations() {
  return {
      listed("Expectation.subject", subjects),
      any("Expectation.since"),  // a label: see lint.cpp
      any("Expectation.by"),     // a requirement: see lint.cpp
      any("Expectation.note"),
      one_of("Closed.how", "fin rst tls-close tls-truncated"),
      formed("Response.status", kStatusForm),
      any("Response.reason"),
      one_of("Response.http_version", kVersions),
      formed("Response.absent", kHeaderNameForm),
      formed("Response.rpc_error", kHexGlobForm),
      formed("Response.body_hex", kHexForm),
      one_of("Response.challenges", "basic ntlm negotiate digest bearer"),
      listed("Receives.pdu", pdu_names, kAnyPdu),
      listed("ReceivesNot.pdu", pdu_names, kAnyPdu),
      one_of("Connected.service", kServices),
      one_of("NotConnected.service", kServices),
      any("RequestHead.method"),
      any("RequestHead.target"),
      any("RequestHead.content_length"),
      formed("RequestHead.absent", kHeaderNameForm),
      any("FaultAnswer.status"),  // a number, a name, or a glob on either
      listed("FaultAnswer.operation", operations),
  };
}

/// Those that lint.cpp looks at with what it knows of ids, requirements and set-ups.
std::vector<TextRule> rules_of_scenarios() {
  return {any("Scenario.id"),
          any("Scenario.title"),
          any("Scenario.since"),
          any("Scenario.why"),
          any("Scenario.given"),
          any("Scenario.needs"),
          listed("Scenario.monitors_off", monitor_names)};
}

std::vector<TextRule> const& table() {
  static std::vector<TextRule> const kTable = [] {
    std::vector<TextRule> all;
    for (auto const& part : {rules_of_scenarios(), rules_of_actors(), rules_of_requests(),
                             rules_of_steps(), rules_of_expectations()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kTable;
}

TextRule const* find_rule(std::string const& field) {
  auto const found = std::find_if(table().begin(), table().end(),
                                  [&](TextRule const& rule) { return rule.field == field; });
  return found == table().end() ? nullptr : &*found;
}

std::vector<std::string> words_of(TextRule const& rule) {
  if (rule.list != nullptr) {
    return rule.list();
  }
  std::vector<std::string> words;
  auto rest = rule.words;
  while (!rest.empty()) {
    auto const end = std::min(rest.find(' '), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return words;
}

/// "in, out or v1", "absent or digits"; empty where the words are too many to spell.
std::string wanted(std::vector<std::string> words, TextForm const* form) {
  if (words.size() > kMostToSpell) {
    return {};
  }
  if (form != nullptr) {
    words.emplace_back(form->wants);
  }
  auto const last = words.back();
  words.pop_back();
  return words.empty() ? last : model::join(words) + " or " + last;
}

}  // namespace

TextRule const* text_rule(google::protobuf::FieldDescriptor const& field, std::string_view action) {
  auto const* in_step = find_rule(std::string(action) + "." + field.name());
  return in_step ? in_step : find_rule(field.containing_type()->name() + "." + field.name());
}

std::string wrong_text(TextRule const& rule, std::string_view field, std::string const& text) {
  auto const quoted = "'" + std::string(field) + "'";
  if (!rule.instead.empty()) {
    return quoted + " belongs to " + std::string(rule.instead);
  }
  auto const words = words_of(rule);
  auto const fits = (words.empty() && rule.form == nullptr) || contains(words, text) ||
                    (rule.form != nullptr && rule.form->fits(text));
  if (text.empty() || fits) {
    return {};
  }
  auto const wants = wanted(words, rule.form);
  auto const near = model::nearest(text, words);
  if (wants.empty() || (near.empty() && rule.form == nullptr)) {
    auto const hint = model::suggestion(text, words);
    return quoted + " cannot be '" + text + "'" +
           (hint.empty() && !rule.called.empty() ? "; it is " + std::string(rule.called) : hint);
  }
  return quoted + " wants " + wants + ", got '" + text + "'" +
         (near.empty() ? "" : "; did you mean '" + near + "'?");
}

}  // namespace rpchspec::loader
