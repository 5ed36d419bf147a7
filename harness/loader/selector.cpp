#include "harness/loader/selector.hpp"

#include <algorithm>
#include <charconv>
#include <compare>
#include <filesystem>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "harness/loader/level_bound.hpp"
#include "harness/loader/scenario_words.hpp"
#include "harness/loader/suite_version.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

using model::Level;
using scenario::v1::Scenario;
using Cases = std::vector<Scenario const*>;

constexpr std::uint32_t kMostShards = 1000;

std::string_view without_values(std::string_view id) {
  return id.substr(0, id.find('@'));
}

bool is_exact(std::string_view selector, Scenario const& scenario) {
  return selector == scenario.id() || selector == without_values(scenario.id());
}

bool same_file(std::string_view selector, std::string const& file) {
  std::error_code ignored;
  auto const a = std::filesystem::weakly_canonical(selector, ignored);
  auto const b = std::filesystem::weakly_canonical(file, ignored);
  return a == b;
}

bool matches_exactly_or_by_form(std::string_view selector, Scenario const& scenario) {
  if (names_a_file(selector)) {
    return same_file(selector, scenario.file());
  }
  return is_exact(selector, scenario) || selector == scenario.category() ||
         (selector.find('*') != std::string_view::npos && glob_matches(selector, scenario.id()));
}

/// Which cases one selector means; `exact` is told of those that it names.
struct Meant {
  Cases cases;
  bool exactly = false;
};

Meant meant_by(std::string const& selector, Suite const& suite) {
  Meant meant;
  for (auto const& scenario : suite.scenarios) {
    meant.exactly = meant.exactly || is_exact(selector, scenario);
  }
  for (auto const& scenario : suite.scenarios) {
    bool const in = meant.exactly ? is_exact(selector, scenario) : matches(selector, scenario);
    if (in) {
      meant.cases.push_back(&scenario);
    }
  }
  return meant;
}

Error nothing_matches(std::string const& selector, Suite const& suite) {
  std::vector<std::string> known = categories();
  for (auto const& scenario : suite.scenarios) {
    known.emplace_back(without_values(scenario.id()));
  }
  auto const near = model::nearest(selector, known);
  return {ErrorCode::not_found,
          0,
          {},
          {},
          "no scenario matches '" + selector + "'" +
              (near.empty() ? "; see rpchspec list" : "; did you mean '" + near + "'?")};
}

bool contains(Cases const& cases, Scenario const* scenario) {
  return std::find(cases.begin(), cases.end(), scenario) != cases.end();
}

bool cites(Scenario const& scenario,
           Selection const& selection,
           model::RequirementRegistry const& registry) {
  auto const ids = cited(scenario);
  auto const wanted = [&](std::string const& id) {
    return std::any_of(selection.requirements.begin(), selection.requirements.end(),
                       [&](auto const& prefix) { return id.starts_with(prefix); });
  };
  auto const high = [&](std::string const& id) {
    return at_least(registry.level(id, selection.topology), *selection.level);
  };
  return (selection.requirements.empty() || std::any_of(ids.begin(), ids.end(), wanted)) &&
         (!selection.level || std::any_of(ids.begin(), ids.end(), high));
}

bool in_time(Scenario const& scenario, Selection const& selection, bool named) {
  auto const expected = expected_duration(scenario);
  return (!selection.quick || expected <= kQuickCase) &&
         (selection.soak || named || !is_soak(scenario)) &&
         (!selection.max_case || expected <= *selection.max_case) &&
         (selection.as_of.empty() || !before(selection.as_of, scenario.since()));
}

constexpr std::uint64_t kFnvBasis = 14695981039346656037ULL;

/// FNV-1a: the same on every machine and in every release.
std::uint64_t stable_hash(std::string_view text, std::uint64_t hash = kFnvBasis) {
  for (char const c : text) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  }
  return hash;
}

constexpr std::chrono::milliseconds kSetUpTime{100};  // of a case that waits for nothing

struct Weighed {
  Scenario const* scenario = nullptr;
  std::chrono::nanoseconds time{};
  std::uint64_t hash = 0;
};

struct Load {
  std::chrono::nanoseconds time{};
  std::size_t cases = 0;

  auto operator<=>(Load const&) const = default;
};

/// Exclusive cases before all others, so that each shard gets its share of both; among equals by a
/// hash of the id, so that neighbours spread.
std::vector<Weighed> heaviest_first(Cases const& cases) {
  std::vector<Weighed> out;
  for (auto const* each : cases) {
    out.push_back({each, kSetUpTime + expected_duration(*each), stable_hash(each->id())});
  }
  std::sort(out.begin(), out.end(), [](Weighed const& a, Weighed const& b) {
    return std::tuple(b.scenario->exclusive(), b.time, a.hash, a.scenario->id()) <
           std::tuple(a.scenario->exclusive(), a.time, b.hash, b.scenario->id());
  });
  return out;
}

}  // namespace

Result<Shard> parse_shard(std::string_view text) {
  auto const slash = text.find('/');
  Shard shard;
  auto const read = [](std::string_view digits, std::uint32_t& into) {
    auto const* end = digits.data() + digits.size();
    auto const [at, error] = std::from_chars(digits.data(), end, into);
    return error == std::errc{} && at == end && into > 0;
  };
  if (slash == std::string_view::npos || !read(text.substr(0, slash), shard.index) ||
      !read(text.substr(slash + 1), shard.count) || shard.index > shard.count ||
      shard.count > kMostShards) {
    return fail(
        {ErrorCode::bad_value,
         0,
         {},
         {},
         "a shard is I/N with 1 <= I <= N <= 1000, as in 2/4; got '" + std::string(text) + "'"});
  }
  return shard;
}

bool glob_matches(std::string_view glob, std::string_view text) {
  // Greedy with one point to go back to: linear in practice, never exponential.
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

bool names_a_file(std::string_view selector) {
  return selector.ends_with(".yaml") || selector.ends_with(".yml");
}

bool matches(std::string_view selector, Scenario const& scenario) {
  return matches_exactly_or_by_form(selector, scenario) ||
         (!selector.empty() && !names_a_file(selector) && scenario.id().starts_with(selector));
}

Result<Cases> select(Suite const& suite,
                     Selection const& selection,
                     model::RequirementRegistry const& registry) {
  Cases chosen;
  Cases named;
  for (auto const& selector : selection.selectors) {
    auto const meant = meant_by(selector, suite);
    if (meant.cases.empty()) {
      return fail(nothing_matches(selector, suite));
    }
    chosen.insert(chosen.end(), meant.cases.begin(), meant.cases.end());
    if (meant.exactly) {
      named.insert(named.end(), meant.cases.begin(), meant.cases.end());
    }
  }
  Cases out;
  for (auto const& scenario : suite.scenarios) {
    bool const in = selection.selectors.empty() || contains(chosen, &scenario);
    bool const excluded = std::any_of(selection.excludes.begin(), selection.excludes.end(),
                                      [&](auto const& each) { return matches(each, scenario); });
    if (in && !excluded && cites(scenario, selection, registry) &&
        in_time(scenario, selection, contains(named, &scenario))) {
      out.push_back(&scenario);
    }
  }
  return selection.shard ? part_of(std::move(out), *selection.shard) : out;
}

Cases part_of(Cases cases, Shard shard) {
  auto const weighed = heaviest_first(cases);
  std::vector<Load> loads(shard.count);
  std::set<Scenario const*> mine;
  for (auto const& each : weighed) {
    auto const lightest = std::min_element(loads.begin(), loads.end());
    lightest->time += each.time;
    ++lightest->cases;
    if (lightest - loads.begin() + 1 == shard.index) {
      mine.insert(each.scenario);
    }
  }
  std::erase_if(cases, [&](auto const* each) { return !mine.contains(each); });
  return cases;
}

std::string digest_of(Cases const& cases) {
  std::set<std::string_view> ids;
  for (auto const* each : cases) {
    ids.insert(each->id());
  }
  std::uint64_t hash = kFnvBasis;
  for (auto const id : ids) {
    hash = stable_hash("\n", stable_hash(id, hash));
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace rpchspec::loader
