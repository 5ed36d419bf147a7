#include <boost/json.hpp>

#include "harness/loader/pretty_json.hpp"
#include "harness/targets/config.hpp"
#include "harness/targets/configurations.hpp"
#include "harness/targets/facts.hpp"

namespace rpchspec::targets {

namespace {

namespace json = boost::json;

json::value scalar_or(json::value items) {
  return {{"anyOf", json::array{items, {{"type", "array"}, {"items", items}}}}};
}

/// The file is typed by its reader; for editors a number or a date without quotes is fine as well.
json::object schema_of(Option const& option) {
  json::object scalar;
  if (option.kind == OptionKind::flag) {
    scalar["type"] = "boolean";
  } else if (!option.allowed.empty()) {
    scalar["enum"] = json::array(option.allowed.begin(), option.allowed.end());
  } else {
    scalar["type"] = json::array{"string", "number"};
  }
  auto out = option.kind == OptionKind::list ? scalar_or(scalar).as_object() : scalar;
  std::string help(option.help);
  out["description"] = option.value.empty() ? help : std::string(option.value) + ": " + help;
  return out;
}

json::object facts_schema() {
  json::object properties;
  for (auto const& kind : fact_kinds()) {
    auto types = json::array{"string", "number", "boolean"};
    if (kind.name == "auth") {
      types.push_back("array");
    }
    auto const range = kind.allowed.empty() ? "" : ", " + std::string(kind.allowed);
    properties[kind.name] = {
        {"type", types},
        {"description", std::string(kind.type) + range + ", as in " + std::string(kind.example) +
                            ": " + std::string(kind.unlocks)}};
  }
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
}

json::object waiver_schema() {
  json::object properties;
  for (auto const* name : {"finding", "requirement", "id", "reason", "owner", "until"}) {
    properties[name] = {{"type", "string"}};
  }
  properties["cases"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"required", {"reason", "owner", "until"}},
          {"properties", properties}};
}

json::object program_schema() {
  return {{"type", "object"},
          {"additionalProperties", false},
          {"description", "what start needs; where it is missing, everything is skipped"},
          {"properties",
           {{"name", {{"type", "string"}, {"description", "looked for on PATH and in /usr/sbin"}}},
            {"package", {{"type", "string"}, {"description", "Debian's name for what has it"}}},
            {"version",
             {{"type", "string"}, {"description", "command whose first line is the version"}}}}}};
}

json::object environment_schema() {
  return {{"type", "object"}, {"description", "environment of the command that start names"}};
}

json::object configuration_schema() {
  json::object properties{{"facts", facts_schema()}, {"environment", environment_schema()}};
  for (auto const& option : run_options()) {
    if (differs_by_configuration(option.name)) {
      properties[option.name] = schema_of(option);
    }
  }
  return {{"type", json::array{"object", "null"}},
          {"additionalProperties", false},
          {"properties", properties}};
}

json::object entry_schema() {
  json::object properties;
  for (auto const& option : run_options()) {
    if (option.name != "config") {
      properties[option.name] = schema_of(option);
    }
  }
  properties["select"] = scalar_or({{"type", "string"}});
  properties["facts"] = facts_schema();
  properties["environment"] = environment_schema();
  properties["configurations"] = {
      {"type", "object"},
      {"additionalProperties", {{"$ref", "#/definitions/configuration"}}},
      {"description",
       "of a target: other facts of the same proxy, and how it is started or reconfigured with "
       "them; the run goes on there with the cases that were skipped before"}};
  properties["program"] = program_schema();
  properties["waivers"] = {
      {"anyOf", json::array{{{"type", "array"}, {"items", waiver_schema()}}, {{"type", "string"}}}},
      {"description", "failures that are known; a list, or the file that --write-baseline wrote"}};
  return {{"type", json::array{"object", "null"}},
          {"additionalProperties", false},
          {"properties", properties}};
}

}  // namespace

std::string config_schema() {
  json::object const root{
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", "rpchspec.yaml"},
      {"description", "Targets of rpchspec, and defaults of `rpchspec run`."},
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       {{"defaults", {{"$ref", "#/definitions/entry"}}},
        {"targets",
         {{"type", "object"}, {"additionalProperties", {{"$ref", "#/definitions/entry"}}}}}}},
      {"definitions", {{"entry", entry_schema()}, {"configuration", configuration_schema()}}}};
  return loader::pretty(root);
}

}  // namespace rpchspec::targets
