#include "model/requirements.hpp"

#include <map>

#include <gtest/gtest.h>

namespace rpchspec::model {
namespace {

std::string entry(std::string const& more = "") {
  return "- id: RPCH-1.8-01\n  section: \"1.8\"\n  role: front\n  level: must\n  front: n/a\n"
         "  category: http\n  text: A sentence\n  observed_at: both\n" +
         more;
}

std::string error_of(std::string const& yaml) {
  auto const registry = RequirementRegistry::parse(yaml, "r.yaml");
  return registry ? "" : registry.error().detail;
}

std::string with(std::string text, std::string const& from, std::string const& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(RequirementRegistry, ReadsEveryFieldOfAnEntry) {
  auto const registry = RequirementRegistry::parse(
      entry("  stimulus: S\n  expect: E\n  needs: [raw-bytes]\n  why_not: W\n"), "r.yaml");
  ASSERT_TRUE(registry) << to_string(registry.error());
  auto const* r = registry->find("RPCH-1.8-01");
  ASSERT_NE(r, nullptr);
  EXPECT_EQ(r->section, "1.8");
  EXPECT_EQ(r->role, "front");
  EXPECT_EQ(r->category, "http");
  EXPECT_EQ(r->text, "A sentence");
  EXPECT_EQ(r->stimulus, "S");
  EXPECT_EQ(r->expect, "E");
  EXPECT_EQ(r->needs, std::vector<std::string>{"raw-bytes"});
  EXPECT_EQ(r->why_not, "W");
  EXPECT_EQ(registry->find("RPCH-1.8-02"), nullptr);
}

TEST(RequirementRegistry, TakesTheLevelOfTheTopology) {
  auto const registry = RequirementRegistry::parse(entry(), "r.yaml");
  EXPECT_EQ(registry->level("RPCH-1.8-01", "rpc-proxy"), Level::must);
  EXPECT_EQ(registry->level("RPCH-1.8-01", "http-front"), Level::not_applicable);
  EXPECT_EQ(registry->level("RPCH-9.9-99", "http-front"), Level::must);
}

TEST(RequirementRegistry, SaysWhereAndWhatIsAllowed) {
  EXPECT_EQ(error_of(with(entry(), "level: must", "level: MUST")),
            "r.yaml:4:10: unknown level 'MUST'; allowed: must, should, may, product, n/a");
  EXPECT_EQ(error_of(with(entry(), "role: front", "role: frnt")),
            "r.yaml:3:9: unknown role 'frnt'; did you mean 'front'?");
  EXPECT_EQ(error_of(entry("  levle: must\n")),
            "r.yaml:9:3: unknown key 'levle'; did you mean 'level'?");
  EXPECT_EQ(error_of(entry() + entry()),
            "r.yaml:9:3: id 'RPCH-1.8-01' appears twice; first in line 1");
  EXPECT_EQ(error_of(with(entry(), "RPCH-1.8-01", "MAPI-1")),
            "r.yaml:1:7: id 'MAPI-1' must begin with RPCH-, PROD-, HTTP- or FIELD-");
  EXPECT_EQ(error_of(with(entry(), "  text: A sentence\n", "")),
            "r.yaml:1:3: a requirement needs 'text'");
  EXPECT_EQ(error_of(with(entry(), "A sentence", "[a]")),
            "r.yaml:7:9: 'text' wants a text, this is a list");
  EXPECT_EQ(error_of("id: x\n"), "r.yaml:1:1: the file wants a list of requirements");
  EXPECT_EQ(error_of("- x\n"), "r.yaml:1:3: a requirement is a mapping");
  EXPECT_EQ(error_of(entry("  needs: raw\n")), "r.yaml:9:10: 'needs' wants a list");
}

TEST(ShippedRequirements, AreAllThereAndEachObservableOrExplained) {
  auto const registry =
      RequirementRegistry::load(std::string(RPCHSPEC_SOURCE_DIR) + "/scenarios/requirements.yaml");
  ASSERT_TRUE(registry) << to_string(registry.error());
  std::map<std::string, std::size_t> count;
  for (auto const& r : registry->all()) {
    ++count[r.id.substr(0, r.id.find('-'))];
    EXPECT_TRUE(r.observed_at != "unobservable" || !r.why_not.empty()) << r.id;
    EXPECT_FALSE(r.level == Level::not_applicable && r.front == Level::not_applicable) << r.id;
    bool const harness_only =
        (r.role == "client" || r.role == "server") && r.front == Level::not_applicable;
    EXPECT_TRUE(!harness_only || !r.why_not.empty()) << r.id;
    EXPECT_TRUE(r.text.ends_with(".") || r.text.ends_with(")")) << r.id;
  }
  EXPECT_GE(count["RPCH"], 445U);
  EXPECT_EQ(count["FIELD"], 82U);
  EXPECT_GE(count["PROD"], 20U);
  EXPECT_GE(count["HTTP"], 30U);
}

TEST(RequirementRegistry, CannotReadWhatIsNotThere) {
  auto const registry = RequirementRegistry::load("/nowhere.yaml");
  ASSERT_FALSE(registry);
  EXPECT_EQ(registry.error().detail, "/nowhere.yaml:1:1: cannot be read");
}

}  // namespace
}  // namespace rpchspec::model
