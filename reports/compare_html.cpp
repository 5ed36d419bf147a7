#include <sstream>

#include <fmt/format.h>

#include "reports/compare_parts.hpp"
#include "reports/json_text.hpp"

#include <pugixml.hpp>

namespace rpchspec::reports {

namespace {

constexpr char const* kCompareStyle =
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;"
    "max-width:75em;padding:0 1em}table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;font-weight:bold}"
    "th,td{border:1px solid GrayText;padding:.25em .6em;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}pre{white-space:pre-wrap;margin:0;font-size:90%}"
    "section.regressed h2{border-left:.4em solid #c62828;padding-left:.4em}"
    "section.fixed h2{border-left:.4em solid #2e7d32;padding-left:.4em}";

/// What XML cannot hold, not even escaped, becomes a blank.
std::string plain(std::string_view text) {
  auto out = utf8(text);
  for (auto& c : out) {
    auto const byte = static_cast<unsigned char>(c);
    c = (byte < 0x20 && c != '\n') || byte == 0x7F ? ' ' : c;
  }
  return out;
}

pugi::xml_node add(pugi::xml_node to, char const* name, std::string_view text = {}) {
  auto node = to.append_child(name);
  if (!text.empty()) {
    node.append_child(pugi::node_pcdata).set_value(plain(text).c_str());
  }
  return node;
}

std::string run_text(model::RunResult const& run) {
  return fmt::format("{} ({}), suite {}, rpchspec {}, {}, seed {}", run.target.name,
                     run.target.topology, run.suite, run.tool_version, run.started, run.seed);
}

void add_head_row(pugi::xml_node table) {
  auto row = add(add(table, "thead"), "tr");
  for (auto const* title : {"Case", "Difference", "What was said"}) {
    add(row, "th", title).append_attribute("scope") = "col";
  }
}

void add_part(pugi::xml_node main, ComparisonPart const& part) {
  if (part.cases.empty()) {
    return;
  }
  auto section = add(main, "section");
  section.append_attribute("class") = std::string(part.name).c_str();
  add(section, "h2", fmt::format("{}: {}", part.name, part.cases.size()));
  auto table = add(section, "table");
  add_head_row(table);
  auto body = add(table, "tbody");
  for (auto const& each : part.cases) {
    auto row = add(body, "tr");
    add(row, "th", each.id).append_attribute("scope") = "row";
    add(row, "td", difference_text(part, each));
    auto said = add(row, "td");
    if (!each.message.empty()) {
      add(said, "pre", each.message);
    }
    if (!each.rerun.empty()) {
      add(said, "code", each.rerun);
    }
  }
}

void add_choices_part(pugi::xml_node main, std::vector<ChangedChoice> const& choices) {
  if (choices.empty()) {
    return;
  }
  auto section = add(main, "section");
  section.append_attribute("class") = "choices";
  add(section, "h2", fmt::format("chosen otherwise: {}", choices.size()));
  auto table = add(section, "table");
  auto row = add(add(table, "thead"), "tr");
  for (auto const* title : {"What", "Before", "Now"}) {
    add(row, "th", title).append_attribute("scope") = "col";
  }
  auto body = add(table, "tbody");
  for (auto const& each : choices) {
    row = add(body, "tr");
    add(row, "th", each.what).append_attribute("scope") = "row";
    add(row, "td", each.before);
    add(row, "td", each.now);
  }
}

}  // namespace

std::string compare_html(Comparison const& comparison, ComparedRuns const& runs) {
  pugi::xml_document document;
  document.append_child(pugi::node_doctype).set_value("html");
  auto html = document.append_child("html");
  html.append_attribute("lang") = "en";
  auto head = add(html, "head");
  add(head, "meta").append_attribute("charset") = "utf-8";
  auto viewport = add(head, "meta");
  viewport.append_attribute("name") = "viewport";
  viewport.append_attribute("content") = "width=device-width, initial-scale=1";
  add(head, "title", "rpchspec: two runs compared");
  add(head, "style", kCompareStyle);
  auto main = add(add(html, "body"), "main");
  add(main, "h1", comparison.nothing() ? "No difference" : "Two runs compared");
  add(main, "p", "Base: " + run_text(runs.base));
  add(main, "p", "Now: " + run_text(runs.now));
  for (auto const& part : parts_of(comparison)) {
    add_part(main, part);
  }
  add_choices_part(main, comparison.choices);
  add(main, "p", fmt::format("{} cases are as before.", comparison.same));
  std::ostringstream text;
  document.save(
      text, "",
      pugi::format_raw | pugi::format_no_declaration | pugi::format_no_empty_element_tags);
  return text.str() + "\n";
}

}  // namespace rpchspec::reports
