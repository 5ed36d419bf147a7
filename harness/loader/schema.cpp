#include "harness/loader/schema.hpp"

#include <fstream>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "harness/loader/pretty_json.hpp"
#include "harness/loader/sugar_table.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::loader {
namespace {

namespace pb = google::protobuf;
namespace json = boost::json;

json::object refer_to(std::string const& name) {
  return {{"$ref", "#/definitions/" + name}};
}

json::object any_of(json::array choices) {
  return {{"anyOf", std::move(choices)}};
}

/// The comment of a field or message, on one line.
template <class Descriptor>
std::string comment(Descriptor const& descriptor) {
  pb::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) {
    return {};
  }
  std::string text;
  for (char const c : location.leading_comments + location.trailing_comments) {
    bool const blank = c == '\n' || c == ' ';
    if (!blank) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  while (!text.empty() && text.back() == ' ') {
    text.pop_back();
  }
  return text;
}

json::object described(std::string const& text, json::object schema) {
  if (text.empty()) {
    return schema;
  }
  json::object out{{"description", text}};
  if (schema.contains("$ref")) {
    out["allOf"] = json::array{std::move(schema)};
    return out;
  }
  for (auto& [key, value] : schema) {
    out[key] = std::move(value);
  }
  return out;
}

json::object enumeration(pb::EnumDescriptor const& descriptor) {
  json::array words;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    words.push_back(json::value(enumerator_key(*descriptor.value(i))));
  }
  return any_of({json::object{{"enum", std::move(words)}}, refer_to("variable")});
}

json::object scalar(pb::FieldDescriptor const& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return refer_to("text");
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return any_of({json::object{{"type", "boolean"}}, refer_to("variable")});
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return enumeration(*field.enum_type());
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return refer_to(field.message_type()->full_name() == "google.protobuf.Duration"
                          ? "duration"
                          : field.message_type()->name());
    default:
      return refer_to(field.name() == "vc" ? "vc" : is_size(field) ? "size" : "count");
  }
}

json::object field_schema(pb::FieldDescriptor const& field) {
  if (field.is_map()) {
    return {{"type", "object"}, {"additionalProperties", refer_to("text")}};
  }
  if (!field.is_repeated()) {
    return scalar(field);
  }
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
      field.message_type()->name() == "Header") {
    return refer_to("headers");
  }
  return any_of({scalar(field), json::object{{"type", "array"}, {"items", scalar(field)}}});
}

json::object closed_object(json::object properties) {
  return {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

json::object plain_properties(pb::Descriptor const& message) {
  json::object properties;
  for (int i = 0; i < message.field_count(); ++i) {
    auto const& field = *message.field(i);
    if (!filled_by_loader(field)) {
      properties[field.name()] = described(comment(field), field_schema(field));
    }
  }
  return properties;
}

/// A message as a mapping, or as the one scalar that stands for it.
json::object message_schema(pb::Descriptor const& message) {
  auto properties = plain_properties(message);
  if (message.name() == "Fault") {
    properties[std::string(kFaultChannel)] =
        described("short for the leg of the step's actor: in, out, both, v1", refer_to("text"));
  }
  auto object = closed_object(std::move(properties));
  auto const* shorthand = shorthand_of(message);
  if (!shorthand) {
    return described(comment(message), std::move(object));
  }
  return described(comment(message), any_of({scalar(*shorthand), std::move(object)}));
}

json::object one_required(std::vector<std::string> const& keys) {
  json::array choices;
  for (auto const& key : keys) {
    choices.push_back(json::object{{"required", json::array{json::value(key)}}});
  }
  return {{"oneOf", std::move(choices)}};
}

json::object step_schema(pb::Descriptor const& step) {
  json::object properties;
  for (int i = 0; i < step.field_count(); ++i) {
    auto const& field = *step.field(i);
    if (filled_by_loader(field)) {
      continue;
    }
    bool const action = field.real_containing_oneof() != nullptr;
    auto schema = field.name() == "parallel" ? refer_to("parallel") : field_schema(field);
    properties[action ? step_key(field.name()) : field.name()] =
        described(comment(field), std::move(schema));
  }
  json::array bare;
  for (auto const& key : step_keys()) {
    bare.push_back(json::value(key));
  }
  auto object = closed_object(std::move(properties));
  object["oneOf"] = one_required(step_keys())["oneOf"];
  return described(comment(step), any_of({json::object{{"enum", std::move(bare)}}, object}));
}

/// `closed`, `{closed: fin}`.
json::object predicate_schema(pb::Descriptor const& expectation) {
  auto const& one_of = *expectation.FindOneofByName("predicate");
  json::array alone;
  json::object properties;
  for (int i = 0; i < one_of.field_count(); ++i) {
    auto const& field = *one_of.field(i);
    auto key = predicate_keys()[static_cast<std::size_t>(i)];
    if (stands_alone(field)) {
      alone.push_back(json::value(key));
    }
    auto const text = comment(field).empty() ? comment(*field.message_type()) : comment(field);
    properties[key] = described(text, scalar(field));
    properties[field.name()] = properties[key];
  }
  auto object = closed_object(std::move(properties));
  object["minProperties"] = 1;
  object["maxProperties"] = 1;
  return any_of(
      {json::object{{"enum", std::move(alone)}}, refer_to("variable"), std::move(object)});
}

json::object expectation_schema(pb::Descriptor const& expectation) {
  json::object properties;
  auto const about = any_of(
      {refer_to("predicate"), json::object{{"type", "array"}, {"items", refer_to("predicate")}}});
  for (auto const& subject : subjects()) {
    properties[subject] = about;
  }
  for (char const* name : {"within", "since", "by", "vc", "note"}) {
    auto const& field = *expectation.FindFieldByName(name);
    properties[name] = described(comment(field), field_schema(field));
  }
  for (char const* name : {"any-of", "any_of"}) {
    properties[name] = {{"type", "array"}, {"items", refer_to("Expectation")}};
  }
  auto object = closed_object(std::move(properties));
  object["patternProperties"] = {{"[$]", about}};
  return described(comment(expectation), std::move(object));
}

json::object scenario_schema(pb::Descriptor const& scenario) {
  auto properties = plain_properties(scenario);
  properties["steps"] = {{"type", "array"}, {"items", refer_to("Step")}};
  properties["matrix"] = refer_to("matrix");
  auto object = closed_object(std::move(properties));
  object["required"] = {"id", "title", "since"};
  return described(comment(scenario), std::move(object));
}

/// What is not a message of its own.
void add_shared(json::object& definitions) {
  json::array const any_scalar{"string", "number", "boolean"};
  definitions["variable"] = {{"type", "string"}, {"pattern", "[$]"}};
  definitions["text"] = {{"type", any_scalar}};
  definitions["duration"] = {{"description", "a number with a unit: 250ms, 5s, 2m, 1h"},
                             {"type", "string"},
                             {"pattern", "^([0-9]+([.][0-9]+)?(ms|s|m|h)|.*[$].*)$"}};
  definitions["count"] =
      any_of({json::object{{"type", "integer"}, {"minimum", 0}},
              json::object{{"type", "string"}, {"pattern", "^(0x[0-9a-fA-F]+|[0-9]+|.*[$].*)$"}}});
  definitions["vc"] =
      any_of({refer_to("count"), json::object{{"description", "for each: 2..200"},
                                              {"type", "string"},
                                              {"pattern", "^[0-9]+[.][.][0-9]+$"}}});
  definitions["size"] =
      any_of({json::object{{"type", "integer"}, {"minimum", 0}},
              json::object{{"description", "bytes, also as 64KiB, 1MiB, 1GiB"},
                           {"type", "string"},
                           {"pattern", "^(0x[0-9a-fA-F]+|[0-9]+([KMG]iB)?|.*[$].*)$"}}});
  auto const value_or_list =
      any_of({refer_to("text"), json::object{{"type", "array"}, {"items", refer_to("text")}}});
  json::object const pairs{{"type", "object"}, {"additionalProperties", value_or_list}};
  definitions["headers"] = any_of({pairs, json::object{{"type", "array"}, {"items", pairs}}});
  json::object const steps{{"type", "array"}, {"items", refer_to("Step")}};
  definitions["parallel"] = {
      {"description", "branches side by side: each a step or a list of steps"},
      {"type", "array"},
      {"minItems", 2},
      {"items", any_of({refer_to("Step"), steps})}};
  json::object const value =
      any_of({refer_to("text"),
              json::object{{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}}});
  json::object const values{{"type", "array"}, {"minItems", 1}, {"items", value}};
  auto later = closed_object({{"since", refer_to("text")}, {"values", values}});
  later["required"] = {"since", "values"};
  definitions["matrix"] = {
      {"description", "one case for each combination; $name puts a value in place"},
      {"type", "object"},
      {"additionalProperties", any_of({values, later})}};
}

/// Definitions of everything that `message` refers to.
void add_messages(pb::Descriptor const& message, json::object& definitions) {
  for (int i = 0; i < message.field_count(); ++i) {
    auto const* type = message.field(i)->message_type();
    bool const plain = type && !message.field(i)->is_map() && type->name() != "Header" &&
                       type->name() != "Duration" && type->name() != "Parallel";
    if (!plain || definitions.contains(type->name())) {
      continue;
    }
    definitions[type->name()] = nullptr;  // begun: messages refer to each other
    if (type->name() == "Step") {
      definitions["Step"] = step_schema(*type);
    } else if (type->name() == "Expectation") {
      definitions["Expectation"] = expectation_schema(*type);
      definitions["predicate"] = predicate_schema(*type);
    } else {
      definitions[type->name()] = message_schema(*type);
    }
    add_messages(*type, definitions);
  }
}

}  // namespace

Result<std::string> make_schema(std::filesystem::path const& descriptor_set) {
  std::ifstream stream(descriptor_set, std::ios::binary);
  pb::FileDescriptorSet set;
  pb::DescriptorPool pool;
  if (stream && set.ParseFromIstream(&stream)) {
    for (auto const& each : set.file()) {
      pool.BuildFile(each);
    }
  }
  auto const* file = pool.FindFileByName("model/scenario.proto");
  if (!file) {
    return fail({ErrorCode::not_found,
                 0,
                 {},
                 {},
                 "no descriptors of model/scenario.proto in " + descriptor_set.string()});
  }
  auto const& scenario = *file->FindMessageTypeByName("Scenario");
  json::object definitions;
  definitions["Scenario"] = scenario_schema(scenario);
  add_messages(scenario, definitions);
  add_shared(definitions);
  json::object schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                      {"title", "rpchspec scenario"},
                      {"allOf", json::array{refer_to("Scenario")}},
                      {"definitions", std::move(definitions)}};
  return pretty(schema);
}

}  // namespace rpchspec::loader
