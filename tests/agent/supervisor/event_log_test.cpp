#include "harness/agent/supervisor/event_log.hpp"

#include <unistd.h>

#include <thread>

#include <gtest/gtest.h>

#include "harness/agent/supervisor/lint_scenarios.hpp"
#include "harness/agent/supervisor/progress_line.hpp"

namespace rpchspec::supervisor {
namespace {

class EventLogTest : public testing::Test {
 protected:
  ~EventLogTest() override { std::filesystem::remove(file_); }

  static api::RunEvent note(std::string text) {
    api::RunEvent event;
    event.set_note(std::move(text));
    return event;
  }

  static api::RunEvent end(int code) {
    api::RunEvent event;
    event.mutable_end()->set_exit_code(code);
    return event;
  }

  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("event_log_test." + std::to_string(getpid()));
};

TEST_F(EventLogTest, NumbersEventsFromOneAndReadsThemBack) {
  EventLog log(file_);
  for (int i = 1; i <= 100; ++i) {
    log.add(note(std::string(static_cast<std::size_t>(i) * 7, 'x')));
  }
  log.add(end(1));
  ASSERT_EQ(log.count(), 101U);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    auto const event = log.read(i);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->sequence(), i);
    EXPECT_EQ(event->note().size(), i * 7);
  }
  EXPECT_EQ(log.read(101)->end().exit_code(), 1);
  EXPECT_FALSE(log.read(0).has_value());
  EXPECT_FALSE(log.read(102).has_value());
}

TEST_F(EventLogTest, NothingComesBehindTheEnd) {
  EventLog log(file_);
  log.add(end(0));
  log.add(note("late"));
  EXPECT_EQ(log.count(), 1U);
  EXPECT_EQ(log.end()->exit_code(), 0);
}

TEST_F(EventLogTest, TheEndIsToldWhereTheDiskRefuses) {
  EventLog log("/dev/full");
  log.add(note("lost"));
  log.add(end(3));
  EXPECT_EQ(log.count(), 1U);
  EXPECT_EQ(log.read(1)->end().exit_code(), 3);
  EXPECT_EQ(log.read(1)->end().lost(), 1U);
  EXPECT_NE(log.read(1)->end().text().find("1 events are lost"), std::string::npos);
}

TEST_F(EventLogTest, AReaderIsWokenByItsEvent) {
  EventLog log(file_);
  std::thread writer([&] {
    log.add(note("a"));
    log.add(end(0));
  });
  EXPECT_TRUE(log.wait_for(2, std::chrono::minutes(1)));
  log.wait_for_end();
  EXPECT_FALSE(log.wait_for(3, std::chrono::minutes(1)));  // at once: none will come
  writer.join();
}

TEST(ProgressLine, EachKindOfLineIsAnEvent) {
  auto const estimate =
      event_of(R"({"estimate":{"cases":2,"seconds":0.5,"bytes":4096,"jobs":3,"target":"t"}})");
  ASSERT_TRUE(estimate.has_value());
  EXPECT_EQ(estimate->estimate().cases(), 2U);
  EXPECT_DOUBLE_EQ(estimate->estimate().seconds(), 0.5);
  EXPECT_EQ(estimate->estimate().target(), "t");
  EXPECT_EQ(event_of(R"({"started":"a/b"})")->started(), "a/b");
  EXPECT_EQ(event_of(R"({"note":"words"})")->note(), "words");
  auto const ended = event_of(R"({"case":{"id":"a/b","verdict":"fail","duration_s":2,"x":[1]}})");
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->case_().verdict(), "fail");
  EXPECT_NE(ended->case_().json().find("\"x\":[1]"), std::string::npos);
}

TEST(ProgressLine, OtherLinesAreNone) {
  for (auto const* each : {"", "x", "[]", "{}", R"({"end":{"exit_code":0}})", R"({"note":1})",
                           R"({"case":[]})", R"({"started":"a","note":"b"})"}) {
    EXPECT_FALSE(event_of(each).has_value()) << each;
  }
}

TEST(LintLines, PlacesAreReadAndOtherLinesPassedOver) {
  api::RunRequest request;
  request.add_scenarios()->set_name("a.yaml");
  request.add_scenarios()->set_name("b.yaml");
  auto const problems = problems_of(
      "b.yaml:12:5: unknown key: x\nno place\na.yaml:x:1: no\na.yaml:1: no\n2 errors\n", request);
  ASSERT_EQ(problems.problems_size(), 1);
  EXPECT_EQ(problems.problems(0).field(), "scenarios[1].yaml");
  EXPECT_EQ(problems.problems(0).line(), 12U);
  EXPECT_EQ(problems.problems(0).column(), 5U);
  EXPECT_EQ(problems.problems(0).text(), "unknown key: x");
}

TEST(LintLines, VeryManyAreCounted) {
  std::string lines;
  for (int i = 0; i < 300; ++i) {
    lines += "a.yaml:1:1: wrong \xFF\n";
  }
  auto const problems = problems_of(lines, api::RunRequest());
  EXPECT_EQ(static_cast<std::uint32_t>(problems.problems_size()) + problems.more(), 300U);
  EXPECT_LT(problems.problems_size(), 200);
  EXPECT_EQ(problems.problems(0).text(), "wrong ?");
}

}  // namespace
}  // namespace rpchspec::supervisor
