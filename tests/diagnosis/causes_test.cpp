#include "harness/diagnosis/causes.hpp"

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/loader/load.hpp"

namespace rpchspec::diagnosis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr auto kLast = Symptom::call_silent;

TEST(Causes, EverySymptomHasAName) {
  for (auto symptom = static_cast<int>(Symptom::none); symptom <= static_cast<int>(kLast);
       ++symptom) {
    auto const each = static_cast<Symptom>(symptom);
    EXPECT_TRUE(each == Symptom::none || to_string(each) != "none") << symptom;
    EXPECT_THAT(in_words(each), Not(IsEmpty()));
  }
}

TEST(Causes, EverySymptomHasOneThatSaysWhatToCheck) {
  for (auto symptom = static_cast<int>(Symptom::none) + 1; symptom <= static_cast<int>(kLast);
       ++symptom) {
    auto const found = likely_causes(static_cast<Symptom>(symptom), {});
    EXPECT_THAT(found, Not(IsEmpty())) << to_string(static_cast<Symptom>(symptom));
  }
  for (auto const& cause : causes()) {
    EXPECT_TRUE(cause.text.ends_with('.')) << cause.text;
    EXPECT_THAT(cause.check, Not(IsEmpty())) << cause.text;
  }
}

TEST(Causes, OnlyRequirementsThatThereAreAreNamed) {
  auto const library =
      loader::load_library(std::filesystem::path(RPCHSPEC_SOURCE_DIR) / "scenarios", nullptr);
  ASSERT_TRUE(library);
  for (auto const& cause : causes()) {
    for (auto const& id : field_ids(cause)) {
      EXPECT_NE(library->requirements.find(id), nullptr) << id << ": " << cause.text;
    }
  }
}

TEST(Causes, WhatIsKnownOfTheProductGoesFirst) {
  auto const unknown = likely_causes(Symptom::method_refused, {});
  auto const firewall = likely_causes(Symptom::method_refused, "Server: Apache; Via: ModSecurity");
  EXPECT_EQ(unknown.size(), firewall.size());
  EXPECT_EQ(firewall.front()->products, "modsecurity");
  EXPECT_NE(unknown.front()->products, "modsecurity");
  EXPECT_EQ(std::count(firewall.begin(), firewall.end(), unknown.front()), 1);
}

TEST(Causes, NothingBrokeHasNone) {
  EXPECT_THAT(likely_causes(Symptom::none, "nginx"), IsEmpty());
}

TEST(Causes, RowsAreNamedByTheirRequirements) {
  constexpr Cause cause{Symptom::silent, "a", "b", "F16 F17", ""};
  EXPECT_THAT(field_ids(cause), ElementsAre("FIELD-F16", "FIELD-F17"));
}

}  // namespace
}  // namespace rpchspec::diagnosis
