#include "reports/terminal.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/terminal_paint.hpp"

namespace rpchspec::reports {

using model::CaseResult;
using model::Verdict;

namespace {

std::size_t done(LiveState const& state) {
  std::size_t sum = 0;
  for (auto const& entry : state.counts) {
    sum += entry.second;
  }
  return sum;
}

std::string cut(std::string text, std::size_t columns) {
  if (columns != 0 && text.size() > columns) {
    text.resize(columns > 3 ? columns - 3 : columns);
    text += columns > 3 ? "..." : "";
  }
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  if (!(seconds > 0)) {
    return "0 s";
  }
  if (seconds < 0.1) {
    return fmt::format("{:.0f} ms", std::max(1.0, seconds * 1000));
  }
  if (seconds < 1) {
    return fmt::format("{:.2f} s", seconds);
  }
  if (seconds < 59.95) {
    return fmt::format("{:.1f} s", seconds);
  }
  auto const whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) {
    return whole % 60 == 0 ? fmt::format("{} min", whole / 60)
                           : fmt::format("{} min {} s", whole / 60, whole % 60);
  }
  auto const minutes = (whole + 30) / 60;
  return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60)
                           : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string size_text(std::uint64_t bytes) {
  constexpr char const* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit < 4) {
    value /= 1024;
    ++unit;
  }
  return value < 10 && unit != 0 && value != std::floor(value)
             ? fmt::format("{:.1f} {}", value, kUnits[unit])
             : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string estimate_text(Estimate const& estimate) {
  auto const first =
      estimate.embedded
          ? std::string("Testing the embedded reference proxy, because no target is given.")
          : fmt::format("Testing {}.", harmless(estimate.target));
  auto const alone = estimate.alone == 0 ? std::string()
                                         : fmt::format(", {} of them alone ({})", estimate.alone,
                                                       duration_text(estimate.alone_seconds));
  return fmt::format("{}\n{} case{}, about {}, {}, {} at a time{}\n", first, estimate.cases,
                     estimate.cases == 1 ? "" : "s", duration_text(estimate.seconds),
                     size_text(estimate.bytes), estimate.jobs, alone);
}

std::string progress_line(CaseResult const& result, Colour colour) {
  auto const word = fmt::format("{:<8}", upper(model::to_string(result.verdict)));
  auto text = fmt::format("{} {}  {}", painted(word, code_of(result.verdict), colour), result.id,
                          duration_text(result.duration_s));
  if (result.suspect) {
    text += "  (suspect)";
  }
  if (result.verdict != Verdict::pass && result.verdict != Verdict::fail &&
      !result.message.empty()) {
    text += "  " + first_line(result.message);
  }
  return text + "\n";
}

std::string live_block(LiveState const& state,
                       Colour colour,
                       std::size_t columns,
                       std::size_t rows) {
  // Colour makes a line longer than it looks, so it is cut before it is painted.
  auto counts =
      fmt::format("{}/{}  {}", done(state), state.total, counts_text(state.counts, Colour::off));
  auto times = "  " + duration_text(state.elapsed_s) +
               (state.left_s > 0 ? ", about " + duration_text(state.left_s) + " left" : "");
  bool const fits = counts.size() + times.size() <= columns || columns == 0;
  std::string text = fits ? fmt::format("{}/{}  {}{}\n", done(state), state.total,
                                        counts_text(state.counts, colour), times)
                          : cut(counts + times, columns) + "\n";
  auto running = state.running;
  std::stable_sort(running.begin(), running.end(),
                   [](Running const& a, Running const& b) { return a.for_s > b.for_s; });
  auto const room = rows > 1 ? rows - 1 : 0;
  bool const more = running.size() > room;
  auto const shown = more ? (room > 0 ? room - 1 : 0) : running.size();
  for (std::size_t i = 0; i < shown; ++i) {
    text +=
        cut(fmt::format("  {:>9}  {}", duration_text(running[i].for_s), running[i].id), columns) +
        "\n";
  }
  if (more && room > 0) {
    text += cut(fmt::format("  and {} more", running.size() - shown), columns) + "\n";
  }
  if (state.writing && running.size() < room) {
    text += cut("  writing the reports", columns) + "\n";
  }
  return text;
}

std::string heartbeat(LiveState const& state) {
  auto text = fmt::format("{}: {} of {} done ({})", duration_text(state.elapsed_s), done(state),
                          state.total, counts_text(state.counts, Colour::off));
  if (!state.running.empty()) {
    auto const oldest =
        std::max_element(state.running.begin(), state.running.end(),
                         [](Running const& a, Running const& b) { return a.for_s < b.for_s; });
    text += fmt::format(", {} running, the longest {} for {}", state.running.size(), oldest->id,
                        duration_text(oldest->for_s));
  }
  if (state.writing) {
    text += ", writing the reports";
  }
  if (state.left_s > 0) {
    text += fmt::format(", about {} left", duration_text(state.left_s));
  }
  return text + "\n";
}

}  // namespace rpchspec::reports
