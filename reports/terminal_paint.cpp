#include "reports/terminal_paint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reports/results_names.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::Finding;
using model::Verdict;

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

std::string_view kind_words(std::string_view kind) {
  constexpr std::string_view kMonitor = "monitor:";
  return kind.starts_with(kMonitor) ? kind.substr(kMonitor.size()) : kind;
}

bool fails(Finding const& finding) {
  return verdict_of(model::Outcome::never, finding.level) == Verdict::fail;
}

std::vector<Finding const*> by_weight(model::RunResult const& run) {
  std::vector<Finding const*> findings;
  for (auto const& finding : run.findings) {
    findings.push_back(&finding);
  }
  auto const weight = [](Finding const* each) { return each->waived ? 2 : fails(*each) ? 0 : 1; };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](auto const* a, auto const* b) { return weight(a) < weight(b); });
  return findings;
}

}  // namespace rpchspec::reports
