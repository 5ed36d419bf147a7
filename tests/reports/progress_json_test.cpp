#include "reports/progress_json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "reports/results_json.hpp"

namespace rpchspec::reports {
namespace {

namespace json = boost::json;

json::value inside(std::string const& line, std::string_view key) {
  EXPECT_TRUE(line.ends_with('\n'));
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  auto const object = json::parse(line).as_object();
  EXPECT_EQ(object.size(), 1U) << line;
  return object.at(key);
}

TEST(ProgressJson, TellsACaseAsResultsJsonDoes) {
  model::RunResult run;
  auto& told = run.cases.emplace_back();
  told.id = "reset/a@x";
  told.verdict = model::Verdict::fail;
  told.message = "required: R-1\nexpected: x\nseen:     \xFF";
  told.started_s = 1.25;
  told.duration_s = 0.4126;
  auto const whole = json::parse(to_json(run)).as_object();
  EXPECT_EQ(inside(case_line(told), "case"), whole.at("cases").at(0));
}

TEST(ProgressJson, TellsWhatIsNoCaseInOneLineEach) {
  Estimate estimate;
  estimate.cases = 3;
  estimate.target = "\"x\"\n";
  EXPECT_EQ(inside(estimate_line(estimate), "estimate").at("cases"), 3);
  EXPECT_EQ(inside(started_line("echo/a"), "started"), "echo/a");
  EXPECT_EQ(inside(note_line("two\nlines \xFF"), "note"), "two\nlines \xEF\xBF\xBD");
  FinalFacts facts;
  facts.exit_code = 4;
  facts.results = "out/results.json";
  EXPECT_EQ(inside(end_line(facts), "end").at("exit_code"), 4);
}

}  // namespace
}  // namespace rpchspec::reports
