// Which cases a command line means.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/loader/load.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::loader {

/// One of several machines that share a run; index from 1.
struct Shard {
  std::uint32_t index = 1;
  std::uint32_t count = 1;
};

/// "2/4". At most 1000 shards.
[[nodiscard]] Result<Shard> parse_shard(std::string_view text);

struct Selection {
  std::vector<std::string> selectors;  // id, id prefix, glob with *, category, YAML path; none: all
  std::vector<std::string> excludes;   // the same forms
  std::vector<std::string> requirements;  // prefixes of ids that a case must cite one of
  std::optional<model::Level> level;      // cases that check something at this level or above it
  std::string topology;                   // whose levels count
  bool quick = false;                     // no case over 5 s
  bool soak = false;                      // also cases over 150 s
  std::optional<std::chrono::nanoseconds> max_case;
  std::string as_of;  // only what this version of the suite had
  std::optional<Shard> shard;
};

inline constexpr std::chrono::seconds kQuickCase{5};
inline constexpr std::chrono::seconds kSoakCase{150};

/// How long a case takes when all is well: what it says itself, else the sum of its silences.
[[nodiscard]] std::chrono::nanoseconds expected_duration(scenario::v1::Scenario const& scenario);

/// True for cases outside the default run: marked `soak`, or expected to take over 150 s.
[[nodiscard]] bool is_soak(scenario::v1::Scenario const& scenario);

/// `*` stands for any characters, '/' included; everything else for itself.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text);

/// True for a selector that names a file: it ends in .yaml or .yml.
[[nodiscard]] bool names_a_file(std::string_view selector);

/// One selector on one case. A prefix counts only where no id is meant exactly; see select().
[[nodiscard]] bool matches(std::string_view selector, scenario::v1::Scenario const& scenario);

/// Every requirement id that a case cites, in its order, each once.
[[nodiscard]] std::vector<std::string> cited(scenario::v1::Scenario const& scenario);

/// The cases that a selection means, in the order of the suite. A selector that equals an id, or an
/// id without its matrix values, means just that, also where it is a soak case; else prefixes
/// count. not_found names a selector that no case of the suite matches, with what is near.
[[nodiscard]] Result<std::vector<scenario::v1::Scenario const*>> select(
    Suite const& suite, Selection const& selection, model::RequirementRegistry const& registry);

/// This shard's part of a selection, in the order of the suite. Each case is in exactly one shard.
///
/// A pure function of the selection and N. The expected durations of two shards differ by no more
/// than that of one case; so do, apart, those of the exclusive cases, which run one by one.
[[nodiscard]] std::vector<scenario::v1::Scenario const*> part_of(
    std::vector<scenario::v1::Scenario const*> cases, Shard shard);

/// 16 hex digits of the ids, whatever their order: tells selections apart.
[[nodiscard]] std::string digest_of(std::vector<scenario::v1::Scenario const*> const& cases);

}  // namespace rpchspec::loader
