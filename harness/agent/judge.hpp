// `up --judge`: judges the clients of a fixture, and writes the reports when it leaves.

#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "harness/agent/message.hpp"
#include "harness/engine/ledger.hpp"
#include "model/requirements.hpp"
#include "reports/client_judge.hpp"

namespace rpchspec::agent {

struct JudgeOptions {
  std::filesystem::path out{};  // empty: no reports
  model::RequirementRegistry requirements{};
  std::string tool_version{};
  std::string suite{};
};

/// In the folder of the reports: all that passed, as far as it was written. Locked while its
/// fixture lives.
inline constexpr char const* kJudgeJournal = "journal";

/// The name of the target whose results a judge writes.
inline constexpr char const* kJudged = "clients";

/// Completes `run` with what the judge says, and writes its results.json and junit.xml. io.
[[nodiscard]] Result<void> write_reports(std::filesystem::path const& out,
                                         model::RunResult run,
                                         reports::ClientJudge const& judge);

/// Single-threaded.
class Judge {
 public:
  explicit Judge(JudgeOptions options);

  /// Makes the folder, and a results.json that says "complete": false. io; also where another
  /// fixture judges there.
  [[nodiscard]] Result<void> open(std::vector<std::string> urls);

  void on_event(journal::v1::Event const& event) { judge_.on_event(event); }

  [[nodiscard]] api::Findings findings() const;

  [[nodiscard]] bool failed() const { return judge_.failed(); }

  /// Writes results.json and junit.xml. io.
  [[nodiscard]] Result<void> close();

  /// One line for the log: what was found.
  [[nodiscard]] std::string summary() const;

 private:
  JudgeOptions options_;
  reports::ClientJudge judge_;
  model::RunResult begun_;
  engine::Ledger journal_;  // held only; the recorder writes it
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace rpchspec::agent
