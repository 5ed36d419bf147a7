// `up --judge`: judges the clients of a fixture, and writes the reports when it leaves.

#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "harness/agent/message.hpp"
#include "model/requirements.hpp"
#include "reports/client_judge.hpp"

namespace rpchspec::agent {

struct JudgeOptions {
  std::filesystem::path out{};  // empty: no reports
  model::RequirementRegistry requirements{};
  std::string tool_version{};
  std::string suite{};
};

/// Single-threaded.
class Judge {
 public:
  explicit Judge(JudgeOptions options);

  /// Makes the folder, and a results.json that says "complete": false. io.
  [[nodiscard]] Result<void> open(std::vector<std::string> urls);

  void on_event(journal::v1::Event const& event) { judge_.on_event(event); }

  [[nodiscard]] api::Findings findings() const;

  void forget() { judge_.clear(); }

  [[nodiscard]] bool failed() const { return judge_.failed(); }

  /// Writes results.json and junit.xml. io.
  [[nodiscard]] Result<void> close();

  /// One line for the log: what was found.
  [[nodiscard]] std::string summary() const;

 private:
  [[nodiscard]] model::RunResult result() const;

  JudgeOptions options_;
  reports::ClientJudge judge_;
  model::RunResult begun_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace rpchspec::agent
