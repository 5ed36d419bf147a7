#include "reference_proxy/defects.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace rpchspec::proxy {
namespace {

std::set<std::string> registered_requirements() {
  std::ifstream file(RPCHSPEC_SOURCE_DIR "/scenarios/requirements.yaml");
  std::set<std::string> ids;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("- id: ")) {
      ids.insert(line.substr(6));
    }
  }
  return ids;
}

TEST(Defects, ListsEveryDefectOnceInTheOrderOfTheEnumeration) {
  int expected = 1;
  std::set<std::string_view> names;
  for (auto const& each : defects()) {
    EXPECT_EQ(static_cast<int>(each.defect), expected++) << each.name;
    EXPECT_TRUE(names.insert(each.name).second) << each.name << " stands twice";
    EXPECT_EQ(find_defect(each.name), &each);
  }
  EXPECT_EQ(static_cast<int>(Defect::withcert_open) + 1, expected) << "the last enumerator";
  EXPECT_EQ(find_defect("no-such-defect"), nullptr);
}

TEST(Defects, BreaksOnlyRegisteredRequirements) {
  auto const registered = registered_requirements();
  ASSERT_FALSE(registered.empty());
  for (auto const& each : defects()) {
    EXPECT_FALSE(each.requirements.empty()) << each.name;
    for (auto const id : each.requirements) {
      EXPECT_TRUE(registered.contains(std::string(id))) << each.name << " names " << id;
    }
  }
}

TEST(Defects, BelongsToACategoryOfTheSuite) {
  std::set<std::string_view> const categories = {
      "connection", "http",         "uri",       "auth",    "tls",   "echo",
      "forwarding", "flow-control", "keepalive", "timeout", "reset", "protocol-error",
      "recycling",  "version",      "v1",        "limits"};
  for (auto const& each : defects()) {
    EXPECT_TRUE(categories.contains(each.category)) << each.name;
  }
}

}  // namespace
}  // namespace rpchspec::proxy
