#include "harness/agent/supervisor/run_words.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/options.hpp"

namespace rpchspec::supervisor {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string option_name(std::string field) {
  std::replace(field.begin(), field.end(), '_', '-');
  return field;
}

api::RunRequest sound_request() {
  api::RunRequest request;
  request.set_run_id("a");
  request.add_selectors("echo/");
  return request;
}

TEST(RunWords, EveryFieldOfRunOptionsIsAnOptionThatTakesNoPath) {
  auto const& descriptor = *api::RunOptions::descriptor();
  ASSERT_GT(descriptor.field_count(), 0);
  for (int i = 0; i < descriptor.field_count(); ++i) {
    auto const* option = targets::find_option(option_name(descriptor.field(i)->name()));
    ASSERT_NE(option, nullptr) << descriptor.field(i)->name();
    EXPECT_FALSE(option->is_path) << descriptor.field(i)->name();
  }
}

TEST(RunWords, NoFieldReachesAProxyOrAFileOfTheAgent) {
  auto const& descriptor = *api::RunOptions::descriptor();
  for (auto const* each : {"start", "reconfigure", "config", "proxy", "out", "junit", "ca_file",
                           "password_file", "write_baseline", "progress"}) {
    EXPECT_EQ(descriptor.FindFieldByName(each), nullptr) << each;
  }
}

TEST(RunWords, OptionsGoThereAndBack) {
  api::RunOptions options;
  EXPECT_EQ(set_option(options, "max-case", "3s"), "");
  EXPECT_EQ(set_option(options, "quick", "true"), "");
  EXPECT_EQ(set_option(options, "exclude", "a/"), "");
  EXPECT_EQ(set_option(options, "exclude", "b/"), "");
  EXPECT_EQ(set_option(options, "seed", "18446744073709551615"), "");
  EXPECT_NE(set_option(options, "seed", "1x"), "");
  EXPECT_NE(set_option(options, "start", "x"), "");
  EXPECT_EQ(set_option(options, "seed", "7"), "");
  EXPECT_THAT(options_of(options),
              ElementsAre(Pair("exclude", "a/"), Pair("exclude", "b/"), Pair("quick", "true"),
                          Pair("max-case", "3s"), Pair("seed", "7")));
}

TEST(RunWords, ACommandLineIsMadeOfCheckedFieldsAlone) {
  auto request = sound_request();
  request.mutable_options()->set_quick(true);
  request.mutable_options()->set_defect("echo-body");
  auto& scenario = *request.add_scenarios();
  scenario.set_name("mine.yaml");
  ASSERT_TRUE(check_request(request, {}, {}).has_value());
  SupervisorOptions options;
  options.folder = "/agent";
  EXPECT_THAT(
      words_of(request, {"/agent/r"}, {}, options),
      ElementsAre("run", "--progress=json", "--out=/agent/r/out", "--config=/agent/none.yaml",
                  "--quick", "--defect=echo-body", "--", "mine.yaml", "echo/"));
}

TEST(RunWords, AFileThatARunWouldReadAsItsConfigurationIsNoScenario) {
  auto request = sound_request();
  request.add_scenarios()->set_name("rpchspec.yaml");
  auto const checked = check_request(request, {}, {});
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().problems.at(0).field(), "scenarios[0].name");
}

TEST(RunWords, EachWrongFieldIsAProblemOfItsOwn) {
  auto request = sound_request();
  request.set_run_id("../a");
  request.add_selectors("--start=x");
  request.mutable_options()->set_max_time("30");
  auto const checked = check_request(request, {}, {});
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().why, Why::invalid);
  std::vector<std::string> fields;
  for (auto const& each : checked.error().problems) {
    fields.push_back(each.field());
  }
  EXPECT_THAT(fields, ElementsAre("run_id", "selectors[1]", "options.max_time"));
}

TEST(RunWords, SizesAreQuotas) {
  Quotas quotas;
  quotas.scenario_bytes = 10;
  quotas.scenarios = 1;
  auto request = sound_request();
  auto& scenario = *request.add_scenarios();
  scenario.set_name("a.yaml");
  scenario.set_yaml("0123456789");
  EXPECT_TRUE(check_request(request, quotas, {}).has_value());
  scenario.set_yaml("0123456789a");
  EXPECT_EQ(check_request(request, quotas, {}).error().why, Why::exhausted);
  scenario.set_yaml("");
  request.add_scenarios()->set_name("b.yaml");
  EXPECT_EQ(check_request(request, quotas, {}).error().why, Why::exhausted);
}

TEST(RunWords, ATargetThatIsNotConfiguredIsNotFound) {
  auto request = sound_request();
  request.set_target("edge");
  EXPECT_EQ(check_request(request, {}, {}).error().why, Why::not_found);
}

}  // namespace
}  // namespace rpchspec::supervisor
