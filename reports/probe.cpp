#include "reports/probe.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "model/scalars.hpp"
#include "protocol/wire/auth_challenge.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using model::ProbedFact;

namespace {

constexpr std::uint64_t kShortestTimeout = 30'000;     // ms; a proxy does not load with less
constexpr std::uint64_t kLeastAnnounced = 120'000;     // ms, 2.2.3.5.3
constexpr std::uint64_t kLeastOutLength = 131'072;     // of a channel, 2.1.2.1.4; an echo has less
constexpr std::int64_t kNanosecondsInOne = 1'000'000;  // ms

/// "CONN/A3, CONN/B2 and CONN/C2".
std::string listed(std::vector<std::string> const& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  }
  return text;
}

bool is_told_by(std::vector<std::string> const& by, std::string_view pdu) {
  return std::find(by.begin(), by.end(), pdu) != by.end();
}

bool is_refused(std::uint32_t status) {
  return status == 401 || status == 403;
}

}  // namespace

void Probe::on_event(v1::Event const& event) {
  if (event.has_started()) {
    cases_.emplace_back();
  }
  if (cases_.empty()) {
    return;
  }
  auto& looked = cases_.back();
  if (event.source() == v1::SERVER && event.has_opened()) {
    looked.server_reached = true;
  } else if (event.source() == v1::CLIENT && event.has_tls()) {
    looked.over_tls = true;
  } else if (event.source() == v1::CLIENT && event.has_head()) {
    on_head(event);
  } else if (event.has_pdu() && event.direction() == v1::RECEIVED && event.pdu().error().empty()) {
    on_pdu(event);
  }
}

void Probe::on_head(v1::Event const& event) {
  auto const& head = event.head();
  if (head.response()) {
    on_response(event);
    return;
  }
  auto& looked = cases_.back();
  looked.has_credentials =
      looked.has_credentials || !values_of(head.text(), "Authorization").empty();
  looked.asks_for_timeout =
      looked.asks_for_timeout || to_lower(head.text()).find("minconntimeout") != std::string::npos;
}

void Probe::on_response(v1::Event const& event) {
  auto const& head = event.head();
  if (event.direction() != v1::RECEIVED || head.status() / 100 <= 1) {
    return;
  }
  cases_.back().status[event.leg()] = head.status();
  if (head.status() == 401) {
    for (auto const value : values_of(head.text(), "WWW-Authenticate")) {
      for (auto const& challenge : wire::parse_challenges(value)) {
        offered_.insert(to_lower(challenge.scheme));
      }
    }
  }
  auto const length = content_length(head.text());
  if (head.status() == 200 && event.leg() == v1::OUT && length.value_or(0) >= kLeastOutLength) {
    note(lifetimes_, "Content-Length of OUT", *length);
  }
}

void Probe::on_pdu(v1::Event const& event) {
  auto const name = pdu_name(event);
  auto& looked = cases_.back();
  if (event.source() == v1::SERVER && name == "CONN/A2") {
    note_field(windows_, event, "ReceiveWindowSize");
    note_field(lifetimes_, event, "ChannelLifetime");
  } else if (event.source() == v1::SERVER && name == "CONN/B2") {
    note_field(windows_, event, "ReceiveWindowSize");
    note_field(timeouts_, event, "ConnectionTimeout");
  } else if (event.source() == v1::CLIENT && name == "CONN/A3" && !looked.asks_for_timeout) {
    note_field(timeouts_, event, "ConnectionTimeout");
  } else if (event.source() == v1::CLIENT && name == "CONN/C2") {
    looked.opened = true;
    if (!looked.asks_for_timeout) {
      note_field(timeouts_, event, "ConnectionTimeout");
    }
  }
}

void Probe::note(Told& told, std::string const& by, std::uint64_t value) {
  told.values.insert(value);
  if (!is_told_by(told.by, by)) {
    told.by.push_back(by);
  }
}

void Probe::note_field(Told& told, v1::Event const& event, std::string const& field) {
  auto const name = pdu_name(event);
  auto const text = field_of(event.pdu(), name, field);
  if (auto const value = text ? number(*text) : std::nullopt) {
    note(told, name, *value);
  }
}

/// The outbound proxy's, where the inbound proxy's is the same. 120 s may be a shorter one, raised
/// to the least that the command carries (AMB-08): then nobody can tell.
void Probe::add_connection_timeout(std::vector<ProbedFact>& to) const {
  auto const& by = timeouts_.by;
  auto const both =
      is_told_by(by, "CONN/A3") && (is_told_by(by, "CONN/B2") || is_told_by(by, "CONN/C2"));
  if (timeouts_.values.size() != 1 || !both) {
    return;
  }
  auto const ms = *timeouts_.values.begin();
  if (ms >= kShortestTimeout && ms <= UINT32_MAX && ms != kLeastAnnounced) {
    to.push_back({"connection_timeout",
                  model::duration_text(static_cast<std::int64_t>(ms) * kNanosecondsInOne),
                  "ConnectionTimeout of " + listed(by),
                  {}});
  }
}

/// Of both proxies.
void Probe::add_receive_window(std::vector<ProbedFact>& to) const {
  auto const& by = windows_.by;
  if (windows_.values.size() == 1 && is_told_by(by, "CONN/A2") && is_told_by(by, "CONN/B2")) {
    to.push_back({"receive_window",
                  model::size_text(*windows_.values.begin()),
                  "ReceiveWindowSize of " + listed(by),
                  {}});
  }
}

void Probe::add_channel_lifetime(std::vector<ProbedFact>& to) const {
  auto const& [values, by] = lifetimes_;
  if (values.size() != 1 || *values.begin() > UINT32_MAX ||
      !is_told_by(by, "Content-Length of OUT")) {
    return;
  }
  auto words = by;
  for (auto& word : words) {
    word = word == "CONN/A2" ? "ChannelLifetime of CONN/A2" : word;
  }
  to.push_back({"channel_lifetime", model::size_text(*values.begin()), listed(words), {}});
}

/// On: anybody opens, by each URL that there is. Off: nobody does, and it can't be asked over plain
/// HTTP, which would have to be refused with credentials, too (PROD-AllowAnonymous-01).
void Probe::add_allow_anonymous(std::vector<ProbedFact>& to) const {
  std::set<bool> opened;   // over TLS?
  std::set<bool> refused;  // both requests, and the server heard nothing
  for (auto const& looked : cases_) {
    if (looked.has_credentials || way_.certificate) {
      continue;
    }
    auto const in = looked.status.find(v1::IN);
    auto const out = looked.status.find(v1::OUT);
    auto const end = looked.status.end();
    if (looked.opened) {
      opened.insert(looked.over_tls);
    } else if (!looked.server_reached && in != end && out != end && is_refused(in->second) &&
               is_refused(out->second)) {
      refused.insert(looked.over_tls);
    }
  }
  auto const everywhere =
      (!way_.plain || opened.contains(false)) && (!way_.tls || opened.contains(true));
  if (!opened.empty() && refused.empty() && everywhere) {
    to.push_back({"allow_anonymous", "true", "a client without credentials was let in", {}});
  } else if (opened.empty() && refused.contains(true) && !way_.plain) {
    to.push_back({"allow_anonymous", "false", "a client without credentials was refused", {}});
  }
}

/// Of the schemes that it offers the one that it was seen to take.
void Probe::add_auth(std::vector<ProbedFact>& to) const {
  auto const taken = std::any_of(cases_.begin(), cases_.end(), [](Looked const& looked) {
    return looked.has_credentials && looked.opened;
  });
  if (!way_.scheme.empty() && taken && offered_.contains(way_.scheme)) {
    to.push_back({"auth",
                  way_.scheme,
                  "a 401 offered " + listed({offered_.begin(), offered_.end()}) + ", and " +
                      way_.scheme + " was taken",
                  {}});
  }
}

void Probe::add_v1(std::vector<ProbedFact>& to) const {
  for (auto const& looked : cases_) {
    auto const answer = looked.status.find(v1::MIXED);
    if (answer != looked.status.end() && answer->second / 100 == 2 && looked.server_reached) {
      to.push_back({"v1", "true", fmt::format("RPC_CONNECT was answered {}", answer->second), {}});
      return;
    }
  }
}

std::vector<ProbedFact> Probe::facts() const {
  std::vector<ProbedFact> found;
  add_allow_anonymous(found);
  add_auth(found);
  add_channel_lifetime(found);
  add_connection_timeout(found);
  add_receive_window(found);
  add_v1(found);
  return found;
}

std::string probed_text(std::vector<ProbedFact> const& probed) {
  std::string text;
  for (auto const& each : probed) {
    if (each.stated.empty()) {
      text += fmt::format("{}{}={}", text.empty() ? "" : ", ", each.fact, each.value);
    }
  }
  return text;
}

std::vector<std::string> disagreements(std::vector<ProbedFact> const& probed) {
  std::vector<std::string> lines;
  for (auto const& each : probed) {
    if (!each.stated.empty()) {
      lines.push_back(fmt::format("{0}={1} is stated, and counts; the proxy shows {0}={2} ({3})",
                                  each.fact, each.stated, each.value, each.seen));
    }
  }
  return lines;
}

}  // namespace rpchspec::reports
