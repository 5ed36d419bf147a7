#include "harness/cli/compare.hpp"

#include <map>

#include <fmt/format.h>

namespace rpchspec::cli {

namespace {

using model::Verdict;

bool failed(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::blocked || verdict == Verdict::error;
}

bool held(Verdict verdict) {
  return verdict == Verdict::pass || verdict == Verdict::warn;
}

std::map<std::string, Verdict> verdicts(model::RunResult const& run) {
  std::map<std::string, Verdict> out;
  for (auto const& result : run.cases) {
    out[result.id] = result.verdict;
  }
  return out;
}

std::string part(std::string_view heading, std::vector<std::string> const& ids) {
  if (ids.empty()) {
    return {};
  }
  auto text = fmt::format("{}:\n", heading);
  for (auto const& id : ids) {
    text += "  " + id + "\n";
  }
  return text;
}

}  // namespace

Comparison compare(model::RunResult const& base, model::RunResult const& now) {
  Comparison out;
  auto const before = verdicts(base);
  auto const after = verdicts(now);
  for (auto const& [id, verdict] : after) {
    auto const known = before.find(id);
    auto const judged_before =
        known != before.end() &&
        (failed(known->second) || held(known->second) || known->second == Verdict::waived);
    if (failed(verdict) && !judged_before) {
      out.new_failures.push_back(id);
    } else if (failed(verdict) && !failed(known->second)) {
      out.regressed.push_back(id);
    } else if (held(verdict) && judged_before && failed(known->second)) {
      out.mended.push_back(id);
    }
  }
  for (auto const& [id, verdict] : before) {
    auto const found = after.find(id);
    auto const judged_now = found != after.end() && (failed(found->second) || held(found->second) ||
                                                     found->second == Verdict::waived);
    if ((failed(verdict) || held(verdict)) && !judged_now) {
      out.lost.push_back(id);
    }
  }
  return out;
}

std::string to_text(Comparison const& comparison) {
  auto const text = part("regressed", comparison.regressed) + part("mended", comparison.mended) +
                    part("fails, and was not judged before", comparison.new_failures) +
                    part("no longer judged", comparison.lost);
  return text.empty() ? "no difference in what fails\n" : text;
}

}  // namespace rpchspec::cli
