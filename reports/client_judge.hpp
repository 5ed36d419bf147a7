// What the monitors say of the clients that came to a fixture (`up --judge`).

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "journal/journal.pb.h"
#include "model/requirements.hpp"
#include "model/verdict.hpp"
#include "reports/client_monitor.hpp"

namespace rpchspec::reports {

/// The parameter of a journal that says what was forgotten there.
inline constexpr char const* kForgotten = "forgotten";

/// One cause, with the connections that showed it.
struct ClientFinding {
  model::Observation observation;
  std::string id;                          // as of any other finding
  std::vector<std::uint32_t> connections;  // the first 32
  std::uint32_t sightings = 0;
};

/// Bounded: forgets connections that have ended, and keeps the first 1000 findings.
class ClientJudge {
 public:
  /// @param requirements  outlives the judge.
  explicit ClientJudge(model::RequirementRegistry const& requirements);
  ClientJudge(ClientJudge const&) = delete;
  ClientJudge& operator=(ClientJudge const&) = delete;

  /// Also forgets findings, and what was judged, where the event says so (kForgotten).
  void on_event(journal::v1::Event const& event);

  [[nodiscard]] std::vector<ClientFinding> const& findings() const { return findings_; }

  /// A finding that breaks a MUST is there.
  [[nodiscard]] bool failed() const;

  /// One case a requirement of the client that a monitor can judge: skip where nothing to judge by
  /// it passed. In the order of the registry.
  [[nodiscard]] std::vector<model::CaseResult> cases() const;

 private:
  void clear();
  void track(journal::v1::Event const& event, ClientConnection& connection);
  void add(ClientObjection objection);
  [[nodiscard]] model::CaseResult case_of(model::Requirement const& requirement) const;

  model::RequirementRegistry const& requirements_;
  std::vector<std::unique_ptr<ClientMonitor>> monitors_;
  std::map<std::uint32_t, ClientConnection> connections_;
  std::set<std::uint32_t> half_closed_;  // one direction has ended
  std::map<std::string, std::uint64_t, std::less<>> judged_;
  std::vector<ClientFinding> findings_;
};

}  // namespace rpchspec::reports
