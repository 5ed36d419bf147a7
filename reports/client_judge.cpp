#include "reports/client_judge.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "reports/findings.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::size_t kMostFindings = 1000;
constexpr std::size_t kMostConnections = 32;  // named by a finding
constexpr std::size_t kMostOpen = 65536;
constexpr std::uint64_t kLongestEcho = 16;  // bytes of body (2.1.2.1.5)

ClientRequestKind request_of(v1::Head const& head) {
  auto const& method = head.method();
  if (method == "RPC_CONNECT") {
    return ClientRequestKind::v1;
  }
  if (method != "RPC_IN_DATA" && method != "RPC_OUT_DATA") {
    return ClientRequestKind::other;
  }
  auto const length = content_length(head.text());
  if (length && *length <= kLongestEcho) {
    return ClientRequestKind::echo;
  }
  return method == "RPC_IN_DATA" ? ClientRequestKind::in_channel : ClientRequestKind::out_channel;
}

std::string leg_of(ClientConnection const& connection) {
  switch (connection.request) {
    case ClientRequestKind::in_channel:
      return "client.in";
    case ClientRequestKind::out_channel:
      return "client.out";
    case ClientRequestKind::v1:
      return "client.v1";
    case ClientRequestKind::none:
    case ClientRequestKind::echo:
    case ClientRequestKind::other:
      break;
  }
  return "client";
}

}  // namespace

void ClientMonitor::object(ClientSighting const& at,
                           std::string_view requirement,
                           ClientWords words) {
  ClientObjection objection;
  objection.requirement = requirement;
  objection.leg = leg_of(at.connection);
  objection.words = std::move(words);
  objection.at_ns = at.event.at_ns();
  objection.connection = at.connection.number;
  verdicts_.objection(std::move(objection));
}

std::vector<std::unique_ptr<ClientMonitor>> make_client_monitors() {
  std::vector<std::unique_ptr<ClientMonitor>> monitors;
  for (auto const make :
       {make_client_head_monitor, make_client_uri_monitor, make_client_certificate_monitor,
        make_client_body_monitor, make_client_opening_monitor, make_client_recycling_monitor,
        make_client_silence_monitor}) {
    monitors.push_back(make());
  }
  return monitors;
}

ClientJudge::ClientJudge(model::RequirementRegistry const& requirements)
    : requirements_(requirements), monitors_(make_client_monitors()) {
  for (auto const& monitor : monitors_) {
    ClientMonitor::Verdicts verdicts;
    verdicts.judged = [this](std::string_view requirement) {
      auto const known = judged_.find(requirement);
      known == judged_.end() ? judged_[std::string(requirement)] = 1 : ++known->second;
    };
    verdicts.objection = [this](ClientObjection objection) { add(std::move(objection)); };
    monitor->report_to(std::move(verdicts));
  }
}

void ClientJudge::track(v1::Event const& event, ClientConnection& connection) {
  if (event.virtual_connection() != 0) {
    connection.virtual_connection = event.virtual_connection();
  }
  if (event.has_tls()) {
    connection.over_tls = true;
    connection.shows_certificate = !event.tls().peer_subject().empty();
  } else if (event.has_head() && !event.head().response()) {
    connection.request = request_of(event.head());
    connection.content_length = content_length(event.head().text());
    connection.pdus = 0;
  } else if (event.has_pdu() && event.direction() == v1::RECEIVED) {
    ++connection.pdus;
  }
}

void ClientJudge::on_event(v1::Event const& event) {
  if (event.has_parameter() && event.parameter().name() == kForgotten) {
    clear();
    return;
  }
  if (event.has_parameter()) {
    for (auto const& monitor : monitors_) {
      monitor->on_parameter(event.parameter().name(), event.parameter().value());
    }
    return;
  }
  if (event.source() != v1::UPSTREAM || event.connection() == 0) {
    return;
  }
  auto const number = event.connection();
  if (event.has_opened() && connections_.size() < kMostOpen) {
    connections_[number].number = number;
  }
  auto const found = connections_.find(number);
  if (found == connections_.end()) {
    return;
  }
  track(event, found->second);
  ClientSighting const sighting{event, found->second};
  for (auto const& monitor : monitors_) {
    monitor->on_event(sighting);
  }
  if (event.has_ended()) {
    bool const both = event.direction() == v1::NO_DIRECTION || event.ended().ending() == v1::RST;
    if (both || !half_closed_.insert(number).second) {
      for (auto const& monitor : monitors_) {
        monitor->on_gone(found->second, event.at_ns());
      }
      half_closed_.erase(number);
      connections_.erase(found);
    }
  }
}

void ClientJudge::add(ClientObjection objection) {
  model::Observation observation;
  observation.requirement = objection.requirement;
  observation.level = requirements_.level(objection.requirement, "embedded");
  observation.outcome = model::Outcome::never;
  observation.kind = "client: " + objection.words.kind;
  observation.leg = std::move(objection.leg);
  observation.expected = std::move(objection.words.expected);
  observation.seen = std::move(objection.words.seen);
  observation.where =
      fmt::format("{}, connection {}", seconds_text(objection.at_ns), objection.connection);
  observation.from_monitor = true;
  auto const id = finding_id(observation);
  auto known = std::ranges::find(findings_, id, &ClientFinding::id);
  if (known == findings_.end()) {
    if (findings_.size() == kMostFindings) {
      return;
    }
    findings_.push_back({std::move(observation), id, {}, 0});
    known = findings_.end() - 1;
  }
  ++known->sightings;
  auto& connections = known->connections;
  if (connections.size() < kMostConnections &&
      std::ranges::find(connections, objection.connection) == connections.end()) {
    connections.push_back(objection.connection);
  }
}

bool ClientJudge::failed() const {
  return std::ranges::any_of(findings_, [](ClientFinding const& each) {
    auto const& observation = each.observation;
    return verdict_of(observation.outcome, observation.level) == model::Verdict::fail;
  });
}

void ClientJudge::clear() {
  findings_.clear();
  judged_.clear();
}

model::CaseResult ClientJudge::case_of(model::Requirement const& requirement) const {
  model::CaseResult result;
  result.id = "client/" + requirement.id;
  result.title = requirement.text;
  result.category = requirement.category;
  result.requirements = {requirement.id};
  for (auto const& finding : findings_) {
    if (finding.observation.requirement == requirement.id) {
      result.observations.push_back(finding.observation);
    }
  }
  auto const judged = judged_.find(requirement.id);
  if (result.observations.empty()) {
    result.verdict = judged == judged_.end() ? model::Verdict::skip : model::Verdict::pass;
    result.message = judged == judged_.end()
                         ? "no client sent anything that this could be judged by"
                         : fmt::format("judged {} times", judged->second);
    return result;
  }
  auto const& first = result.observations.front();
  result.verdict = verdict_of(result.observations, {});
  result.message =
      fmt::format("required: {} ({}) {}\nexpected: {}\nseen:     {}", requirement.id,
                  to_string(first.level), requirement.text, first.expected, first.seen);
  result.where = first.where;
  return result;
}

std::vector<model::CaseResult> ClientJudge::cases() const {
  std::set<std::string_view> judgeable;
  for (auto const& monitor : monitors_) {
    auto const ids = monitor->requirements();
    judgeable.insert(ids.begin(), ids.end());
  }
  std::vector<model::CaseResult> cases;
  for (auto const& requirement : requirements_.all()) {
    if (judgeable.contains(requirement.id)) {
      cases.push_back(case_of(requirement));
    }
  }
  return cases;
}

}  // namespace rpchspec::reports
