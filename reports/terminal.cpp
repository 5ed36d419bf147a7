#include "reports/terminal.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::CaseResult;
using model::Finding;
using model::Verdict;

namespace {

constexpr Verdict kVerdicts[] = {Verdict::pass, Verdict::warn,    Verdict::fail,    Verdict::waived,
                                 Verdict::skip, Verdict::not_run, Verdict::blocked, Verdict::error};

std::string_view code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "32";
    case Verdict::warn:
      return "33";
    case Verdict::fail:
    case Verdict::error:
      return "31";
    case Verdict::blocked:
      return "35";
    case Verdict::waived:
    case Verdict::skip:
    case Verdict::not_run:
      return "2";
  }
  return "0";
}

std::string painted(std::string text, std::string_view code, Colour colour) {
  return colour == Colour::off ? text : fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

/// What a peer sent must not move the cursor or paint the terminal.
std::string harmless(std::string_view text) {
  std::string out;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    out += (byte < 0x20 && c != '\n') || byte == 0x7F ? '?' : c;
  }
  return out;
}

std::string first_line(std::string_view text) {
  return harmless(text.substr(0, text.find('\n')));
}

std::string counts_text(std::map<Verdict, std::size_t> const& counts, Colour colour) {
  std::string text;
  for (auto const verdict : kVerdicts) {
    auto const found = counts.find(verdict);
    auto const count = found == counts.end() ? 0 : found->second;
    if (count != 0 || verdict == Verdict::pass) {
      text += (text.empty() ? "" : ", ") +
              painted(fmt::format("{} {}", count, model::to_string(verdict)),
                      count == 0 ? "2" : code_of(verdict), colour);
    }
  }
  return text;
}

std::size_t done(LiveState const& state) {
  std::size_t sum = 0;
  for (auto const& entry : state.counts) {
    sum += entry.second;
  }
  return sum;
}

bool fails(Finding const& finding) {
  return verdict_of(model::Outcome::never, finding.level) == Verdict::fail;
}

std::string cut(std::string text, std::size_t columns) {
  if (columns != 0 && text.size() > columns) {
    text.resize(columns > 3 ? columns - 3 : columns);
    text += columns > 3 ? "..." : "";
  }
  return text;
}

/// Cases that no finding speaks for: what a person must read one by one.
std::string single_cases(model::RunResult const& run, Colour colour) {
  std::string text;
  for (auto const& result : run.cases) {
    bool const telling =
        result.verdict == Verdict::blocked || result.verdict == Verdict::error || result.suspect;
    if (telling) {
      text += fmt::format(
          "{}  {}{}\n    {}\n",
          painted(upper(model::to_string(result.verdict)), code_of(result.verdict), colour),
          result.id, result.suspect ? "  (suspect)" : "", first_line(result.message));
    }
  }
  return text;
}

std::string not_run_text(model::RunResult const& run) {
  std::map<std::string, std::size_t> reasons;
  for (auto const& result : run.cases) {
    if (result.verdict == Verdict::not_run) {
      ++reasons[first_line(result.message)];
    }
  }
  std::string text;
  for (auto const& [reason, count] : reasons) {
    text += fmt::format("{} not run: {}\n", count, reason);
  }
  return text;
}

std::string annotation_text(std::string_view text, bool property) {
  std::string out;
  for (char const c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
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
  return fmt::format("{}\n{} case{}, about {}, {}, {} at a time\n", first, estimate.cases,
                     estimate.cases == 1 ? "" : "s", duration_text(estimate.seconds),
                     size_text(estimate.bytes), estimate.jobs);
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
  if (state.left_s > 0) {
    text += fmt::format(", about {} left", duration_text(state.left_s));
  }
  return text + "\n";
}

std::string finding_block(Finding const& finding,
                          std::string_view text,
                          std::string_view where,
                          Colour colour) {
  auto const word = finding.waived ? "WAIVED" : fails(finding) ? "FINDING" : "WARNING";
  auto const code = finding.waived ? "2" : fails(finding) ? "31" : "33";
  auto const id = finding.requirement.empty() ? "(no requirement)" : finding.requirement;
  auto block =
      fmt::format("{} {}  {}\n", painted(word, code, colour), finding.id, harmless(finding.kind));
  block += fmt::format("  required: {} ({}){}{}\n", id, model::to_string(finding.level),
                       text.empty() ? "" : " ", text);
  block += fmt::format("  expected: {}\n", harmless(finding.expected));
  block += fmt::format("  seen:     {}\n", harmless(finding.seen));
  auto const first = finding.cases.empty() ? "" : finding.cases.front();
  auto const others = finding.cases.size() > 1
                          ? fmt::format(" and {} more", finding.cases.size() - 1)
                          : std::string();
  block += fmt::format("  where:    {}{}{}{}\n", first, others, where.empty() ? "" : ", ", where);
  if (!finding.rerun.empty()) {
    block += fmt::format("  rerun:    {}\n", finding.rerun);
  }
  return block;
}

std::string skip_text(std::vector<SkipReason> const& skipped) {
  if (skipped.empty()) {
    return {};
  }
  std::map<std::string, std::size_t> by_fact;
  for (auto const& each : skipped) {
    if (!each.fact.empty()) {
      ++by_fact[each.fact];
    }
  }
  std::vector<std::pair<std::string, std::size_t>> facts(by_fact.begin(), by_fact.end());
  std::stable_sort(facts.begin(), facts.end(),
                   [](auto const& a, auto const& b) { return a.second > b.second; });
  auto text = fmt::format("{} skipped", skipped.size());
  for (std::size_t i = 0; i < facts.size() && i < 3; ++i) {
    text += fmt::format("{}`{}` would run {}{}", i == 0 ? "; " : ", ", facts[i].first,
                        facts[i].second, i == 0 ? " of them" : "");
  }
  return text;
}

std::string summary_text(model::RunResult const& run, FinalFacts const& facts, Colour colour) {
  std::string text;
  for (auto const& finding : run.findings) {
    auto const word = finding.waived ? "waived " : fails(finding) ? "finding" : "warning";
    text += fmt::format("{} {}  {} case{}  {}: {}\n",
                        painted(word,
                                finding.waived   ? "2"
                                : fails(finding) ? "31"
                                                 : "33",
                                colour),
                        finding.id, finding.cases.size(), finding.cases.size() == 1 ? "" : "s",
                        finding.requirement, first_line(finding.seen));
  }
  text += single_cases(run, colour);
  text += not_run_text(run);
  for (auto const& warning : facts.warnings) {
    text += fmt::format("{} {}\n", painted("warning:", "33", colour), harmless(warning));
  }
  if (facts.missing_shards != 0) {
    text += fmt::format("{} shard{} missing\n", facts.missing_shards,
                        facts.missing_shards == 1 ? " is" : "s are");
  }
  text +=
      fmt::format("{} in {}\n", counts_text(run.summary, colour), duration_text(run.duration_s));
  if (auto const skips = skip_text(facts.skipped); !skips.empty()) {
    text += skips + "\n";
  }
  if (!run.complete) {
    text += "The run is not complete.\n";
  }
  if (!facts.results.empty()) {
    text += fmt::format("Results: {}\n", facts.results);
  }
  return text;
}

std::string report_text(model::RunResult const& run, FinalFacts const& facts, Colour colour) {
  auto text = fmt::format("rpchspec {}, suite {}, {}, seed {}\n", run.tool_version, run.suite,
                          run.started, run.seed);
  text += fmt::format("target {} ({}){}{}\n\n", run.target.name, run.target.topology,
                      run.target.urls.empty() ? "" : " ", fmt::join(run.target.urls, ", "));
  for (auto const& finding : run.findings) {
    std::string where;
    for (auto const& result : run.cases) {
      if (!finding.cases.empty() && result.id == finding.cases.front()) {
        where = result.where;
      }
    }
    text += finding_block(finding, "", where, colour) + "\n";
  }
  for (auto const& result : run.cases) {
    text += progress_line(result, colour);
  }
  return text + "\n" + summary_text(run, facts, colour);
}

std::string github_annotation(Finding const& finding) {
  auto const level = finding.waived ? "notice" : fails(finding) ? "error" : "warning";
  auto const title = fmt::format("{} {}", finding.requirement, finding.kind);
  auto const body = fmt::format(
      "required: {}\nexpected: {}\nseen: {}\n{} case{}, first {}\nrerun: {}", finding.requirement,
      finding.expected, finding.seen, finding.cases.size(), finding.cases.size() == 1 ? "" : "s",
      finding.cases.empty() ? "" : finding.cases.front(), finding.rerun);
  return fmt::format("::{} title={}::{}\n", level, annotation_text(title, true),
                     annotation_text(body, false));
}

std::string github_annotations(model::RunResult const& run) {
  std::string text;
  for (auto const& finding : run.findings) {
    text += github_annotation(finding);
  }
  return text;
}

}  // namespace rpchspec::reports
