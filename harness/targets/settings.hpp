// Everything that `rpchspec run` may be told, by its flags or by rpchspec.yaml.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/loader/selector.hpp"
#include "harness/targets/target.hpp"

namespace rpchspec::targets {

enum class Progress { automatic, plain, github, json, none };
enum class KeepEvidence { failed, all, none };

/// What was written, not yet what it means where that depends on other settings.
struct Settings {
  Target target;
  std::vector<Target> configurations;  // further ones of the same proxy, in their order
  std::string config;                  // file; empty: ./rpchspec.yaml where it is
  std::string target_name;
  std::string password_file;
  std::string agent_token_file;

  std::vector<std::string> select;
  std::vector<std::string> requirements;  // id prefixes
  std::string level;                      // empty: all
  bool last_failed = false;
  std::string as_of;
  bool quick = false;
  bool soak = false;
  Duration max_case = Duration::max();
  loader::Shard shard{};

  std::uint32_t jobs = 0;
  Duration max_time = Duration::max();
  double timeout_scale = 1;
  std::uint64_t seed = 0;
  std::uint32_t repeat = 1;
  bool fail_fast = false;
  bool strict = false;
  Progress progress = Progress::automatic;

  std::string out = "rpchspec-out";
  std::string junit;
  std::string suite_name = "rpchspec";
  std::string write_baseline;
  KeepEvidence evidence = KeepEvidence::failed;
  bool quiet = false;
  bool verbose = false;

  bool topology_given = false;
  bool ports_given = false;
};

}  // namespace rpchspec::targets
