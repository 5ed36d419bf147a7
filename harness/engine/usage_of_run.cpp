#include "harness/engine/usage_of_run.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "protocol/base/time.hpp"
#include "reports/monitor.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::engine {

using model::CaseResult;
using model::Observation;

namespace {

constexpr std::uint64_t kLeastToTell = 60;          // connections
constexpr std::uint64_t kFewDescriptors = 8;        // and one for each hundred connections
constexpr std::uint64_t kMiB = 1U << 20;            // bytes
constexpr std::uint64_t kWarmUp = 128 * kMiB;       // bytes that say nothing
constexpr std::uint64_t kOfAConnection = kMiB / 4;  // bytes
constexpr auto kBetweenLooks = std::chrono::milliseconds(100);

Observation left(std::string_view requirement,
                 std::string_view what,
                 std::string expected,
                 std::string seen) {
  Observation made;
  made.requirement = requirement;
  made.outcome = model::Outcome::never;
  made.kind = fmt::format("whole run: {} left", what);
  made.leg = "proxy";
  made.expected = std::move(expected);
  made.seen = std::move(seen);
  made.where = "after the last case";
  made.from_monitor = true;
  return made;
}

/// "required: ...", "expected: ...", "seen: ...".
std::string words(Observation const& of, model::RequirementRegistry const& registry) {
  auto const* const known = registry.find(of.requirement);
  return fmt::format("required: {} ({}) {}\nexpected: {}\nseen:     {}", of.requirement,
                     model::to_string(of.level), known == nullptr ? "" : known->text, of.expected,
                     of.seen);
}

CaseResult told(std::vector<Observation> observations, model::RequirementRegistry const& registry) {
  CaseResult result;
  result.id = kWholeRun;
  result.title = "After all cases the proxy holds what it held before them";
  result.category = "limits";
  result.verdict = reports::verdict_of(observations, {});
  result.message = words(observations.front(), registry);
  result.where = observations.front().where;
  for (auto const& each : observations) {
    result.requirements.push_back(each.requirement);
  }
  result.observations = std::move(observations);
  return result;
}

}  // namespace

std::vector<Observation> growth(targets::Usage const& before,
                                targets::Usage const& after,
                                std::uint64_t connections) {
  std::vector<Observation> grown;
  if (connections < kLeastToTell || before.processes == 0) {
    return grown;
  }
  // Workers that came since hold what the others do.
  auto const workers = std::max(before.processes, after.processes);
  auto const scaled = [&](std::uint64_t held) { return held * workers / before.processes; };
  if (after.descriptors > scaled(before.descriptors) + kFewDescriptors + connections / 100) {
    grown.push_back(
        left("PROD-Resources-01", "descriptors",
             fmt::format("about {} descriptors, as before the first case", before.descriptors),
             fmt::format("{} after {} connections of clients", after.descriptors, connections)));
  }
  if (after.resident > scaled(before.resident) + std::max(kWarmUp, connections * kOfAConnection)) {
    grown.push_back(left(
        "PROD-Resources-02", "memory",
        fmt::format("about {} MiB, as before the first case", before.resident / kMiB),
        fmt::format("{} MiB after {} connections of clients", after.resident / kMiB, connections)));
  }
  return grown;
}

void UsageOfRun::begin(pid_t group) {
  begin(group == 0 ? Read() : [group] { return targets::usage_of_group(group); });
}

void UsageOfRun::begin(Read read) {
  read_ = std::move(read);
  before_ = read_ ? read_() : std::nullopt;
  connections_ = 0;
}

std::optional<CaseResult> UsageOfRun::end(model::RequirementRegistry const& registry,
                                          std::string_view topology,
                                          std::atomic<int> const& stop) {
  auto const before = std::exchange(before_, std::nullopt);
  auto const patience = std::chrono::duration<double>(reports::kPatienceToClose);
  auto const until = Clock::now() + std::chrono::duration_cast<Duration>(patience);
  while (before && stop == 0) {
    auto const after = read_();
    auto grown = after ? growth(*before, *after, connections_) : std::vector<Observation>();
    if (grown.empty()) {
      return std::nullopt;
    }
    if (Clock::now() >= until) {
      for (auto& each : grown) {
        each.level = registry.level(each.requirement, topology);
      }
      return told(std::move(grown), registry);
    }
    std::this_thread::sleep_for(kBetweenLooks);  // /proc tells nobody that a descriptor went
  }
  return std::nullopt;
}

}  // namespace rpchspec::engine
