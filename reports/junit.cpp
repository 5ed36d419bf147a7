#include "reports/junit.hpp"

#include <map>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "reports/exit_code.hpp"
#include "reports/repetitions.hpp"
#include "reports/terminal_paint.hpp"

#include <pugixml.hpp>

namespace rpchspec::reports {

using model::CaseResult;
using model::Verdict;

namespace {

/// XML 1.0 has no place for most control characters, not even escaped: they come as U+FFFD.
std::string xml_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto const c = static_cast<unsigned char>(text[i]);
    std::size_t size = c < 0x80                 ? 1
                       : c >= 0xC2 && c <= 0xDF ? 2
                       : c >= 0xE0 && c <= 0xEF ? 3
                       : c >= 0xF0 && c <= 0xF4 ? 4
                                                : 0;
    bool fits =
        size != 0 && i + size <= text.size() && c != 0x7F && (c >= 0x20 || c == '\n' || c == '\t');
    for (std::size_t k = 1; fits && k < size; ++k) {
      fits = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
    }
    auto const whole = text.substr(i, fits ? size : 1);
    bool const noncharacter = fits && (whole == "\xEF\xBF\xBE" || whole == "\xEF\xBF\xBF" ||
                                       (c == 0xED && static_cast<unsigned char>(whole[1]) > 0x9F));
    out += fits && !noncharacter ? std::string(whole) : "\xEF\xBF\xBD";
    i += whole.size();
  }
  return out;
}

std::string full_text(CaseResult const& result) {
  auto text = result.message;
  if (!result.where.empty()) {
    text += "\nwhere: " + result.where;
  }
  if (!result.rerun.empty()) {
    text += "\nrerun: " + result.rerun;
  }
  if (is_flaky(result)) {
    text += "\n" + repetitions_text(result);
  }
  return text + "\n";
}

void add_child(pugi::xml_node node, char const* name, CaseResult const& result) {
  auto child = node.append_child(name);
  child.append_attribute("message") = xml_text(first_line(result.message)).c_str();
  child.append_child(pugi::node_pcdata).set_value(xml_text(full_text(result)).c_str());
}

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  double seconds = 0;

  void write_to(pugi::xml_node node) const {
    node.append_attribute("tests") = static_cast<unsigned long long>(tests);
    node.append_attribute("failures") = static_cast<unsigned long long>(failures);
    node.append_attribute("errors") = static_cast<unsigned long long>(errors);
    node.append_attribute("skipped") = static_cast<unsigned long long>(skipped);
    node.append_attribute("time") = fmt::format("{:.3f}", seconds).c_str();
  }

  void add(Counts const& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    seconds += other.seconds;
  }
};

/// What a case is in JUnit's four words, and what stands in system-out.
void add_outcome(pugi::xml_node node, CaseResult const& result, bool explained, Counts& counts) {
  switch (result.verdict) {
    case Verdict::fail:
      add_child(node, "failure", result);
      ++counts.failures;
      break;
    case Verdict::blocked:
    case Verdict::error:
      add_child(node, "error", result);
      ++counts.errors;
      break;
    case Verdict::not_run:
      add_child(node, explained ? "skipped" : "error", result);
      ++(explained ? counts.skipped : counts.errors);
      break;
    case Verdict::waived:
    case Verdict::skip:
      add_child(node, "skipped", result);
      ++counts.skipped;
      break;
    case Verdict::pass:
    case Verdict::warn:
      break;
  }
  std::string out;
  if (auto const repetitions = repetitions_text(result); !repetitions.empty()) {
    out += "repetitions: " + repetitions + "\n";
  }
  if (result.suspect) {
    out += "suspect: the proxy was seen broken before this case\n";
  }
  if (result.verdict != Verdict::pass && result.verdict != Verdict::fail &&
      !result.message.empty()) {
    out += fmt::format("{}: {}", model::to_string(result.verdict), full_text(result));
  }
  if (!out.empty()) {
    node.append_child("system-out")
        .append_child(pugi::node_pcdata)
        .set_value(xml_text(out).c_str());
  }
}

}  // namespace

std::string to_junit(model::RunResult const& run, std::string_view suite_name) {
  std::map<std::string, std::vector<CaseResult const*>> by_category;
  for (auto const& result : run.cases) {
    by_category[result.category].push_back(&result);
  }
  bool const explained = not_run_is_explained(run);
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  auto suites = document.append_child("testsuites");
  Counts total;
  for (auto const& [category, cases] : by_category) {
    auto suite = suites.append_child("testsuite");
    auto const name = fmt::format("rpchspec.{}.{}", suite_name, category);
    suite.append_attribute("name") = xml_text(name).c_str();
    if (!run.started.empty()) {
      suite.append_attribute("timestamp") = xml_text(run.started).c_str();
    }
    Counts counts;
    for (auto const* result : cases) {
      auto node = suite.append_child("testcase");
      node.append_attribute("name") = xml_text(result->id).c_str();
      node.append_attribute("classname") = xml_text(name).c_str();
      node.append_attribute("time") = fmt::format("{:.3f}", result->duration_s).c_str();
      add_outcome(node, *result, explained, counts);
      ++counts.tests;
      counts.seconds += result->duration_s;
    }
    counts.write_to(suite);
    total.add(counts);
  }
  suites.append_attribute("name") = xml_text(fmt::format("rpchspec.{}", suite_name)).c_str();
  total.write_to(suites);
  std::ostringstream text;
  document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
  return text.str();
}

}  // namespace rpchspec::reports
