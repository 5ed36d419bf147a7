#include "harness/targets/needed_fact.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "model/scalars.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::targets {
namespace {

/// What a scenario needs of a fact.
struct NeededFact {
  std::string name;
  std::vector<std::string_view> ends{};  // none: any value; one: this; two: from, to; empty: open
};

NeededFact needed_fact(std::string_view text) {
  auto const equals = text.find('=');
  NeededFact needed{std::string(text.substr(0, equals))};
  if (equals == text.npos) {
    return needed;
  }
  auto const value = text.substr(equals + 1);
  auto const dots = value.find("..");
  needed.ends.push_back(value.substr(0, dots));
  if (dots != value.npos) {
    needed.ends.push_back(value.substr(dots + 2));
  }
  return needed;
}

/// Of a fact that is a duration or a size: it can be more and less.
std::optional<std::uint64_t> quantity(std::string_view name, std::string_view value) {
  auto const* const kind = fact_kind(name);
  if (kind != nullptr && kind->type == "duration") {
    auto const parsed = model::parse_duration(value);
    return parsed ? std::optional(static_cast<std::uint64_t>(*parsed)) : std::nullopt;
  }
  if (kind != nullptr && kind->type == "size") {
    auto const parsed = model::parse_size(value);
    return parsed ? std::optional(*parsed) : std::nullopt;
  }
  return std::nullopt;
}

bool is_value(std::string_view name, std::string_view stated, std::string_view needed) {
  auto const is = quantity(name, stated);
  return stated == needed || (is && is == quantity(name, needed));
}

}  // namespace

std::string wrong_fact(std::string_view fact) {
  auto const needed = needed_fact(fact);
  auto const names = fact_names();
  if (std::find(names.begin(), names.end(), needed.name) == names.end()) {
    return "unknown fact '" + needed.name + "'" +
           model::suggestion(underscored(needed.name), names);
  }
  auto const is_range = needed.ends.size() == 2;
  if (is_range && needed.ends.front().empty() && needed.ends.back().empty()) {
    return "fact '" + needed.name + "': a range has a lower or an upper end, as 120s..";
  }
  for (auto const end : needed.ends) {
    if (is_range && end.empty()) {
      continue;
    }
    Facts stated;
    if (auto const set = set_fact(stated, needed.name, std::string(end)); !set) {
      return "fact " + set.error().detail;
    }
    if (is_range && !quantity(needed.name, end)) {
      return "fact '" + needed.name +
             "' takes no range: that is for durations and sizes, as 20s..60s";
    }
  }
  return {};
}

bool states(Facts const& facts, std::string_view fact) {
  auto const needed = needed_fact(fact);
  auto const stated = facts.given.find(needed.name);
  if (stated == facts.given.end()) {
    return false;
  }
  auto const& value = stated->second;
  if (needed.ends.empty()) {
    return value != "false" && value != "none";
  }
  if (needed.ends.size() == 1) {
    return is_value(needed.name, value, needed.ends.front());
  }
  auto const low = quantity(needed.name, needed.ends.front());
  auto const high = quantity(needed.name, needed.ends.back());
  auto const is = quantity(needed.name, value);
  return is && (!low || *low <= *is) && (!high || *is <= *high);
}

std::vector<std::string> values_of_need(std::string_view fact) {
  auto const needed = needed_fact(fact);
  std::vector<std::string> values;
  for (auto const end : needed.ends) {
    if (!end.empty()) {
      values.emplace_back(end);
    }
  }
  return values;
}

}  // namespace rpchspec::targets
