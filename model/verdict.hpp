// Verdicts and results as types (design.md section 4 and 5).

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::model {

/// In the order of results.json's summary.
enum class Verdict { pass, warn, fail, waived, skip, not_run, blocked, error };

[[nodiscard]] std::string_view to_string(Verdict verdict);  // "not-run"

enum class Level { must, should, may, product, not_applicable };

[[nodiscard]] std::string_view to_string(Level level);

/// What became of one expectation, or what a monitor says of one requirement.
enum class Outcome { held, late, never, blocked, informational };

/// One thing that a case says about one requirement.
struct Observation {
  std::string requirement;  // "RPCH-3.2.4.5.14-04"
  std::string led_by;       // the one that the finding is told by; empty: this one
  Level level = Level::must;
  Outcome outcome = Outcome::held;
  std::string kind;      // what sort of deviation: "not closed", "wrong value", "monitor:window"
  std::string leg;       // "client.out", "server.in", ...
  std::string expected;  // in words
  std::string seen;      // in words
  std::string where;     // "step 3 server.close, 2.104 s, connection 4"
  bool from_monitor = false;
};

/// What the proxy did where it may do one or another: never part of a verdict.
struct Choice {
  std::string subject;  // "client-address-order"
  std::string chosen;   // in words

  friend bool operator==(Choice const&, Choice const&) = default;
};

/// What `judge` says of one case.
struct CaseResult {
  std::string id;
  std::string title;
  std::string category;
  Verdict verdict = Verdict::not_run;
  bool suspect = false;
  double duration_s = 0;
  std::vector<std::string> requirements;  // for a failing case those that it broke come first
  std::string message;  // one line; for a failure "required / expected / seen" joined by newlines
  std::string where;
  std::string rerun;  // the command that repeats only this case
  std::vector<Observation> observations;
  std::vector<Choice> choices;
  std::string configuration;  // of the target, where it has several; empty: its first
  double started_s = 0;       // since the run began; 0 too where it was not executed
  std::map<Verdict, std::size_t> repetitions;  // --repeat: how often which; empty: it ran once
  std::uint32_t repetition = 0;  // the one that all this is said of, from 1; 0: it ran once
};

/// One cause with all its sightings: same requirement, kind, leg and what was seen.
struct Finding {
  std::string id;  // stable: hash of the signature, "f-1a2b3c4d"
  std::string requirement;
  std::vector<std::string> also;  // what else the same expectation cites, and so is broken, too
  Level level = Level::must;
  std::string kind;
  std::string leg;
  std::string expected;
  std::string seen;
  std::vector<std::string> cases;
  std::string rerun;
  bool waived = false;
};

/// One requirement over all cases.
struct RequirementResult {
  std::string id;
  Level level = Level::must;
  Verdict verdict = Verdict::not_run;
  std::vector<std::string> cases;
};

/// One choice over all cases; another one about the same subject is another entry.
struct ChoiceResult {
  std::string subject;
  std::string what;        // the subject in words
  std::string allowed_by;  // "AMB-01", "2.2.3.5.1": what leaves it to the proxy
  std::string chosen;
  std::size_t cases = 0;  // that show it
  std::string example;    // id of one of them
};

/// A fact of the target that was read off the first cases of the run.
struct ProbedFact {
  std::string fact;    // "receive_window"
  std::string value;   // as it would be stated
  std::string seen;    // in words: what told it
  std::string stated;  // another value, which counts instead; empty: nothing was stated

  friend bool operator==(ProbedFact const&, ProbedFact const&) = default;
};

struct TargetSummary {
  std::string name;
  std::vector<std::string> urls;
  std::string topology;
  std::map<std::string, std::string> facts;  // that the run went by: stated ones and probed ones
  std::vector<ProbedFact> probed{};
};

/// Which part of a selection a run is.
struct ShardSummary {
  std::uint32_t index = 1;   // from 1
  std::uint32_t count = 1;   // 1: it is no part, and the rest is not told
  std::size_t selected = 0;  // cases of the whole selection
  std::string selection;     // digest of their ids: the same in every shard of one run
};

/// Everything results.json says.
struct RunResult {
  bool complete = false;
  std::string tool_version;
  std::string suite;
  std::string started;  // RFC 3339, UTC
  double duration_s = 0;
  std::uint64_t seed = 0;
  TargetSummary target;
  ShardSummary shard;
  std::map<Verdict, std::size_t> summary;
  std::vector<Finding> findings;
  std::vector<CaseResult> cases;
  std::vector<RequirementResult> requirements;
  std::vector<ChoiceResult> choices;
};

}  // namespace rpchspec::model
