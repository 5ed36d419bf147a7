#include "reports/unmet.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string_view>

namespace rpchspec::reports {
namespace {

/// "5 s", "250 ms" at the front of a text.
std::optional<std::uint64_t> span_at(std::string_view text) {
  std::istringstream in{std::string(text)};
  double number = 0;
  std::string unit;
  if (!(in >> number >> unit) || number < 0) {
    return std::nullopt;
  }
  double const scale = unit.starts_with("ms") ? 1e6 : unit.starts_with('s') ? 1e9 : 0;
  return scale == 0 ? std::nullopt
                    : std::optional(static_cast<std::uint64_t>(std::llround(number * scale)));
}

std::optional<std::uint32_t> number_after(std::string_view text, std::string_view word) {
  auto const at = text.rfind(word);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  std::istringstream in{std::string(text.substr(at + word.size()))};
  std::uint32_t number = 0;
  return in >> number ? std::optional(number) : std::nullopt;
}

/// "configuration x, step 1 client.echo, 15.002 s, connection 1".
void read_where(std::string_view where, Unmet& unmet) {
  unmet.connection = number_after(where, ", connection ").value_or(0);
  std::istringstream parts{std::string(where)};
  for (std::string part; std::getline(parts, part, ',');) {
    auto const from = part.find_first_not_of(' ');
    if (from != std::string::npos && part.ends_with(" s")) {
      unmet.at_ns = span_at(part.substr(from));
    }
  }
}

std::string line_named(std::string_view message, std::string_view name) {
  std::istringstream lines{std::string(message)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name)) {
      auto const from = line.find_first_not_of(' ', name.size());
      return from == std::string::npos ? std::string() : line.substr(from);
    }
  }
  return {};
}

/// "... within 5 s of step 1 client.echo"; without a step it counts from the start.
std::optional<std::uint64_t> due(Unmet const& unmet, StepTimes const& steps) {
  constexpr std::string_view kWithin = " within ";
  auto const at = unmet.expected.rfind(kWithin);
  if (at == std::string::npos || !unmet.at_ns) {
    return std::nullopt;
  }
  auto const rest = std::string_view(unmet.expected).substr(at + kWithin.size());
  auto const span = span_at(rest);
  if (!span) {
    return std::nullopt;
  }
  auto const step = number_after(rest, " of step ");
  auto const anchor = !step       ? std::optional<std::uint64_t>(0)
                      : *step > 0 ? steps.anchor(*step - 1, *span, *unmet.at_ns)
                                  : std::nullopt;
  return anchor && *anchor + *span <= *unmet.at_ns ? std::optional(*anchor + *span) : std::nullopt;
}

}  // namespace

void StepTimes::on_event(journal::v1::Event const& event) {
  if (event.has_step()) {
    moments_.emplace(event.step().index(), event.at_ns());
  }
}

std::optional<std::uint64_t> StepTimes::anchor(std::uint32_t index,
                                               std::uint64_t span,
                                               std::uint64_t at) const {
  std::optional<std::uint64_t> latest;
  auto const [first, last] = moments_.equal_range(index);
  for (auto each = first; each != last; ++each) {
    if (each->second + span <= at) {
      latest = std::max(latest.value_or(0), each->second);
    }
  }
  return latest;
}

std::optional<Unmet> unmet_of(model::CaseResult const& result, StepTimes const& steps) {
  Unmet unmet;
  unmet.expected = line_named(result.message, "expected:");
  unmet.seen = line_named(result.message, "seen:");
  if (unmet.expected.empty() && unmet.seen.empty()) {
    return std::nullopt;
  }
  read_where(result.where, unmet);
  unmet.due_ns = due(unmet, steps);
  return unmet;
}

}  // namespace rpchspec::reports
