#include "harness/loader/selector.hpp"

#include <set>

#include "tests/loader/fixture.hpp"

namespace rpchspec::loader::testing {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

scenario::v1::Scenario scenario(std::string const& id, std::string const& by = "RPCH-1.8-01") {
  scenario::v1::Scenario s;
  s.set_id(id);
  s.set_category(id.substr(0, id.find('/')));
  s.set_since("1.0");
  s.set_file("scenarios/" + id.substr(0, id.find('@')) + ".yaml");
  s.add_expect()->add_by(by);
  return s;
}

Suite suite() {
  Suite suite;
  for (char const* id : {"reset/client-in@fin", "reset/client-in@rst", "reset/client-in-late",
                         "echo/in-echo", "echo/out-echo"}) {
    suite.scenarios.push_back(scenario(id));
  }
  suite.scenarios.push_back(scenario("timeout/idle", "PROD-Idle-01"));
  suite.scenarios.back().mutable_expected()->set_seconds(200);
  return suite;
}

Ids chosen(Selection const& selection) {
  auto const all = suite();
  auto const registry = small_library().requirements;
  auto const cases = select(all, selection, registry);
  Ids ids;
  if (!cases) {
    return {cases.error().detail};
  }
  for (auto const* each : *cases) {
    ids.push_back(each->id());
  }
  return ids;
}

Ids chosen(Ids selectors) {
  Selection selection;
  selection.selectors = std::move(selectors);
  return chosen(selection);
}

TEST(Selector, TakesIdsPrefixesGlobsCategoriesAndFiles) {
  EXPECT_EQ(chosen(Ids{"echo/in-echo"}), Ids{"echo/in-echo"});
  EXPECT_EQ(chosen(Ids{"reset/"}),
            (Ids{"reset/client-in@fin", "reset/client-in@rst", "reset/client-in-late"}));
  EXPECT_EQ(chosen(Ids{"echo"}), (Ids{"echo/in-echo", "echo/out-echo"}));
  EXPECT_EQ(chosen(Ids{"*@rst"}), Ids{"reset/client-in@rst"});
  EXPECT_EQ(chosen(Ids{"scenarios/echo/../echo/in-echo.yaml"}), Ids{"echo/in-echo"});
  EXPECT_EQ(chosen(Ids{"echo/out", "reset/client-in@f"}),
            (Ids{"reset/client-in@fin", "echo/out-echo"}));
}

TEST(Selector, TakesAnIdWithoutItsValuesExactly) {
  EXPECT_EQ(chosen(Ids{"reset/client-in"}), (Ids{"reset/client-in@fin", "reset/client-in@rst"}));
}

TEST(Selector, SaysWhatWasMeantWhenNothingMatches) {
  EXPECT_EQ(chosen(Ids{"rest/client-in"}),
            Ids{"no scenario matches 'rest/client-in'; did you mean 'reset/client-in'?"});
}

TEST(Selector, LeavesSoakCasesOutUnlessAskedForOrNamed) {
  Selection selection;
  EXPECT_EQ(chosen(selection).size(), 5U);
  selection.soak = true;
  EXPECT_EQ(chosen(selection).size(), 6U);
  EXPECT_EQ(chosen(Ids{"timeout/idle"}), Ids{"timeout/idle"});
  EXPECT_EQ(chosen(Ids{"timeout"}), Ids{});
}

TEST(Selector, FiltersByTimeRequirementLevelAndExclude) {
  Selection selection;
  selection.soak = true;
  selection.quick = true;
  EXPECT_EQ(chosen(selection).size(), 5U);
  selection.quick = false;
  selection.max_case = 250s;
  EXPECT_EQ(chosen(selection).size(), 6U);
  selection.requirements = {"PROD-"};
  EXPECT_EQ(chosen(selection), Ids{"timeout/idle"});
  selection.level = model::Level::should;
  EXPECT_EQ(chosen(selection), Ids{});
  selection.requirements.clear();
  EXPECT_EQ(chosen(selection).size(), 5U);
  selection.topology = "http-front";
  selection.level = model::Level::must;
  EXPECT_EQ(chosen(selection).size(), 0U);
  selection.level.reset();
  selection.excludes = {"echo", "*@fin"};
  EXPECT_EQ(chosen(selection).size(), 3U);
}

TEST(Selector, RunsOnlyWhatAnEarlierSuiteHad) {
  auto all = suite();
  all.scenarios[0].set_since("1.10");
  Selection selection;
  selection.as_of = "1.9";
  EXPECT_EQ(select(all, selection, small_library().requirements)->size(), 4U);
  selection.as_of = "1.10";
  EXPECT_EQ(select(all, selection, small_library().requirements)->size(), 5U);
}

TEST(Selector, TakesTheTimeOfACaseFromItsSilences) {
  auto const s = one(file_with(R"(steps:
  - parallel: [{pause: 3s}, [{pause: 1s}, {pause: 1s}]]
  - await: {client.out: {no-response: 4s}}
expect:
  - {client.out: {stays-open: 2s}, by: RPCH-1.8-01}
  - {client.in: {stays-open: 1s}, by: RPCH-1.8-01}
)"));
  EXPECT_EQ(expected_duration(s), 9s);
}

TEST(Glob, KnowsTheStarAndNothingElse) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("a*b*c", "axxbyyc"));
  EXPECT_TRUE(glob_matches("reset/*", "reset/a/b"));
  EXPECT_FALSE(glob_matches("a?c", "abc"));
  EXPECT_FALSE(glob_matches("[a]", "a"));
  EXPECT_FALSE(glob_matches("a*b", "abc"));
  EXPECT_FALSE(glob_matches(std::string(30, '*') + "b", std::string(1000, 'a')));
}

TEST(Shard, CoversEveryCaseExactlyOnceAndNearlyEvenly) {
  Suite all;
  for (int i = 0; i < 103; ++i) {
    all.scenarios.push_back(scenario("limits/case-" + std::to_string(i)));
  }
  auto const registry = small_library().requirements;
  for (std::uint32_t count : {1U, 2U, 4U, 7U, 103U, 200U}) {
    std::multiset<std::string> seen;
    for (std::uint32_t index = 1; index <= count; ++index) {
      Selection selection;
      selection.shard = Shard{index, count};
      auto const cases = select(all, selection, registry);
      EXPECT_GE(cases->size(), 103 / count);
      EXPECT_LE(cases->size(), 103 / count + 1);
      for (auto const* each : *cases) {
        seen.insert(each->id());
      }
    }
    EXPECT_EQ(seen.size(), 103U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 103U);
  }
}

using Nanoseconds = std::chrono::nanoseconds;

struct Loads {
  Nanoseconds all{};
  Nanoseconds alone{};
};

std::vector<Loads> loads_of(std::vector<scenario::v1::Scenario const*> const& cases,
                            std::uint32_t count) {
  std::vector<Loads> loads;
  for (std::uint32_t index = 1; index <= count; ++index) {
    auto& load = loads.emplace_back();
    for (auto const* each : part_of(cases, {index, count})) {
      load.all += expected_duration(*each);
      load.alone += each->exclusive() ? expected_duration(*each) : Nanoseconds();
    }
  }
  return loads;
}

TEST(Shard, TakesAsLongAsTheOthersAndPlaysAsLongAlone) {
  Suite all;
  for (int i = 0; i < 60; ++i) {
    auto& each = all.scenarios.emplace_back(scenario("limits/case-" + std::to_string(i)));
    each.mutable_expected()->set_seconds(i % 20 == 0 ? 120 : i % 7);
    each.set_exclusive(i % 3 == 0);
  }
  auto const cases = *select(all, {}, small_library().requirements);
  for (std::uint32_t count : {2U, 3U, 5U}) {
    auto const loads = loads_of(cases, count);
    for (auto const& a : loads) {
      for (auto const& b : loads) {
        // 100 ms that each case takes beside are not in its expected duration.
        EXPECT_LE(a.all - b.all, 120s + 2s) << count;
        EXPECT_LE(a.alone - b.alone, 120s + 2s) << count;
      }
    }
  }
}

TEST(Shard, OfOneLongCaseAndManyShortOnesLeavesTheLongOneAlone) {
  Suite all;
  for (int i = 0; i < 10; ++i) {
    all.scenarios.push_back(scenario("limits/case-" + std::to_string(i)));
    all.scenarios.back().mutable_expected()->set_seconds(i == 4 ? 30 : 3);
  }
  auto const cases = *select(all, {}, small_library().requirements);
  auto const loads = loads_of(cases, 2);
  EXPECT_EQ(std::max(loads[0].all, loads[1].all), 30s);
  EXPECT_EQ(std::min(loads[0].all, loads[1].all), 27s);
}

TEST(Selection, HasADigestOfItsIdsAlone) {
  auto const all = suite();
  auto cases = *select(all, {}, small_library().requirements);
  auto const digest = digest_of(cases);
  EXPECT_EQ(digest.size(), 16U);
  std::reverse(cases.begin(), cases.end());
  EXPECT_EQ(digest_of(cases), digest);
  cases.pop_back();
  EXPECT_NE(digest_of(cases), digest);
}

TEST(Shard, DoesNotDependOnTheOrderOfTheSuite) {
  auto const all = suite();
  std::vector<scenario::v1::Scenario const*> cases;
  for (auto const& each : all.scenarios) {
    cases.push_back(&each);
  }
  auto const first = part_of(cases, {1, 2});
  std::reverse(cases.begin(), cases.end());
  auto const again = part_of(cases, {1, 2});
  EXPECT_EQ(std::set(first.begin(), first.end()), std::set(again.begin(), again.end()));
}

TEST(Shard, IsReadStrictly) {
  EXPECT_EQ(parse_shard("2/4")->index, 2U);
  for (char const* bad : {"", "2", "0/4", "5/4", "1/0", "a/4", "1/4x", "1/ 4", "-1/4", "1/1001"}) {
    EXPECT_FALSE(parse_shard(bad)) << bad;
  }
}

}  // namespace
}  // namespace rpchspec::loader::testing
