#include "harness/explore/yaml.hpp"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "harness/explore/generate.hpp"
#include "harness/explore/render.hpp"
#include "harness/loader/load.hpp"

namespace rpchspec::explore {
namespace {

using google::protobuf::util::MessageDifferencer;
using scenario::v1::Scenario;

loader::Library const& library() {
  static auto const loaded =
      loader::load_library(std::filesystem::path(RPCHSPEC_SOURCE_DIR) / "scenarios", nullptr);
  EXPECT_TRUE(loaded) << (loaded ? "" : loader::to_string(loaded.error()));
  return *loaded;
}

/// Reads it back, and compares all but what the loader fills.
void expect_round_trip(Scenario const& scenario) {
  auto const text = to_yaml(scenario);
  auto const suite = loader::load_text(text, "x.yaml", library());
  ASSERT_TRUE(suite) << loader::to_string(suite.error()) << "\n" << text;
  ASSERT_EQ(suite->scenarios.size(), 1U);
  auto read = suite->scenarios.front();
  read.clear_file();
  read.clear_category();
  MessageDifferencer differencer;
  std::string differences;
  differencer.ReportDifferencesToString(&differences);
  EXPECT_TRUE(differencer.Compare(scenario, read)) << differences << "\n" << text;
}

TEST(Yaml, OfEveryHistoryReadsBackAsTheSameScenario) {
  for (std::uint64_t number = 1; number <= 400; ++number) {
    auto const rendered = render(generate(11, number));
    if (!rendered.moves.empty()) {
      expect_round_trip(rendered.scenario);
    }
    if (HasFatalFailure() || HasNonfatalFailure()) {
      return;
    }
  }
}

TEST(Yaml, QuotesWhatYamlWouldTakeForSomethingElse) {
  Scenario scenario;
  scenario.set_id("forwarding/words");
  scenario.set_title("no: \"quotes\" \\ and #");
  scenario.set_since("1.0");
  scenario.add_steps()->mutable_client_open();
  auto& send = *scenario.add_steps()->mutable_client_send();
  send.set_pdu("CONN/B1");
  (*send.mutable_with())["header.pfc_flags"] = "0x01";
  (*send.mutable_with())["Version"] = "1";
  auto& expectation = *scenario.add_expect();
  expectation.set_subject("client.out");
  expectation.add_by("RPCH-1.3.4-01");
  expectation.mutable_closed();
  expect_round_trip(scenario);
}

}  // namespace
}  // namespace rpchspec::explore
