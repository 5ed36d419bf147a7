#include "harness/cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "harness/cli/inert.hpp"
#include "harness/cli/standard_output.hpp"

namespace rpchspec::cli {

namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::chrono::milliseconds kHeartbeat{30'000};
constexpr std::chrono::milliseconds kHeartbeatInWriting{5'000};

std::size_t terminal_columns() {
  winsize size{};
  auto const known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20;
  return known ? size.ws_col : 80;
}

double seconds_since(TimePoint when) {
  return std::chrono::duration<double>(Clock::now() - when).count();
}

}  // namespace

bool is_live_terminal(std::FILE* file) {
  char const* const term = std::getenv("TERM");
  return isatty(fileno(file)) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

reports::Colour colour_of(std::FILE* file) {
  char const* const no_color = std::getenv("NO_COLOR");
  auto const refused = no_color != nullptr && *no_color != '\0';
  return is_live_terminal(file) && !refused ? reports::Colour::on : reports::Colour::off;
}

Progress::Progress(ProgressStyle style, model::RequirementRegistry const& registry)
    : style_(style), registry_(registry) {
  if (style_.form != ProgressForm::silent) {
    ticker_ = std::thread([this] { tick(); });
  }
}

Progress::~Progress() {
  finish();
}

void Progress::finish() {
  {
    std::lock_guard const lock(mutex_);
    if (!finished_) {
      erase();
    }
    finished_ = true;
  }
  changed_.notify_all();
  if (ticker_.joinable()) {
    ticker_.join();
  }
}

void Progress::tick() {
  auto const live = style_.form == ProgressForm::live;
  std::unique_lock lock(mutex_);
  while (!finished_) {
    auto const writing = writing_;
    auto const pause = live ? kRedraw : writing ? kHeartbeatInWriting : kHeartbeat;
    if (changed_.wait_for(lock, pause, [&] { return finished_ || writing_ != writing; })) {
      continue;
    }
    if (live) {
      erase();
      draw();
    } else if (total_ != 0) {
      put(reports::heartbeat(state()));
    }
    std::fflush(stdout);
  }
}

reports::LiveState Progress::state() const {
  reports::LiveState state;
  state.counts = counts_;
  state.total = total_;
  state.elapsed_s = seconds_since(begun_);
  state.left_s = writing_ ? 0 : std::max(0.0, estimated_s_ - state.elapsed_s);
  state.writing = writing_;
  for (auto const& [id, since] : running_) {
    state.running.push_back({id, seconds_since(since)});
  }
  std::sort(state.running.begin(), state.running.end(),
            [](auto const& a, auto const& b) { return a.for_s > b.for_s; });
  return state;
}

void Progress::erase() {
  if (drawn_lines_ != 0) {
    put(fmt::format("\x1b[{}A\x1b[J", drawn_lines_));
    drawn_lines_ = 0;
  }
}

void Progress::draw() {
  if (total_ == 0) {
    return;
  }
  auto const block = reports::live_block(state(), style_.colour, terminal_columns());
  drawn_lines_ = static_cast<std::size_t>(std::count(block.begin(), block.end(), '\n'));
  put(block);
}

void Progress::say(std::string const& text) {
  if (style_.form == ProgressForm::silent) {
    return;
  }
  erase();
  put(inert(text) + (text.ends_with('\n') ? "" : "\n"));
  if (style_.form == ProgressForm::live) {
    draw();
  }
  std::fflush(stdout);
}

void Progress::on_estimate(reports::Estimate const& estimate) {
  std::lock_guard const lock(mutex_);
  total_ = estimate.cases;
  estimated_s_ = estimate.seconds;
  say(reports::estimate_text(estimate));
}

void Progress::on_case_started(std::string const& id) {
  std::lock_guard const lock(mutex_);
  running_[id] = Clock::now();
}

void Progress::on_case_finished(model::CaseResult const& result) {
  std::lock_guard const lock(mutex_);
  running_.erase(result.id);
  ++counts_[result.verdict];
  if (style_.form == ProgressForm::plain || style_.every_case) {
    say(reports::progress_line(result, style_.colour));
  }
}

void Progress::on_finding(model::Finding const& finding, std::string const& where) {
  std::lock_guard const lock(mutex_);
  auto const* requirement = registry_.find(finding.requirement);
  say(reports::finding_block(finding, requirement == nullptr ? "" : requirement->text, where,
                             style_.colour));
}

void Progress::on_note(std::string const& text) {
  std::lock_guard const lock(mutex_);
  erase();
  std::fflush(stdout);
  fmt::print(stderr, "rpchspec: {}\n", inert(text));
}

void Progress::on_writing() {
  {
    std::lock_guard const lock(mutex_);
    writing_ = true;
  }
  changed_.notify_all();
}

}  // namespace rpchspec::cli
