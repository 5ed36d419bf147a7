// What a run shows while it goes on.

#pragma once

#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "harness/engine/run.hpp"

namespace rpchspec::cli {

enum class ProgressForm {
  live,    // a block redrawn in place, five times a second
  plain,   // a line a case, and a heartbeat every 30 s
  silent,  // nothing but what keeps the run from starting
};

struct ProgressStyle {
  ProgressForm form = ProgressForm::plain;
  reports::Colour colour = reports::Colour::off;
  bool every_case = false;  // live: also those that pass
};

/// True when the file is a terminal that understands cursor movement.
[[nodiscard]] bool is_live_terminal(std::FILE* file);

/// On for a terminal, unless NO_COLOR is set and not empty.
[[nodiscard]] reports::Colour colour_of(std::FILE* file);

/// Writes to standard output; notes to standard error.
class Progress final : public engine::RunObserver {
 public:
  Progress(ProgressStyle style, model::RequirementRegistry const& registry);
  ~Progress() override;
  Progress(Progress const&) = delete;
  Progress& operator=(Progress const&) = delete;

  void on_estimate(reports::Estimate const& estimate) override;
  void on_case_started(std::string const& id) override;
  void on_case_finished(model::CaseResult const& result) override;
  void on_finding(model::Finding const& finding, std::string const& where) override;
  void on_note(std::string const& text) override;
  void on_writing() override;

  /// Takes the live block away; nothing is shown after that.
  void finish();

 private:
  void tick();
  [[nodiscard]] reports::LiveState state() const;
  void erase();
  void draw();
  void say(std::string const& text);

  ProgressStyle style_;
  model::RequirementRegistry const& registry_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  bool writing_ = false;
  std::map<model::Verdict, std::size_t> counts_;
  std::map<std::string, TimePoint> running_;
  std::size_t total_ = 0;
  double estimated_s_ = 0;
  TimePoint begun_ = Clock::now();
  std::size_t drawn_lines_ = 0;
  std::thread ticker_;
};

}  // namespace rpchspec::cli
