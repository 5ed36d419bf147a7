// Facts of a proxy that nobody stated, as far as the first cases of a run show them (design.md
// section 3: what can be probed is probed). A pure function of their journals.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "journal/journal.pb.h"
#include "model/verdict.hpp"

namespace rpchspec::reports {

/// What is known of the way to the proxy, and stands in no journal.
struct ProbedWay {
  bool plain = false;        // the proxy has an http URL
  bool tls = false;          // it has an https URL
  bool certificate = false;  // clients show one: without a password they are not anonymous yet
  std::string scheme{};      // that they log on with: "basic"; empty: they don't
};

/// Reads journals one after the other: of cases that passed, and of looks made for this.
///
/// Only what was seen counts: a value that two PDUs tell differently, or that may stand for another
/// one, is no fact.
class Probe {
 public:
  explicit Probe(ProbedWay way) : way_(std::move(way)) {}

  void on_event(journal::v1::Event const& event);

  /// What is known by now, by name.
  [[nodiscard]] std::vector<model::ProbedFact> facts() const;

 private:
  /// What one journal shows.
  struct Looked {
    bool has_credentials = false;
    bool over_tls = false;
    bool asks_for_timeout = false;  // MinConnTimeout: then CONN/A3 has the client's
    bool opened = false;            // CONN/C2 came
    bool server_reached = false;
    std::map<journal::v1::Leg, std::uint32_t> status;  // of the last final response
  };

  /// The values of a number, and what told each.
  struct Told {
    std::set<std::uint64_t> values;
    std::vector<std::string> by;
  };

  void on_head(journal::v1::Event const& event);
  void on_response(journal::v1::Event const& event);
  void on_pdu(journal::v1::Event const& event);
  void note(Told& told, std::string const& by, std::uint64_t value);
  void note_field(Told& told, journal::v1::Event const& event, std::string const& field);

  void add_connection_timeout(std::vector<model::ProbedFact>& to) const;
  void add_receive_window(std::vector<model::ProbedFact>& to) const;
  void add_channel_lifetime(std::vector<model::ProbedFact>& to) const;
  void add_allow_anonymous(std::vector<model::ProbedFact>& to) const;
  void add_auth(std::vector<model::ProbedFact>& to) const;
  void add_v1(std::vector<model::ProbedFact>& to) const;

  ProbedWay way_;
  std::vector<Looked> cases_;
  Told timeouts_;  // ms
  Told windows_;
  Told lifetimes_;
  std::set<std::string> offered_;  // schemes of 401s, in lower case
};

/// "receive_window=40KiB, v1=true": those that count; empty where none does.
[[nodiscard]] std::string probed_text(std::vector<model::ProbedFact> const& probed);

/// A line for each that is stated otherwise.
[[nodiscard]] std::vector<std::string> disagreements(std::vector<model::ProbedFact> const& probed);

}  // namespace rpchspec::reports
