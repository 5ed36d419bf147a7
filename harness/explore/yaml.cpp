#include "harness/explore/yaml.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <google/protobuf/duration.pb.h>

#include "harness/explore/fields.hpp"
#include "harness/loader/sugar_table.hpp"

namespace rpchspec::explore {
namespace {

namespace pb = google::protobuf;
using loader::step_key;
using scenario::v1::Expectation;
using scenario::v1::Scenario;
using scenario::v1::Step;

std::string flow(pb::Message const& message);
std::string step_text(Step const& step);
std::string expectation_text(Expectation const& expectation);

/// Quoted unless it can mean nothing but itself.
std::string scalar(std::string const& text) {
  auto const plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '/'; };
  auto const letter = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  if (letter && std::all_of(text.begin(), text.end(), plain)) {
    return text;
  }
  std::string out = "\"";
  for (auto const c : text) {
    out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  }
  return out + '"';
}

std::string duration(pb::Duration const& duration) {
  auto const ms = duration.seconds() * 1000 + duration.nanos() / 1'000'000;
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

std::string joined(std::vector<std::string> const& parts, char open, char close) {
  return fmt::format("{}{}{}", open, fmt::join(parts, ", "), close);
}

std::string message_text(pb::Message const& message) {
  if (auto const* length = dynamic_cast<pb::Duration const*>(&message)) {
    return duration(*length);
  }
  if (auto const* expectation = dynamic_cast<Expectation const*>(&message)) {
    return expectation_text(*expectation);
  }
  return flow(message);
}

/// A value of a field, or the i-th of a repeated one.
std::string value(pb::Message const& message, pb::FieldDescriptor const& field, int i = -1) {
  auto const& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return message_text(i < 0 ? reflection.GetMessage(message, &field)
                                : reflection.GetRepeatedMessage(message, &field, i));
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return scalar(i < 0 ? reflection.GetString(message, &field)
                          : reflection.GetRepeatedString(message, &field, i));
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return loader::enumerator_key(*reflection.GetEnum(message, &field));
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(reflection.GetUInt32(message, &field));
    default:
      return std::to_string(reflection.GetUInt64(message, &field));
  }
}

std::string map_text(pb::Message const& message, pb::FieldDescriptor const& field) {
  auto const& reflection = *message.GetReflection();
  std::vector<std::string> entries;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    auto const& entry = reflection.GetRepeatedMessage(message, &field, i);
    auto const& type = *entry.GetDescriptor();
    entries.push_back(value(entry, *type.map_key()) + ": " + value(entry, *type.map_value()));
  }
  std::sort(entries.begin(), entries.end());  // a map has no order of its own
  return joined(entries, '{', '}');
}

std::string field_text(pb::Message const& message, pb::FieldDescriptor const& field) {
  if (field.is_map()) {
    return map_text(message, field);
  }
  if (!field.is_repeated()) {
    return value(message, field);
  }
  std::vector<std::string> items;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    items.push_back(value(message, field, i));
  }
  return joined(items, '[', ']');
}

std::string flow(pb::Message const& message) {
  std::vector<std::string> parts;
  for (auto const* field : set_fields(message)) {
    parts.push_back(field->name() + ": " + field_text(message, *field));
  }
  return joined(parts, '{', '}');
}

/// {client.out: {closed: {}}, within: 3s, ...}
std::string expectation_text(Expectation const& expectation) {
  std::vector<std::string> parts;
  auto const& predicates = *Expectation::descriptor()->FindOneofByName("predicate");
  auto const* predicate =
      expectation.GetReflection()->GetOneofFieldDescriptor(expectation, &predicates);
  if (predicate != nullptr) {
    auto key = predicate->name();
    std::replace(key.begin(), key.end(), '_', '-');
    parts.push_back(
        fmt::format("{}: {{{}: {}}}", expectation.subject(), key, value(expectation, *predicate)));
  }
  for (auto const* field : set_fields(expectation)) {
    if (field == predicate || field->name() == "subject") {
      continue;
    }
    auto const key = field->name() == "any_of" ? "any-of" : field->name();
    parts.push_back(key + ": " + field_text(expectation, *field));
  }
  return joined(parts, '{', '}');
}

std::string parallel_text(scenario::v1::Parallel const& parallel) {
  std::vector<std::string> branches;
  for (auto const& branch : parallel.branches()) {
    std::vector<std::string> steps;
    for (auto const& step : branch.steps()) {
      steps.push_back(step_text(step));
    }
    branches.push_back(joined(steps, '[', ']'));
  }
  return joined(branches, '[', ']');
}

std::string step_text(Step const& step) {
  std::vector<std::string> parts;
  if (!step.label().empty()) {
    parts.push_back("label: " + scalar(step.label()));
  }
  if (step.vc() != 0) {
    parts.push_back("vc: " + std::to_string(step.vc()));
  }
  auto const& actions = *Step::descriptor()->FindOneofByName("action");
  auto const* action = step.GetReflection()->GetOneofFieldDescriptor(step, &actions);
  if (action != nullptr) {
    auto const text = step.has_parallel() ? parallel_text(step.parallel()) : value(step, *action);
    parts.push_back(step_key(action->name()) + ": " + text);
  }
  return joined(parts, '{', '}');
}

}  // namespace

std::string to_yaml(Scenario const& scenario) {
  std::string out;
  for (auto const* field : set_fields(scenario)) {
    if (field->name() == "steps") {
      out += "steps:\n";
      for (auto const& step : scenario.steps()) {
        out += "  - " + step_text(step) + "\n";
      }
    } else if (field->name() == "expect") {
      out += "expect:\n";
      for (auto const& expectation : scenario.expect()) {
        out += "  - " + expectation_text(expectation) + "\n";
      }
    } else if (!loader::filled_by_loader(*field)) {
      auto const text = field_text(scenario, *field);
      out += text == "{}" ? "" : field->name() + ": " + text + "\n";
    }
  }
  return out;
}

}  // namespace rpchspec::explore
