#include "harness/targets/config.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/configurations.hpp"
#include "harness/targets/facts.hpp"

namespace rpchspec::targets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string errors_of(std::string_view yaml) {
  auto const config = parse_config(yaml, "dir/rpchspec.yaml");
  std::string text;
  if (!config) {
    for (auto const& error : config.error()) {
      text += to_string(error) + "\n";
    }
  }
  return text;
}

TEST(Config, GivesATargetWhatTheFileSays) {
  auto const config = parse_config(R"(
defaults: {jobs: 8, suite-name: nightly}
targets:
  edge:
    proxy: [http://gw, https://gw:8443]
    ca-file: ca.pem
    facts: {receive_window: 64KiB, connection-timeout: 2m}
    environment: {MODE: test}
    exclude: recycling/*
    waivers:
      - {finding: f-1a2b3c4d, reason: ticket, owner: ann, until: 2027-01-31}
)",
                                   "dir/rpchspec.yaml");
  ASSERT_TRUE(config) << to_string(config.error().front());
  Settings settings;
  apply(config->defaults, settings);
  apply(config->targets.at("edge"), settings);
  EXPECT_EQ(settings.jobs, 8U);
  EXPECT_EQ(settings.suite_name, "nightly");
  ASSERT_EQ(settings.target.urls.size(), 2U);
  EXPECT_EQ(settings.target.urls[1].port, 8443);
  EXPECT_EQ(settings.target.ca_file, "dir/ca.pem");
  EXPECT_EQ(settings.target.facts.receive_window, 65536U);
  EXPECT_EQ(settings.target.facts.connection_timeout, std::chrono::minutes(2));
  EXPECT_EQ(settings.target.environment.at("MODE"), "test");
  EXPECT_THAT(settings.target.excludes, ElementsAre("recycling/*"));
  ASSERT_EQ(settings.target.waivers.size(), 1U);
  EXPECT_EQ(settings.target.waivers[0].until, "2027-01-31");
  ASSERT_TRUE(complete(settings));
  EXPECT_EQ(settings.target.topology, Topology::rpc_proxy);
}

TEST(Config, NamesThePlaceAndWhatWasProbablyMeant) {
  EXPECT_THAT(errors_of("targets:\n  edge:\n    prxy: http://gw\n"),
              HasSubstr("rpchspec.yaml:3:5: unknown key 'prxy'; did you mean 'proxy'?"));
  EXPECT_THAT(errors_of("target:\n  edge: {}\n"), HasSubstr("did you mean 'targets'?"));
  EXPECT_THAT(errors_of("targets:\n  e:\n    facts: {recieve_window: 1}\n"),
              HasSubstr("3:13: unknown fact 'recieve_window'; did you mean 'receive_window'?"));
  EXPECT_THAT(errors_of("targets:\n  e: {wait: 30}\n"), HasSubstr("30s"));
  EXPECT_THAT(errors_of("targets:\n  e: {proxy: \"\"}\n"), HasSubstr("URL is empty"));
  EXPECT_THAT(errors_of("targets:\n  e: {topology: http-frnt}\n"),
              HasSubstr("did you mean 'http-front'?"));
  EXPECT_THAT(errors_of("defaults: {strict: yes}\n"), HasSubstr("true, false"));
  EXPECT_THAT(errors_of("defaults: {target: edgy}\ntargets: {edge: {}}\n"),
              HasSubstr("did you mean 'edge'?"));
}

TEST(Config, AProgramHasNamePackageAndVersion) {
  EXPECT_THAT(errors_of("targets:\n  e:\n    program: {pakage: x}\n"),
              HasSubstr("3:15: unknown key 'pakage'; did you mean 'package'?"));
  auto const config = parse_config("targets: {e: {program: {name: squid, version: squid -v}}}\n",
                                   "x/rpchspec.yaml");
  ASSERT_TRUE(config);
  Settings settings;
  apply(config->targets.at("e"), settings);
  EXPECT_EQ(settings.target.program.name, "squid");
  EXPECT_EQ(settings.target.program.version, "squid -v");
  EXPECT_EQ(config->folder, "x");
}

TEST(Config, ConfigurationsKeepTheOrderOfTheFile) {
  auto const config = parse_config(R"(
targets:
  e:
    proxy: http://gw
    configurations:
      z: {facts: {receive_window: 8KiB}, start: ./z}
      a: {environment: {MODE: a}}
)",
                                   "rpchspec.yaml");
  ASSERT_TRUE(config);
  auto const& made = config->targets.at("e").configurations;
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].first, "z");
  EXPECT_EQ(made[0].second.facts.size(), 1U);
  EXPECT_EQ(made[1].second.environment.at("MODE"), "a");
}

TEST(Config, AConfigurationIsOfOneTargetAndOfTheSameTopology) {
  EXPECT_THAT(errors_of("targets: {e: {configurations: {a: {topology: split}}}}\n"),
              HasSubstr("1:36: 'topology' is the same in all configurations; allowed: facts"));
  EXPECT_THAT(errors_of("defaults: {configurations: {}}\n"), HasSubstr("unknown key"));
  EXPECT_THAT(errors_of("targets: {e: {configurations: {a: {configurations: {}}}}}\n"),
              HasSubstr("is the same in all configurations"));
  EXPECT_THAT(errors_of("targets: {e: {configurations: {a/b: {}}}}\n"),
              HasSubstr("'a/b' names no configuration"));
}

Result<Target> under(std::string const& configuration) {
  auto const config =
      parse_config("targets: {e: {configurations: {c: " + configuration + "}}}\n", "rpchspec.yaml");
  Settings said;
  OptionSource source(said);
  EXPECT_TRUE(source.apply(*find_option("proxy"), "http://127.0.0.1:0"));
  EXPECT_TRUE(source.apply(*find_option("start"), "./edge"));
  EXPECT_TRUE(source.apply(*find_option("set"), "receive_window=64KiB"));
  auto first = said;
  EXPECT_TRUE(complete(first));
  first.target.urls.front().port = 8081;
  return configured(said, first.target, config.value().targets.at("e").configurations.front());
}

TEST(Configurations, HoldAgainstTheTargetAndKeepItsPorts) {
  auto const target = under("{facts: {receive_window: 8KiB}}");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->configuration, "c");
  EXPECT_EQ(target->facts.receive_window, 8192U);
  EXPECT_EQ(target->urls.front().port, 8081);
  EXPECT_EQ(target->start, "./edge");
}

TEST(Configurations, MayHaveAddressesAndCredentialsOfTheirOwn) {
  auto const target = under("{proxy: 'https://127.0.0.1:0', user: ann, auth: ntlm}");
  ASSERT_TRUE(target);
  ASSERT_EQ(target->urls.size(), 1U);
  EXPECT_TRUE(target->urls.front().tls);
  EXPECT_NE(target->urls.front().port, 0);
  EXPECT_EQ(target->facts.auth, std::vector{Auth::ntlm});
}

TEST(Configurations, MayListTheSchemesThatAreOffered) {
  for (auto const* list : {"[negotiate, ntlm]", "'negotiate,ntlm'"}) {
    auto const target = under("{facts: {auth: " + std::string(list) + "}}");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->facts.auth, (std::vector{Auth::negotiate, Auth::ntlm})) << list;
  }
}

TEST(Configurations, ThatContradictThemselvesAreToldByName) {
  auto const target = under("{auth: basic}");
  ASSERT_FALSE(target);
  EXPECT_THAT(target.error().detail, HasSubstr("configuration 'c': --auth needs --user"));
}

TEST(Config, TellsWhereAFactHasAValueThatCannotBe) {
  EXPECT_THAT(errors_of("targets:\n  e:\n    facts: {connection_timeout: 5s}\n"),
              HasSubstr(":3:33: connection_timeout: '5s' cannot be; allowed: 30s to 4h"));
}

TEST(Config, TellsAllErrorsAtOnce) {
  auto const text = errors_of("defaults: {jobs: none, sed: 1}\ntargets: {a: {sni: [x]}}\n");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
}

TEST(Config, WaiversHaveReasonOwnerAndDate) {
  EXPECT_THAT(errors_of("targets: {a: {waivers: [{id: x}]}}\n"), HasSubstr("reason and an owner"));
  EXPECT_THAT(errors_of("targets: {a: {waivers: [{reason: r, owner: o, until: 2027-01-31}]}}\n"),
              HasSubstr("finding, requirement or id"));
  EXPECT_THAT(
      errors_of("targets: {a: {waivers: [{id: x, reason: r, owner: o, until: tomorrow}]}}\n"),
      HasSubstr("YYYY-MM-DD"));
}

TEST(Config, EveryOptionOfRunIsAKey) {
  for (auto const& option : run_options()) {
    if (option.name != "config") {
      EXPECT_THAT(config_schema(), HasSubstr("\"" + std::string(option.name) + "\""));
    }
  }
}

TEST(Config, TheCommittedSchemaIsTheCurrentOne) {
  std::ifstream file(RPCHSPEC_SOURCE_DIR "/harness/targets/config.schema.json");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), config_schema()) << "ninja update-config-schema";
}

TEST(Settings, OfTheCommandLineReplaceListsOfTheFile) {
  Settings settings;
  OptionSource file(settings);
  ASSERT_TRUE(file.apply(*find_option("proxy"), "http://a"));
  ASSERT_TRUE(file.apply(*find_option("exclude"), "x"));
  OptionSource command_line(settings);
  ASSERT_TRUE(command_line.apply(*find_option("proxy"), "http://b"));
  ASSERT_TRUE(command_line.apply(*find_option("proxy"), "https://b"));
  ASSERT_TRUE(command_line.apply(*find_option("exclude"), "y"));
  ASSERT_EQ(settings.target.urls.size(), 2U);
  EXPECT_EQ(settings.target.urls[0].host, "b");
  EXPECT_THAT(settings.target.excludes, ElementsAre("x", "y"));
}

std::string contradiction(std::vector<std::pair<std::string, std::string>> const& options) {
  Settings settings;
  OptionSource source(settings);
  for (auto const& [name, value] : options) {
    auto const applied = source.apply(*find_option(name), value);
    EXPECT_TRUE(applied) << name;
  }
  auto const completed = complete(settings);
  return completed ? "" : completed.error().detail;
}

TEST(Settings, ThatContradictEachOtherAreRefused) {
  EXPECT_EQ(contradiction({}), "");
  EXPECT_THAT(contradiction({{"start", "./x"}}), HasSubstr("--proxy"));
  EXPECT_THAT(contradiction({{"topology", "rpc-proxy"}}), HasSubstr("needs --proxy"));
  EXPECT_THAT(contradiction({{"proxy", "http://a:0"}}), HasSubstr("needs --start"));
  EXPECT_THAT(contradiction({{"proxy", "http://a"}, {"defect", "d"}}), HasSubstr("embedded"));
  EXPECT_THAT(contradiction({{"proxy", "http://a"}, {"topology", "embedded"}}),
              HasSubstr("no --proxy"));
  EXPECT_THAT(contradiction({{"proxy", "http://a"}, {"topology", "http-front"}}),
              HasSubstr("--upstream-listen"));
  EXPECT_THAT(contradiction({{"proxy", "http://a"}, {"auth", "basic"}}), HasSubstr("--user"));
  EXPECT_THAT(contradiction({{"forward-proxy", "http://a"}}), HasSubstr("needs --proxy"));
  EXPECT_THAT(contradiction({{"proxy", "http://a"}, {"forward-proxy", "https://b"}}),
              HasSubstr("by http"));
}

TEST(Settings, PortsAreFreeOnesInsideAndWellKnownOnesOutside) {
  Settings inside;
  ASSERT_TRUE(complete(inside));
  EXPECT_THAT(inside.target.backend_ports, ElementsAre(0, 0, 0));
  Settings outside;
  ASSERT_TRUE(OptionSource(outside).apply(*find_option("proxy"), "http://a"));
  ASSERT_TRUE(complete(outside));
  EXPECT_THAT(outside.target.backend_ports, ElementsAre(6001, 6002, 6004));
}

}  // namespace
}  // namespace rpchspec::targets
