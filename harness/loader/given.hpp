// Named set-ups, read from scenarios/given.yaml: what `given: [opened]` stands for.
//
//   opened:
//     means: a virtual connection is open
//     steps: [client.open]
//   bound:
//     means: ... and an RPC interface is bound
//     after: opened
//     steps: [{client.call: bind}]

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/strict_yaml.hpp"

namespace rpchspec::loader {

struct SetUp {
  std::string means;  // in words, for explain
  std::string after;  // the set-up it builds on; empty: none
  model::YamlNode steps;
};

using SetUps = std::map<std::string, SetUp>;

/// Reads the file and checks that every step of it is one.
[[nodiscard]] SetUps read_set_ups(model::YamlNode const& root, model::TextErrors& errors);

/// A set-up with those it builds on, in the order in which they run; each once.
[[nodiscard]] std::vector<std::string> in_order(std::vector<std::string> const& given,
                                                SetUps const& set_ups);

}  // namespace rpchspec::loader
