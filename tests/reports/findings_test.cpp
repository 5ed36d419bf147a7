#include "reports/findings.hpp"

#include <gtest/gtest.h>

#include "case_results.hpp"
#include "reports/run_result.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::reports {
namespace {

using model::CaseResult;
using model::Level;
using model::Outcome;
using model::Verdict;

model::Observation objection(std::string requirement, std::string seen, Level level = Level::must) {
  model::Observation made;
  made.requirement = std::move(requirement);
  made.level = level;
  made.outcome = Outcome::never;
  made.kind = "not closed";
  made.leg = "client.out";
  made.expected = "closed";
  made.seen = std::move(seen);
  return made;
}

CaseResult failing(std::string id, std::string requirement, std::string seen = "nothing") {
  auto made = test::case_result(std::move(id), Verdict::fail);
  made.requirements = {requirement};
  made.observations = {objection(std::move(requirement), std::move(seen))};
  made.rerun = "rpchspec run " + made.id;
  return made;
}

CaseResult passing(std::string id, std::string requirement) {
  auto made = test::case_result(std::move(id), Verdict::pass);
  made.requirements = {requirement};
  model::Observation held;
  held.requirement = std::move(requirement);
  made.observations = {held};
  return made;
}

TEST(Normalised, LosesTimesSizesAddressesAndCookies) {
  EXPECT_EQ(normalised("nothing on client.out within 10.5 s; the last was CONN/C2 at 0.102 s"),
            "nothing on client.out within # s");
  EXPECT_EQ(normalised("a connection from 127.0.0.1:50312 at 1.000 s"),
            "a connection from # at # s");
  EXPECT_EQ(normalised("cookie 00112233445566778899aabbccddeeff"), "cookie #");
  EXPECT_EQ(normalised("BytesReceived 65536, connection 7"), "BytesReceived #, connection #");
  EXPECT_EQ(normalised("a PDU of 20 bytes"), "a PDU of # bytes");
}

TEST(Normalised, KeepsStatusCodesVersionsAndNames) {
  EXPECT_EQ(normalised("\"HTTP/1.1 501 Not Implemented\""), "\"HTTP/1.1 501 Not Implemented\"");
  EXPECT_EQ(normalised("fault nca_s_op_rng_error (0x1c010002)"),
            "fault nca_s_op_rng_error (0x1c010002)");
  EXPECT_EQ(normalised("CONN/A3 with Version 2"), "CONN/A3 with Version 2");
}

TEST(FindingId, IsStableAndFollowsTheSignature) {
  auto const one = objection("RPCH-1", "closed at 1.000 s");
  auto other = objection("RPCH-1", "closed at 2.500 s");
  EXPECT_EQ(finding_id(one), finding_id(other));
  EXPECT_EQ(finding_id(objection("RPCH-3.2.4.5.14-04", "nothing")), "f-473532b6");
  other.leg = "client.in";
  EXPECT_NE(finding_id(one), finding_id(other));
  EXPECT_NE(finding_id(one), finding_id(objection("RPCH-2", "closed at 1.000 s")));
}

TEST(Findings, AreOneForEachCauseWithAllItsCases) {
  auto const found = find_causes({failing("a/1", "R-1", "501 at 1.000 s"),
                                  failing("a/2", "R-1", "501 at 7.125 s"), failing("b/1", "R-2")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].cases, (std::vector<std::string>{"a/1", "a/2"}));
  EXPECT_EQ(found[0].rerun, "rpchspec run a/1");
}

TEST(Findings, PutWhatFailsFirst) {
  auto warns = failing("a/1", "R-1");
  warns.observations[0].level = Level::should;
  auto late = failing("a/2", "R-3");
  late.observations[0].outcome = Outcome::late;
  auto const found = find_causes({warns, late, failing("b/1", "R-2")});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].requirement, "R-2");
  EXPECT_NE(found[1].level, Level::must) << "what only came late must not look like a failure";
  EXPECT_NE(found[2].level, Level::must);
}

TEST(Findings, LeaveOutWhatOnlyInforms) {
  auto may = failing("a/1", "R-1");
  may.observations[0].level = Level::may;
  EXPECT_TRUE(find_causes({may, passing("a/2", "R-2")}).empty());
}

/// One expectation that cites several.
CaseResult failing_by(std::string id, std::vector<std::string> const& requirements) {
  auto made = failing(std::move(id), requirements.front());
  made.requirements = requirements;
  for (std::size_t i = 1; i < requirements.size(); ++i) {
    made.observations.push_back(objection(requirements[i], "nothing", Level::should));
    made.observations.back().led_by = requirements.front();
  }
  return made;
}

TEST(Findings, AreOneForAnExpectationWhateverItCites) {
  auto const alone = find_causes({failing("a/1", "R-1")});
  auto const found =
      find_causes({failing_by("a/1", {"R-1", "R-2"}), failing_by("a/2", {"R-1", "R-3", "R-2"})});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, alone[0].id);
  EXPECT_EQ(found[0].requirement, "R-1");
  EXPECT_EQ(found[0].level, Level::must);
  EXPECT_EQ(found[0].also, (std::vector<std::string>{"R-2", "R-3"}));
  EXPECT_EQ(found[0].cases, (std::vector<std::string>{"a/1", "a/2"}));
}

TEST(Findings, NameOnlyWhatIsBrokenBesides) {
  auto result = failing_by("a/1", {"R-1", "R-2"});
  result.observations[1].level = Level::may;
  EXPECT_TRUE(find_causes({result})[0].also.empty());
}

TEST(FindingCollector, TellsAtOnceWhatElseIsBroken) {
  FindingCollector collector;
  auto const fresh = collector.add(failing_by("a/1", {"R-1", "R-2"}));
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_EQ(fresh[0].also, std::vector<std::string>{"R-2"});
  EXPECT_TRUE(collector.add(failing_by("a/2", {"R-1", "R-3"})).empty());
}

TEST(FindingCollector, TellsEachFindingOnce) {
  FindingCollector collector;
  EXPECT_EQ(collector.add(failing("a/1", "R-1")).size(), 1U);
  EXPECT_EQ(collector.add(failing("a/2", "R-1")).size(), 0U);
  EXPECT_EQ(collector.findings()[0].cases.size(), 2U);
}

model::RunResult found_in(std::vector<CaseResult> cases) {
  model::RunResult run;
  run.cases = std::move(cases);
  summarize(run);
  return run;
}

Waiver waiver(std::string id, std::string until = "2027-06-30") {
  Waiver made;
  made.id = std::move(id);
  made.reason = "known";
  made.owner = "qa";
  made.until = std::move(until);
  return made;
}

TEST(Waivers, WaiveByIdRequirementAndFinding) {
  auto run = found_in(
      {failing("reset/a", "R-1"), failing("reset/b", "R-2", "x"), failing("c/1", "R-3", "y")});
  auto by_requirement = waiver("");
  by_requirement.requirement = "R-2";
  auto by_finding = waiver("");
  by_finding.finding = finding_id(run.cases[2].observations[0]);
  auto const report = apply_waivers(run, {waiver("*/a"), by_requirement, by_finding}, "2027-01-01");
  EXPECT_EQ(report.waived_cases, 3U);
  EXPECT_TRUE(report.warnings.empty());
  EXPECT_EQ(run.summary[Verdict::waived], 3U);
  EXPECT_EQ(run.summary[Verdict::fail], 0U);
  for (auto const& finding : run.findings) {
    EXPECT_TRUE(finding.waived);
  }
  EXPECT_EQ(run.requirements[0].verdict, Verdict::waived);
}

TEST(Waivers, DoNotHideAnotherFailureOfTheSameCase) {
  auto result = failing("a/1", "R-1");
  result.observations.push_back(objection("R-2", "worse"));
  auto run = found_in({result});
  auto only = waiver("");
  only.requirement = "R-1";
  apply_waivers(run, {only}, "2027-01-01");
  EXPECT_EQ(run.cases[0].verdict, Verdict::fail);
}

TEST(Waivers, OfOneRequirementDoNotHideWhatIsBrokenWithIt) {
  auto result = failing_by("a/1", {"R-1", "R-2"});
  result.observations[1].level = Level::must;
  auto const waived = [&](std::vector<std::string> const& requirements) {
    auto run = found_in({result});
    std::vector<Waiver> waivers;
    for (auto const& id : requirements) {
      waivers.push_back(waiver(""));
      waivers.back().requirement = id;
    }
    EXPECT_TRUE(apply_waivers(run, waivers, "2027-01-01").warnings.empty());
    EXPECT_EQ(run.findings[0].waived, run.cases[0].verdict == Verdict::waived);
    return run.findings[0].waived;
  };
  EXPECT_FALSE(waived({"R-1"}));
  EXPECT_FALSE(waived({"R-2"})) << "R-1 is not known to be broken";
  EXPECT_TRUE(waived({"R-1", "R-2"}));
}

TEST(Waivers, OfAFindingCoverAllThatItCites) {
  auto result = failing_by("a/1", {"R-1", "R-2"});
  result.observations[1].level = Level::must;
  auto run = found_in({result});
  auto whole = waiver("");
  whole.finding = run.findings[0].id;
  EXPECT_EQ(apply_waivers(run, {whole}, "2027-01-01").waived_cases, 1U);
  EXPECT_EQ(run.requirements[1].verdict, Verdict::waived);
}

TEST(Waivers, CoverWhatOnlyAStrictRunCallsAFailure) {
  auto result = failing("a/1", "R-1");
  result.observations[0].level = Level::should;
  auto also = objection("R-2", "worse");
  also.level = Level::should;
  auto both = result;
  both.id = "a/2";
  both.observations.push_back(also);
  auto run = found_in({result, both});
  auto only = waiver("");
  only.requirement = "R-1";
  EXPECT_EQ(apply_waivers(run, {only}, "2027-01-01", true).waived_cases, 1U);
  EXPECT_EQ(run.cases[0].verdict, Verdict::waived);
  EXPECT_EQ(run.cases[1].verdict, Verdict::fail);
}

TEST(Waivers, EndWithTheirDay) {
  auto run = found_in({failing("a/1", "R-1")});
  auto last_day = run;
  EXPECT_EQ(apply_waivers(last_day, {waiver("a/1", "2027-01-01")}, "2027-01-01").waived_cases, 1U);
  auto const report = apply_waivers(run, {waiver("a/1", "2027-01-01")}, "2027-01-02");
  EXPECT_EQ(report.waived_cases, 0U);
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_NE(report.warnings[0].find("ended on 2027-01-01"), std::string::npos);
}

TEST(Waivers, WarnFromThirtyDaysBefore) {
  auto const warned = [](std::string const& today) {
    auto run = found_in({failing("a/1", "R-1")});
    return apply_waivers(run, {waiver("a/1", "2027-03-31")}, today).warnings.size();
  };
  EXPECT_EQ(warned("2027-02-28"), 0U);
  EXPECT_EQ(warned("2027-03-01"), 1U);
}

TEST(Waivers, AreStaleOnlyWhereTheCaseRan) {
  auto const warnings = [](std::vector<CaseResult> cases, Waiver const& one) {
    auto run = found_in(std::move(cases));
    return apply_waivers(run, {one}, "2027-01-01").warnings;
  };
  auto skipped = passing("a/1", "R-1");
  skipped.verdict = Verdict::not_run;
  EXPECT_EQ(warnings({passing("a/1", "R-1")}, waiver("a/1")).size(), 1U);
  EXPECT_EQ(warnings({skipped}, waiver("a/1")).size(), 0U);
  EXPECT_EQ(warnings({passing("b/1", "R-1")}, waiver("a/1")).size(), 0U);
  auto finding = waiver("");
  finding.finding = "f-00000000";
  EXPECT_EQ(warnings({passing("a/1", "R-1")}, finding).size(), 0U);
  finding.cases = {"a/1"};
  EXPECT_EQ(warnings({passing("a/1", "R-1")}, finding).size(), 1U);
}

TEST(Waivers, ThatNameNothingMatchNothing) {
  auto run = found_in({failing("a/1", "R-1")});
  apply_waivers(run, {waiver("")}, "2027-01-01");
  EXPECT_EQ(run.cases[0].verdict, Verdict::fail);
}

TEST(Dates, AreCalendarDays) {
  EXPECT_TRUE(is_date("2028-02-29"));
  EXPECT_FALSE(is_date("2027-02-29"));
  EXPECT_FALSE(is_date("2027-2-1"));
  EXPECT_FALSE(is_date("tomorrow"));
}

TEST(Baseline, WaivesWhatFailedAndNothingElse) {
  auto warns = failing("a/9", "R-9");
  warns.observations[0].level = Level::should;
  warns.verdict = Verdict::warn;
  auto const run = found_in({failing("a/1", "R-1", "said \"no\""), warns});
  auto const text = baseline(run, {"qa", "2027-01-01", "2027-03-01"});
  EXPECT_NE(text.find("  - finding: " + finding_id(run.cases[0].observations[0]) + "\n"),
            std::string::npos);
  EXPECT_NE(text.find("      - \"a/1\"\n"), std::string::npos);
  EXPECT_EQ(text.find("R-9"), std::string::npos);
  EXPECT_NE(baseline(run, {"qa", "2027-01-01", "2027-03-01", true}).find("R-9"), std::string::npos);
  auto const several = found_in({failing_by("a/1", {"R-1", "R-2"})});
  EXPECT_NE(baseline(several, {"qa", "2027-01-01", ""}).find("  # R-1, R-2: nothing\n"),
            std::string::npos);
  EXPECT_NE(baseline({}, {"qa", "2027-01-01", ""}).find("waivers: []"), std::string::npos);
}

TEST(Requirements, TakeTheWorstOfTheirCases) {
  auto const run = found_in({passing("a/1", "R-1"), failing("a/2", "R-1"), passing("a/3", "R-2")});
  ASSERT_EQ(run.requirements.size(), 2U);
  EXPECT_EQ(run.requirements[0].verdict, Verdict::fail);
  EXPECT_EQ(run.requirements[0].cases.size(), 2U);
  EXPECT_EQ(run.requirements[1].verdict, Verdict::pass);
}

TEST(Requirements, AreBrokenAlsoWhereAnotherLeads) {
  auto result = failing_by("a/1", {"R-1", "R-2"});
  result.observations[1].level = Level::must;
  auto const run = found_in({result});
  EXPECT_EQ(run.requirements[1].id, "R-2");
  EXPECT_EQ(run.requirements[1].verdict, Verdict::fail);
}

TEST(Requirements, AreNotBlamedForAnotherOnesFailure) {
  auto result = failing("a/1", "R-1");
  result.requirements.push_back("R-2");
  model::Observation held;
  held.requirement = "R-2";
  result.observations.push_back(held);
  auto const run = found_in({result});
  EXPECT_EQ(run.requirements[1].verdict, Verdict::pass);
}

TEST(Merge, JoinsShardsOfOneRun) {
  auto a = found_in({failing("a/1", "R-1")});
  auto b = found_in({passing("b/1", "R-1"), failing("b/2", "R-1")});
  a.complete = b.complete = true;
  a.duration_s = 3;
  b.duration_s = 5;
  auto const merged = merge({b, a}, 2);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->run.cases.size(), 3U);
  EXPECT_EQ(merged->run.cases[0].id, "a/1");
  EXPECT_EQ(merged->run.findings.size(), 1U);
  EXPECT_EQ(merged->run.findings[0].cases.size(), 2U);
  EXPECT_EQ(merged->run.requirements[0].cases.size(), 3U);
  EXPECT_EQ(merged->run.summary.at(Verdict::fail), 2U);
  EXPECT_EQ(merged->run.duration_s, 5);
  EXPECT_TRUE(merged->run.complete);
}

TEST(Merge, JoinsWhatAFindingBreaksBesides) {
  auto const merged = merge({found_in({failing_by("a/1", {"R-1", "R-2"})}),
                             found_in({failing_by("a/2", {"R-1", "R-3"})})},
                            2);
  ASSERT_TRUE(merged);
  ASSERT_EQ(merged->run.findings.size(), 1U);
  EXPECT_EQ(merged->run.findings[0].also, (std::vector<std::string>{"R-2", "R-3"}));
}

TEST(Merge, CountsMissingShardsAndRefusesOtherRuns) {
  auto a = found_in({passing("a/1", "R-1")});
  a.complete = true;
  auto const merged = merge({a}, 3);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->missing_shards, 2U);
  EXPECT_FALSE(merged->run.complete);
  auto b = a;
  b.seed = 99;
  EXPECT_FALSE(merge({a, b}, 0));
  EXPECT_FALSE(merge({}, 0));
}

}  // namespace
}  // namespace rpchspec::reports
