#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "case_results.hpp"
#include "reports/junit.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"
#include "reports/terminal.hpp"

#include <pugixml.hpp>

namespace rpchspec::reports {
namespace {

using model::CaseResult;
using model::RunResult;
using model::Verdict;

CaseResult result(std::string id, Verdict verdict, std::string message = {}) {
  auto made = test::case_result(std::move(id), verdict, 0.4126);
  made.title = "A title";
  made.started_s = 7.25;
  made.message = std::move(message);
  made.where = "step 3 server.close, 2.104 s, connection 4";
  made.rerun = "rpchspec run " + made.id;
  return made;
}

RunResult everything() {
  RunResult run;
  run.complete = true;
  run.tool_version = "1.0.0";
  run.suite = "1.0";
  run.started = "2027-01-01T00:00:00Z";
  run.duration_s = 12.5;
  run.seed = 18446744073709551615ULL;
  run.target = {"edge", {"http://gw:80", "https://gw"}, "rpc-proxy", {{"auth", "basic"}}};
  run.cases = {
      result("reset/a", Verdict::fail, "required: R-1\nexpected: x <&> \"y\"\nseen:     z"),
      result("reset/b", Verdict::pass),
      result("echo/c", Verdict::warn, "late"),
      result("echo/d", Verdict::waived, "waived: known"),
      result("echo/e", Verdict::skip, "needs fact receive_window"),
      result("echo/f", Verdict::not_run, "the proxy is dead"),
      result("echo/g", Verdict::blocked, "step 1 failed"),
      result("echo/h", Verdict::error, "late machine")};
  model::Observation seen;
  seen.requirement = "R-1";
  seen.outcome = model::Outcome::never;
  seen.kind = "not closed";
  seen.leg = "client.out";
  seen.expected = "closed";
  seen.seen = "nothing";
  auto also = seen;
  also.requirement = "R-2";
  also.led_by = "R-1";
  run.cases[0].observations = {seen, also};
  run.cases[0].requirements = {"R-1"};
  run.cases[1].suspect = true;
  summarize(run);
  return run;
}

TEST(ResultsJson, HasEveryFieldOfTheContract) {
  auto const root = boost::json::parse(to_json(everything())).as_object();
  for (auto const* key : {"schema", "complete", "tool", "started", "duration_s", "seed", "target",
                          "summary", "findings", "cases", "requirements"}) {
    EXPECT_TRUE(root.contains(key)) << key;
  }
  EXPECT_EQ(root.at("schema"), 1);
  EXPECT_EQ(root.at("seed").as_uint64(), 18446744073709551615ULL);
  EXPECT_EQ(root.at("tool").at("name"), "rpchspec");
  EXPECT_EQ(root.at("target").at("facts").at("auth"), "basic");
  for (auto const* key :
       {"pass", "warn", "fail", "waived", "skip", "not_run", "blocked", "error"}) {
    EXPECT_EQ(root.at("summary").at(key), 1) << key;
  }
  auto const& first = root.at("cases").at(0).as_object();
  EXPECT_EQ(first.at("id"), "reset/a");
  EXPECT_EQ(first.at("started_s").as_double(), 7.25);
  EXPECT_EQ(first.at("duration_s").as_double(), 0.413);
  EXPECT_EQ(first.at("requirements").at(0), "R-1");
  EXPECT_EQ(root.at("cases").at(5).at("verdict"), "not-run");
  EXPECT_EQ(root.at("findings").at(0).at("cases").at(0), "reset/a");
  EXPECT_EQ(root.at("findings").at(0).at("also").at(0), "R-2");
  EXPECT_EQ(root.at("requirements").at(0).at("verdict"), "fail");
}

TEST(ResultsJson, ComesBackAsItWas) {
  auto const text = to_json(everything());
  auto const back = from_json(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->cases[6].verdict, Verdict::blocked);
  EXPECT_TRUE(back->cases[1].suspect);
  EXPECT_EQ(back->cases[1].started_s, 7.25);
  EXPECT_EQ(back->summary.at(Verdict::fail), 1U);
}

TEST(ResultsJson, IsUtf8WhateverAPeerSent) {
  auto run = everything();
  run.cases[0].message = "seen \xFF\xC3\x28 \xE2\x82\xAC \x01";
  auto const text = to_json(run);
  EXPECT_NE(text.find("seen \xEF\xBF\xBD\xEF\xBF\xBD( \xE2\x82\xAC \\u0001"), std::string::npos);
  EXPECT_TRUE(from_json(text));
}

TEST(ResultsJson, RefusesWhatItCannotRead) {
  EXPECT_FALSE(from_json(""));
  EXPECT_FALSE(from_json("[]"));
  EXPECT_FALSE(from_json("{\"schema\": 1"));
  auto const newer = from_json("{\"schema\": 2}");
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::not_supported);
  EXPECT_TRUE(from_json("{\"schema\": 1, \"later\": [1], \"cases\": [{\"id\": 5}, 7]}"));
}

pugi::xml_node testcase(pugi::xml_document& document, RunResult const& run, char const* id) {
  EXPECT_TRUE(document.load_string(to_junit(run, "nightly").c_str()));
  return document.select_node((std::string("//testcase[@name='") + id + "']").c_str()).node();
}

TEST(Junit, NamesACaseByItsIdAlone) {
  pugi::xml_document document;
  auto const node = testcase(document, everything(), "reset/a");
  ASSERT_TRUE(node);
  EXPECT_STREQ(node.attribute("classname").value(), "rpchspec.nightly.reset");
  EXPECT_STREQ(node.attribute("time").value(), "0.413");
}

TEST(Junit, PutsTheThreeLinesAndTheCommandIntoTheTextOfTheFailure) {
  pugi::xml_document document;
  auto const failure = testcase(document, everything(), "reset/a").child("failure");
  std::string const text = failure.text().get();
  EXPECT_NE(text.find("required: R-1\nexpected: x <&> \"y\"\nseen:     z\n"), std::string::npos);
  EXPECT_NE(text.find("rerun: rpchspec run reset/a"), std::string::npos);
  EXPECT_NE(text.find("where: step 3 server.close"), std::string::npos);
}

TEST(Junit, KnowsFourWordsForEightVerdicts) {
  auto const child = [](char const* id) {
    pugi::xml_document document;
    auto const node = testcase(document, everything(), id);
    return std::string(node.first_child() ? node.first_child().name() : "");
  };
  EXPECT_EQ(child("reset/a"), "failure");
  EXPECT_EQ(child("echo/c"), "system-out");
  EXPECT_EQ(child("echo/d"), "skipped");
  EXPECT_EQ(child("echo/e"), "skipped");
  EXPECT_EQ(child("echo/f"), "skipped") << "a fail explains it";
  EXPECT_EQ(child("echo/g"), "error");
  EXPECT_EQ(child("echo/h"), "error");
}

TEST(Junit, CountsWhatItHolds) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(everything(), "nightly").c_str()));
  auto const suites = document.child("testsuites");
  EXPECT_EQ(suites.attribute("tests").as_int(), 8);
  EXPECT_EQ(suites.attribute("failures").as_int(), 1);
  EXPECT_EQ(suites.attribute("errors").as_int(), 2);
  EXPECT_EQ(suites.attribute("skipped").as_int(), 3);
  EXPECT_EQ(document.select_nodes("//failure").size(), 1U);
  EXPECT_EQ(document.select_nodes("//error").size(), 2U);
  EXPECT_EQ(document.select_nodes("//skipped").size(), 3U);
  EXPECT_EQ(document.select_nodes("//testsuite").size(), 2U);
}

TEST(Junit, MakesAnUnexplainedNotRunAnError) {
  RunResult run;
  run.cases = {result("a/1", Verdict::not_run, "budget")};
  pugi::xml_document document;
  EXPECT_TRUE(testcase(document, run, "a/1").child("error"));
}

TEST(Junit, IsWellFormedWhateverAPeerSent) {
  RunResult run;
  run.cases = {result("a/1", Verdict::fail, "seen \x01\x1b[2J \xFF ]]> \xEF\xBF\xBF")};
  pugi::xml_document document;
  std::string const text = testcase(document, run, "a/1").child("failure").text().get();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("]]>"), std::string::npos);
  EXPECT_EQ(to_junit(run, "s").find('\x01'), std::string::npos);
}

TEST(Terminal, WritesDurationsAndSizesForPeople) {
  EXPECT_EQ(duration_text(0.0412), "41 ms");
  EXPECT_EQ(duration_text(0.41), "0.41 s");
  EXPECT_EQ(duration_text(2.1), "2.1 s");
  EXPECT_EQ(duration_text(102), "1 min 42 s");
  EXPECT_EQ(duration_text(59.97), "1 min");
  EXPECT_EQ(duration_text(7500), "2 h 5 min");
  EXPECT_EQ(size_text(512), "512 B");
  EXPECT_EQ(size_text(14U << 20), "14 MiB");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
}

TEST(Terminal, SaysFirstThatItTestsTheEmbeddedProxy) {
  Estimate estimate;
  estimate.cases = 112;
  estimate.seconds = 102;
  estimate.bytes = 14U << 20;
  estimate.jobs = 64;
  estimate.embedded = true;
  EXPECT_EQ(estimate_text(estimate),
            "Testing the embedded reference proxy, because no target is given.\n"
            "112 cases, about 1 min 42 s, 14 MiB, 64 at a time\n");
  estimate.alone = 3;
  estimate.alone_seconds = 2.1;
  EXPECT_NE(estimate_text(estimate).find("64 at a time, 3 of them alone (2.1 s)\n"),
            std::string::npos);
}

TEST(Terminal, UsesNoColourWhereThereIsNone) {
  auto const run = everything();
  EXPECT_EQ(summary_text(run, {}, Colour::off).find('\x1b'), std::string::npos);
  EXPECT_NE(summary_text(run, {}, Colour::on).find('\x1b'), std::string::npos);
  EXPECT_EQ(progress_line(run.cases[1], Colour::off), "PASS     reset/b  0.41 s  (suspect)\n");
}

TEST(Terminal, LetsNoPeerPaintIt) {
  auto one = result("a/1", Verdict::warn, "seen \x1b[31m");
  EXPECT_EQ(progress_line(one, Colour::off).find('\x1b'), std::string::npos);
  model::Finding finding;
  finding.seen = "\x1b]0;x\x07";
  EXPECT_EQ(finding_block(finding, "", "", Colour::off).find('\x1b'), std::string::npos);
}

TEST(Terminal, TellsAFindingInThreeLinesThenWhereThenHowToRepeatIt) {
  auto const run = everything();
  auto const block = finding_block(run.findings[0], "It closes.", "2.104 s", Colour::off);
  auto const at = [&](std::string_view text) { return block.find(text); };
  EXPECT_LT(at("required: R-1 (must) It closes."), at("also:     R-2"));
  EXPECT_LT(at("also:     R-2"), at("expected: closed"));
  EXPECT_LT(at("expected: closed"), at("seen:     nothing"));
  EXPECT_LT(at("seen:     nothing"), at("where:    reset/a, 2.104 s"));
  EXPECT_LT(at("where:"), at("rerun:    rpchspec run reset/a"));
  EXPECT_NE(at("rerun:"), std::string::npos);
}

TEST(Terminal, SaysWhichFactWouldRunMostOfWhatWasSkipped) {
  std::vector<SkipReason> skipped;
  for (int i = 0; i < 24; ++i) {
    skipped.push_back({"x", i < 9 ? "a" : "b", i < 9 ? "receive_window" : i < 12 ? "auth" : ""});
  }
  EXPECT_EQ(skip_text(skipped),
            "24 skipped; `receive_window` would run up to 9 of them, `auth` would run up to 3");
  EXPECT_EQ(skip_text({}), "");
}

TEST(Terminal, SaysWhyAllWasSkippedForOneReason) {
  std::string const reason = "no program 'no-such-front'; apt-get install no-such-package";
  std::vector<SkipReason> skipped(3, {"x", reason, ""});
  EXPECT_EQ(skip_text(skipped), "3 skipped: " + reason);
  auto others = skipped;
  others.push_back({"y", "needs root", ""});
  EXPECT_EQ(skip_text(others), "4 skipped, 3 of them: " + reason);
  skipped.push_back({"y", "needs fact:auth", "auth"});
  EXPECT_EQ(skip_text(skipped), "4 skipped; `auth` would run up to 1 of them");
  EXPECT_EQ(skip_text({{"y", "needs fact:auth", "auth"}}),
            "1 skipped: needs fact:auth; `auth` would run up to 1 of them");
}

LiveState state(std::size_t running) {
  LiveState made;
  made.total = 100;
  made.counts[Verdict::pass] = 7;
  made.elapsed_s = 3;
  for (std::size_t i = 0; i < running; ++i) {
    made.running.push_back({"case/number-" + std::to_string(i), static_cast<double>(i + 1)});
  }
  return made;
}

TEST(LiveBlock, ShowsTheLongestRunningFirstAndStaysInItsRows) {
  auto const block = live_block(state(20), Colour::off, 80, 6);
  EXPECT_EQ(std::count(block.begin(), block.end(), '\n'), 6);
  EXPECT_NE(block.find("case/number-19"), std::string::npos);
  EXPECT_NE(block.find("and 16 more"), std::string::npos);
  EXPECT_EQ(block.substr(0, 5), "7/100");
}

TEST(LiveBlock, StaysInItsColumns) {
  std::istringstream lines(live_block(state(3), Colour::off, 20, 6));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 20U) << line;
  }
}

TEST(Heartbeat, IsOneLine) {
  auto const text = heartbeat(state(2));
  EXPECT_EQ(text,
            "3.0 s: 7 of 100 done (7 pass), 2 running, the longest case/number-1 for 2.0 s\n");
}

TEST(LiveBlock, SaysThatReportsAreWrittenWhenNothingRuns) {
  auto writing = state(0);
  writing.writing = true;
  EXPECT_EQ(live_block(writing, Colour::off, 80, 6),
            "7/100  7 pass  3.0 s\n  writing the reports\n");
  EXPECT_EQ(heartbeat(writing), "3.0 s: 7 of 100 done (7 pass), writing the reports\n");
}

TEST(Annotations, AreOneAFindingAndEscaped) {
  auto run = everything();
  run.findings[0].seen = "50% of\nit";
  auto const text = github_annotations(run);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.substr(0, 34), "::error title=R-1 not closed::requ");
  EXPECT_NE(text.find("50%25 of%0Ait"), std::string::npos);
  EXPECT_NE(text.find("required: R-1%0Aalso: R-2%0A"), std::string::npos) << text;
}

TEST(Annotations, AreAtMostNineAndACountThoseThatFailFirst) {
  auto run = everything();
  auto const fails = run.findings[0];
  run.findings.assign(20, fails);
  for (std::size_t i = 0; i < 12; ++i) {
    run.findings[i].level = model::Level::should;
  }
  auto const text = github_annotations(run);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_EQ(text.find("::warning"), text.find("::warning title=R-1"));
  EXPECT_EQ(text.substr(0, 7), "::error");
  EXPECT_NE(text.find("::warning title=rpchspec::11 more findings, 20 in all"), std::string::npos)
      << text;
  run.findings.resize(9);
  auto const few = github_annotations(run);
  EXPECT_EQ(std::count(few.begin(), few.end(), '\n'), 9);
  EXPECT_EQ(few.find("more"), std::string::npos);
}

TEST(ReportText, TellsFindingsCasesAndSummary) {
  FinalFacts facts;
  facts.missing_shards = 2;
  facts.results = "out/results.json";
  auto const text = report_text(everything(), facts, Colour::off);
  for (auto const* part :
       {"target edge (rpc-proxy) http://gw:80, https://gw", "FINDING f-", "FAIL     reset/a",
        "2 shards are missing", "1 not run: the proxy is dead", "out/results.json"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace rpchspec::reports
