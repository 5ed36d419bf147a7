// The shipped scenarios, their schema, and what is said of them.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include <gmock/gmock.h>

#include "harness/loader/coverage.hpp"
#include "harness/loader/data_dir.hpp"
#include "harness/loader/explain.hpp"
#include "harness/loader/schema.hpp"
#include "harness/loader/suite_version.hpp"
#include "tests/loader/fixture.hpp"

namespace rpchspec::loader::testing {
namespace {

namespace fs = std::filesystem;

fs::path const kScenarios = fs::path(RPCHSPEC_SOURCE_DIR) / "scenarios";

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = ::testing::TempDir() + "/loader-XXXXXX";
    path_ = mkdtemp(name.data());
  }

  ~TemporaryFolder() { fs::remove_all(path_); }

  void write(std::string const& file, std::string const& text) const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }

  [[nodiscard]] fs::path const& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(ShippedSuite, LoadsWithoutAnError) {
  auto const library = load_library(kScenarios, nullptr);
  ASSERT_TRUE(library) << to_string(library.error());
  auto const suite = load_suite(kScenarios, *library);
  ASSERT_TRUE(suite) << to_string(suite.error());
  EXPECT_NE(suite->find("reset/server-out-end-reaches-client@tcp-rst"), nullptr);
  EXPECT_EQ(suite->find("reset/nothing"), nullptr);
  for (auto const& scenario : suite->scenarios) {
    EXPECT_GT(explain(scenario, *library, "rpc-proxy").size(), 100U) << scenario.id();
    EXPECT_FALSE(before(kSuiteVersion, scenario.since())) << scenario.id();
  }
}

/// Labels of the steps that are not reached where what only SHOULD come does not.
std::set<std::string> behind_a_should(scenario::v1::Scenario const& scenario,
                                      model::RequirementRegistry const& registry) {
  std::set<std::string> labels;
  bool is_behind = false;
  for (auto const& step : scenario.steps()) {
    if (is_behind && !step.label().empty()) {
      labels.insert(step.label());
    }
    auto const& by = step.await().by();
    is_behind =
        is_behind || (!by.empty() && std::none_of(by.begin(), by.end(), [&](auto const& id) {
          return registry.level(id, "rpc-proxy") == model::Level::must;
        }));
  }
  return labels;
}

TEST(ShippedSuite, LetsNoMustWaitForAShould) {
  auto const library = load_library(kScenarios, nullptr);
  ASSERT_TRUE(library) << to_string(library.error());
  auto const suite = load_suite(kScenarios, *library);
  ASSERT_TRUE(suite) << to_string(suite.error());
  auto const& registry = library->requirements;
  for (auto const& scenario : suite->scenarios) {
    auto const labels = behind_a_should(scenario, registry);
    for (auto const& expectation : scenario.expect()) {
      for (auto const& id : expectation.by()) {
        EXPECT_FALSE(labels.contains(expectation.since()) &&
                     registry.level(id, "rpc-proxy") == model::Level::must)
            << scenario.id() << " would be blocked, not a warning: " << id << " since "
            << expectation.since();
      }
    }
  }
}

TEST(ShippedSchema, IsTheOneThatTheProtoAndTheSugarMake) {
  auto const schema = make_schema(RPCHSPEC_SCENARIO_DESCRIPTORS);
  ASSERT_TRUE(schema) << to_string(schema.error());
  auto const committed = model::read_text(kScenarios / "schema.json");
  ASSERT_TRUE(committed);
  EXPECT_TRUE(*schema == *committed) << "scenarios/schema.json is stale: ninja update-schema";
}

TEST(Schema, NeedsADescriptorSet) {
  EXPECT_FALSE(make_schema("/nowhere"));
  EXPECT_FALSE(make_schema(kScenarios / "schema.json"));
}

TEST(Suite, RefusesAScenarioInTheWrongFolderAndAnIdTwice) {
  TemporaryFolder folder;
  auto const text = file_with("given: opened\n" + kExpect);
  folder.write("reset/a.yaml", text);
  folder.write("reset/b.yaml", text);
  folder.write("echo/c.yaml", file_with("given: opened\n" + kExpect));
  folder.write("not-a-scenario.yaml", "x: y");
  auto const suite = load_suite(folder.path(), small_library());
  ASSERT_FALSE(suite);
  auto const errors = to_string(suite.error());
  auto const at = [&](std::string const& file) {
    return (folder.path() / file).string() + ":1:1: ";
  };
  EXPECT_EQ(errors, at("echo/c.yaml") +
                        "id 'reset/some-words' belongs in the folder reset/, this is echo/\n" +
                        at("reset/a.yaml") + "id 'reset/some-words' is also in " +
                        (folder.path() / "echo/c.yaml").string() + "\n" + at("reset/b.yaml") +
                        "id 'reset/some-words' is also in " +
                        (folder.path() / "echo/c.yaml").string() + "\n");
}

TEST(Library, TellsTheErrorsOfAllItsFiles) {
  TemporaryFolder folder;
  folder.write("requirements.yaml", "- {id: X-1}\n");
  folder.write("given.yaml", "a: {means: m, after: b, steps: [client.opne]}\n");
  folder.write("retired.yaml", "reset/a: \n");
  auto const library = load_library(folder.path(), nullptr);
  ASSERT_FALSE(library);
  auto const errors = to_string(library.error());
  EXPECT_NE(errors.find("requirements.yaml:1:3: a requirement needs 'section'"), std::string::npos);
  EXPECT_NE(errors.find("given.yaml:1:33: unknown step 'client.opne'; did you mean 'client.open'?"),
            std::string::npos)
      << errors;
  EXPECT_NE(errors.find("given.yaml:1:22: set-up 'b' does not stand above this one"),
            std::string::npos);
  EXPECT_NE(errors.find("retired.yaml:1:1: 'reset/a' does not say what replaced it"),
            std::string::npos);
}

TEST(Library, NeedsItsRequirements) {
  TemporaryFolder folder;
  auto const library = load_library(folder.path(), nullptr);
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error()[0].message, "cannot be read");
}

TEST(DataDir, IsWhatTheEnvironmentSaysOrAnError) {
  ::setenv("RPCHSPEC_DATA", kScenarios.c_str(), 1);
  EXPECT_EQ(*find_data_dir(), kScenarios);
  ::setenv("RPCHSPEC_DATA", "/nowhere", 1);
  EXPECT_FALSE(find_data_dir());
  ::unsetenv("RPCHSPEC_DATA");
  ASSERT_TRUE(find_data_dir());
  EXPECT_TRUE(fs::exists(*find_data_dir() / "requirements.yaml"));
}

TEST(Coverage, CountsScenariosMonitorsAndReasons) {
  Suite suite;
  suite.scenarios.push_back(one(file_with("given: opened\n" + kExpect)));
  auto const rows = coverage(suite, small_library().requirements, {{"PROD-Idle-01", {"idle"}}});
  EXPECT_EQ(rows.checked, 2U);
  EXPECT_EQ(rows.with_reason, 1U);
  EXPECT_EQ(rows.open, 1U);
  EXPECT_EQ(to_text(rows),
            "RPCH-1.8-01                reset/some-words\n"
            "RPCH-3.2.4.5.14-04         - no scenario\n"
            "PROD-Idle-01               monitor:idle\n"
            "RPCH-2.2.3.1-01            - Cannot be told\n"
            "4 requirements: 2 checked, 1 with a reason why not, 1 open\n");
}

TEST(Coverage, IsOpenWhereAFrontIsAskedAndNoCaseCanRunBehindOne) {
  auto const counted = [](std::string const& needs) {
    Suite suite;
    suite.scenarios.push_back(one(file_with("given: opened\nneeds: [" + needs + "]\n" + kExpect)));
    return coverage(suite, small_library().requirements);
  };
  EXPECT_EQ(counted("tls").checked, 1U);
  EXPECT_EQ(counted("topology:http-front").checked, 1U);
  for (auto const* needs : {"topology:rpc-proxy", "topology:embedded", "not:topology:http-front",
                            "two-proxies", "refused:port"}) {
    auto const rows = counted(needs);
    EXPECT_EQ(rows.checked, 0U) << needs;
    EXPECT_THAT(to_text(rows),
                ::testing::HasSubstr("reset/some-words; no scenario behind a front\n"))
        << needs;
  }
}

TEST(Coverage, TakesAMonitorOrAReasonForAFront) {
  CoverageRow row{"RPCH-1.8-01",      {"reset/some-words"}, {}, {}, {},
                  model::Level::must, model::Level::should};
  EXPECT_TRUE(row.open_for_fronts());
  auto watched = row;
  watched.monitors = {"front"};
  EXPECT_FALSE(watched.open_for_fronts());
  auto told = row;
  told.why_not = "Cannot be told";
  EXPECT_FALSE(told.open_for_fronts());
  row.front = model::Level::not_applicable;
  EXPECT_FALSE(row.open_for_fronts());
}

TEST(Explain, TellsACaseAsALadder) {
  auto const s = one(file_with(R"(given: opened
needs: [topology:rpc-proxy]
steps:
  - server.send: {channel: out, bytes: 32KiB}
  - label: cut
    server.close: {leg: out, cause: tcp-rst}
expect:
  - {client.out: {closed: fin}, within: 5s, since: cut, by: RPCH-3.2.4.5.14-04}
)"));
  EXPECT_EQ(explain(s, small_library(), "http-front"), R"(reset/some-words
A title
Needs topology:rpc-proxy
Since suite 1.0, takes about 0s

Given 'opened': a virtual connection is open
   1  client ---> proxy      server    client.open
Then
   2  client      proxy <---- server   server.send channel out, bytes 32KiB
   3  client      proxy <---- server   server.close leg out, cause tcp-rst   ('cut')
Must be seen
   -  client.out is closed how fin, within 5s of 'cut'
       RPCH-3.2.4.5.14-04 (should): Server close
)");
}

TEST(Explain, TellsARequirementAndItsCases) {
  Suite suite;
  suite.scenarios.push_back(one(file_with("given: opened\n" + kExpect)));
  auto const library = small_library();
  EXPECT_EQ(explain(*library.requirements.find("RPCH-1.8-01"), suite),
            "RPCH-1.8-01   (1.8, both-proxies)\nVendor headers are legal\n\n"
            "For an RPC proxy: must. For an HTTP front: should.\nObserved at: client\n"
            "Checked by\n  reset/some-words\n");
}

TEST(Skeleton, LoadsAsItIs) {
  auto const text = skeleton("reset/my-case");
  ASSERT_TRUE(text);
  EXPECT_EQ(errors_of(*text), "");
  EXPECT_FALSE(skeleton("resett/my-case"));
  EXPECT_FALSE(skeleton("reset/"));
  EXPECT_FALSE(skeleton("reset/My Case"));
}

TEST(SuiteVersion, ComparesNumberByNumber) {
  EXPECT_TRUE(before("1.9", "1.10"));
  EXPECT_FALSE(before("1.0", "1"));
  EXPECT_TRUE(before("", "1.0"));
  EXPECT_FALSE(is_suite_version("1."));
  EXPECT_FALSE(is_suite_version("v1"));
}

}  // namespace
}  // namespace rpchspec::loader::testing
