#include "harness/loader/sugar.hpp"

#include <algorithm>

#include "harness/loader/connection_range.hpp"
#include "harness/loader/sugar_table.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

using model::suggestion;
using model::TextErrors;
using model::YamlEntry;
using model::YamlNode;

bool is_subject(std::string_view key) {
  auto const& known = subjects();
  return std::find(known.begin(), known.end(), key) != known.end();
}

/// Fields of Expectation that are written as they are.
bool is_plain_expectation_key(std::string_view key) {
  return key == "within" || key == "since" || key == "by" || key == "vc" || key == "note";
}

std::vector<std::string> expectation_keys() {
  std::vector<std::string> keys = subjects();
  for (std::string_view const key : {"within", "since", "by", "vc", "note", "any-of"}) {
    keys.emplace_back(key);
  }
  return keys;
}

/// `closed`, `{closed: fin}`: an entry of the Expectation; nothing when it is neither.
std::vector<YamlEntry> desugar_predicate(YamlNode const& value, TextErrors& errors) {
  if (value.is_scalar()) {
    auto const* field = predicate(value.text);
    if (!field) {
      errors.add(value.mark, "unknown predicate '" + value.text + "'" +
                                 suggestion(value.text, predicate_keys()));
      return {};
    }
    if (!stands_alone(*field)) {
      errors.add(value.mark,
                 "'" + value.text + "' wants a value, as in {" + value.text + ": " +
                     (field->name() == "receives" || field->name() == "receives_not" ? "CONN/C2}"
                                                                                     : "2s}"));
      return {};
    }
    return {{field->name(), value.mark, YamlNode::mapping(value.mark)}};
  }
  if (!value.is_mapping() || value.entries.size() != 1) {
    errors.add(value.mark,
               "an expectation says one thing of its subject, as in {client.out: closed}");
    return {};
  }
  auto const& entry = value.entries.front();
  auto const* field = predicate(entry.key);
  if (!field) {
    errors.add(entry.mark,
               "unknown predicate '" + entry.key + "'" + suggestion(entry.key, predicate_keys()));
    return {};
  }
  return {{field->name(), entry.mark, entry.value}};
}

/// `subject: value`, where value is a predicate or a list of them.
void desugar_subject(YamlEntry const& entry, YamlNode& out, TextErrors& errors) {
  auto const subject = YamlNode::scalar(entry.mark, entry.key);
  if (!entry.value.is_sequence()) {
    out.entries.push_back({"subject", entry.mark, subject});
    for (auto& each : desugar_predicate(entry.value, errors)) {
      out.entries.push_back(std::move(each));
    }
    return;
  }
  auto choices = YamlNode::sequence(entry.value.mark);
  for (auto const& choice : entry.value.items) {
    auto one = YamlNode::mapping(choice.mark, {{"subject", entry.mark, subject}});
    for (auto& each : desugar_predicate(choice, errors)) {
      one.entries.push_back(std::move(each));
    }
    choices.items.push_back(std::move(one));
  }
  out.entries.push_back({"any_of", entry.mark, std::move(choices)});
}

/// What is expected of a range of virtual connections is expected of each.
YamlNode desugar_expect(YamlNode const& list, TextErrors& errors) {
  auto out = YamlNode::sequence(list.mark);
  for (auto const& item : list.items) {
    for (auto& each : for_each_connection(desugar_expectation(item, errors), errors)) {
      out.items.push_back(std::move(each));
    }
  }
  return out;
}

YamlNode desugar_any_of(YamlNode const& value, TextErrors& errors) {
  if (!value.is_sequence()) {
    errors.add(value.mark, "'any-of' wants a list of expectations");
    return YamlNode::sequence(value.mark);
  }
  auto out = YamlNode::sequence(value.mark);
  for (auto const& item : value.items) {
    out.items.push_back(desugar_expectation(item, errors));
  }
  return out;
}

YamlNode desugar_steps(YamlNode const& steps, TextErrors& errors) {
  if (!steps.is_sequence()) {
    errors.add(steps.mark, "steps are a list, this is " + std::string(describe(steps)));
    return YamlNode::sequence(steps.mark);
  }
  auto out = YamlNode::sequence(steps.mark);
  for (auto const& step : steps.items) {
    out.items.push_back(desugar_step(step, errors));
  }
  return out;
}

YamlNode desugar_parallel(YamlNode const& value, TextErrors& errors) {
  if (!value.is_sequence() || value.items.size() < 2) {
    errors.add(value.mark,
               "'parallel' wants a list of at least two branches, each a step or a list");
    return YamlNode::mapping(value.mark);
  }
  auto branches = YamlNode::sequence(value.mark);
  for (auto const& branch : value.items) {
    auto const steps = branch.is_sequence() ? branch : YamlNode::sequence(branch.mark, {branch});
    branches.items.push_back(
        YamlNode::mapping(branch.mark, {{"steps", branch.mark, desugar_steps(steps, errors)}}));
  }
  return YamlNode::mapping(value.mark, {{"branches", value.mark, std::move(branches)}});
}

/// `channel: in` of client.fault is short for `leg: client.in`; TOWARDS_CLIENT is what JSON says.
YamlNode desugar_fault(std::string_view actor, YamlNode fault) {
  for (auto& entry : fault.entries) {
    auto& text = entry.value.text;
    if (entry.key == kFaultChannel && entry.value.is_scalar()) {
      entry.key = "leg";
      text = std::string(actor) + "." + text;
    } else if (entry.key == "towards" && (text == "TOWARDS_CLIENT" || text == "TOWARDS_SERVER")) {
      text = text.ends_with("CLIENT") ? "client" : "server";
    }
  }
  return fault;
}

YamlNode desugar_action(std::string const& key, YamlNode const& value, TextErrors& errors) {
  if (key == "await") {
    return desugar_expectation(value, errors);
  }
  if (key == "parallel") {
    return desugar_parallel(value, errors);
  }
  if (key.ends_with(".fault")) {
    return desugar_fault(key.substr(0, key.find('.')), value);
  }
  if (key == "server.close" && value.is_scalar()) {
    return YamlNode::mapping(value.mark, {{"leg", value.mark, value}});
  }
  return value;
}

/// `by` of an await stands in the expectation, wherever it was written.
void move_by(YamlNode& step) {
  auto const* by = step.find("by");
  auto const* await = step.find("await");
  if (!await || by || !await->find("by")) {
    return;
  }
  auto const* inner = await->entry("by");
  step.entries.push_back({"by", inner->mark, inner->value});
}

void check_one_action(YamlNode const& step, std::size_t actions, TextErrors& errors) {
  if (actions != 1) {
    errors.add(step.mark, actions == 0 ? "a step does one thing; this one does nothing"
                                       : "a step does one thing; write two steps");
  }
  if (auto const* by = step.entry("by"); by && !step.find("await")) {
    errors.add(by->mark, "'by' belongs to an await or an expectation");
  }
}

void add_header(YamlNode& out, YamlEntry const& entry) {
  auto const values =
      entry.value.is_sequence() ? entry.value.items : std::vector<YamlNode>{entry.value};
  for (auto const& value : values) {
    auto const name = YamlNode::scalar(entry.mark, entry.key);
    out.items.push_back(
        YamlNode::mapping(entry.mark, {{"name", entry.mark, name}, {"value", value.mark, value}}));
  }
}

YamlNode desugar_header_list(YamlNode const& headers) {
  auto out = YamlNode::sequence(headers.mark);
  for (auto const& entry : headers.entries) {
    add_header(out, entry);
  }
  for (auto const& item : headers.items) {
    if (item.is_mapping() && item.entries.size() == 1 && !item.entry("name")) {
      add_header(out, item.entries.front());
    } else {
      out.items.push_back(item);
    }
  }
  return headers.is_scalar() ? headers : out;
}

/// Headers may stand anywhere below a step or an expectation.
void desugar_headers(YamlNode& node) {
  for (auto& entry : node.entries) {
    if (entry.key == "headers") {
      entry.value = desugar_header_list(entry.value);
    } else {
      desugar_headers(entry.value);
    }
  }
  for (auto& item : node.items) {
    desugar_headers(item);
  }
}

}  // namespace

YamlNode desugar_expectation(YamlNode const& expectation, TextErrors& errors) {
  auto out = YamlNode::mapping(expectation.mark);
  if (!expectation.is_mapping()) {
    errors.add(expectation.mark, "an expectation is a mapping, as in {client.out: closed}");
    return out;
  }
  std::size_t said = 0;
  for (auto const& entry : expectation.entries) {
    if (is_subject(entry.key)) {
      desugar_subject(entry, out, errors);
      ++said;
    } else if (entry.key == "any-of" || entry.key == "any_of") {
      out.entries.push_back({"any_of", entry.mark, desugar_any_of(entry.value, errors)});
      ++said;
    } else if (is_plain_expectation_key(entry.key)) {
      out.entries.push_back(entry);
    } else {
      errors.add(entry.mark, "unknown subject or key '" + entry.key + "' in an expectation" +
                                 suggestion(entry.key, expectation_keys()));
      ++said;
    }
  }
  if (said != 1) {
    errors.add(expectation.mark, said == 0 ? "an expectation needs a subject and what is expected "
                                             "of it, as in {client.out: closed}"
                                           : "an expectation has one subject; write two");
  }
  return out;
}

YamlNode desugar_step(YamlNode const& step, TextErrors& errors) {
  if (step.is_scalar()) {
    auto const empty = YamlNode::mapping(step.mark);
    return desugar_step(YamlNode::mapping(step.mark, {{step.text, step.mark, empty}}), errors);
  }
  auto out = YamlNode::mapping(step.mark);
  if (!step.is_mapping()) {
    errors.add(step.mark, "a step is a mapping, as in {client.open: {}}");
    return out;
  }
  std::size_t actions = 0;
  for (auto const& entry : step.entries) {
    if (entry.key == "label" || entry.key == "vc" || entry.key == "by") {
      out.entries.push_back(entry);
    } else if (auto const* field = step_action(entry.key)) {
      if (++actions == 1) {
        out.entries.push_back(
            {field->name(), entry.mark, desugar_action(entry.key, entry.value, errors)});
      }
    } else {
      auto known = step_keys();
      known.insert(known.end(), {"label", "vc", "by"});
      errors.add(entry.mark, "unknown step '" + entry.key + "'" + suggestion(entry.key, known));
      ++actions;
    }
  }
  check_one_action(out, actions, errors);
  move_by(out);
  return side_by_side(out, errors);
}

YamlNode desugar_scenario(YamlNode const& scenario, TextErrors& errors) {
  auto out = YamlNode::mapping(scenario.mark);
  for (auto const& entry : scenario.entries) {
    if (entry.key == "steps") {
      out.entries.push_back({entry.key, entry.mark, desugar_steps(entry.value, errors)});
    } else if (entry.key == "expect") {
      auto const one = YamlNode::sequence(entry.value.mark, {entry.value});
      auto const& list = entry.value.is_sequence() ? entry.value : one;
      out.entries.push_back({entry.key, entry.mark, desugar_expect(list, errors)});
    } else {
      out.entries.push_back(entry);
    }
  }
  desugar_headers(out);
  return out;
}

}  // namespace rpchspec::loader
