// finished.jsonl, whole and torn.

#include "reports/finished.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace rpchspec::reports {
namespace {

using model::CaseResult;
using model::Verdict;

CaseResult failed(std::string const& id) {
  CaseResult made;
  made.id = id;
  made.title = "A title";
  made.category = "echo";
  made.verdict = Verdict::fail;
  made.duration_s = 0.5;
  made.message = "required: x\nexpected: y\nseen:     \xFF";
  made.requirements = {"R-1"};
  model::Observation observation;
  observation.requirement = "R-1";
  observation.led_by = "R-0";
  observation.level = model::Level::should;
  observation.outcome = model::Outcome::late;
  observation.kind = "not closed";
  observation.leg = "client.out";
  observation.expected = "closed";
  observation.seen = "nothing";
  observation.where = "step 1";
  observation.from_monitor = true;
  made.observations = {observation};
  return made;
}

Finished read(std::string const& text) {
  std::istringstream in(text);
  auto const finished = read_finished(in);
  EXPECT_TRUE(finished) << to_string(finished.error());
  return finished.value_or(Finished());
}

TEST(FinishedCases, ComeBackWithTheirObservations) {
  auto const back = read(finished_line(failed("echo/a"))).cases;
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].id, "echo/a");
  EXPECT_EQ(back[0].verdict, Verdict::fail);
  EXPECT_EQ(back[0].message, "required: x\nexpected: y\nseen:     \xEF\xBF\xBD");
  ASSERT_EQ(back[0].observations.size(), 1U);
  auto const& observation = back[0].observations[0];
  EXPECT_EQ(observation.level, model::Level::should);
  EXPECT_EQ(observation.led_by, "R-0");
  EXPECT_EQ(observation.outcome, model::Outcome::late);
  EXPECT_EQ(observation.leg, "client.out");
  EXPECT_EQ(observation.where, "step 1");
  EXPECT_TRUE(observation.from_monitor);
  EXPECT_EQ(finished_line(back[0]), finished_line(failed("echo/a")));
}

TEST(FinishedCases, HaveTheNotesOfTheirRun) {
  RunNotes notes{
      "nightly", {"/tmp/mine.yaml"}, {{.finding = "f-00000001", .reason = "known"}}, true};
  auto const back = read(notes_line(notes) + finished_line(failed("echo/a"))).notes;
  EXPECT_EQ(back.suite_name, "nightly");
  EXPECT_EQ(back.files, notes.files);
  EXPECT_TRUE(back.strict);
  ASSERT_EQ(back.waivers.size(), 1U);
  EXPECT_EQ(back.waivers[0].finding, "f-00000001");
  EXPECT_EQ(back.waivers[0].reason, "known");
}

TEST(FinishedCases, LoseNoMoreThanATornLineWhereverItIsTorn) {
  auto const text =
      notes_line({}) + finished_line(failed("echo/a")) + finished_line(failed("echo/b"));
  auto const whole_until = text.size() - finished_line(failed("echo/b")).size();
  for (std::size_t size = whole_until; size < text.size(); ++size) {
    EXPECT_EQ(read(text.substr(0, size)).cases.size(), 1U) << size;
  }
  EXPECT_EQ(read(text).cases.size(), 2U);
  EXPECT_TRUE(read("").cases.empty());
}

TEST(FinishedCases, ThatAreBrokenInTheMiddleAreRefusedWithTheirLine) {
  std::istringstream in(notes_line({}) + "{\"case\": \n" + finished_line(failed("echo/a")));
  auto const finished = read_finished(in);
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().detail, "line 2 is no JSON object");
}

TEST(FinishedCases, OfRepetitionsAreOneCase) {
  auto first = failed("echo/a");
  first.repetition = 1;
  first.repetitions = {{Verdict::fail, 1}};
  auto second = first;
  second.verdict = Verdict::pass;
  second.repetition = 2;
  second.repetitions = {{Verdict::pass, 1}};
  auto const back = read(finished_line(first) + finished_line(second));
  ASSERT_EQ(back.cases.size(), 1U);
  EXPECT_EQ(back.cases[0].repetitions.at(Verdict::pass), 1U);
  EXPECT_TRUE(back.noted.contains({"echo/a", 2}));
}

}  // namespace
}  // namespace rpchspec::reports
