#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/free_ports.hpp"
#include "harness/targets/process_watch.hpp"
#include "harness/targets/program.hpp"
#include "harness/targets/shipped.hpp"
#include "harness/targets/url.hpp"
#include "tests/targets/own_log.hpp"

namespace rpchspec::targets {
namespace {

using test::own_log;
using testing::AllOf;
using testing::HasSubstr;

TEST(FreePorts, TakeThePlaceOfEveryZeroAndAreAllDifferent) {
  Target target;
  for (auto const* text : {"http://127.0.0.1:0", "https://127.0.0.1:0/x", "http://127.0.0.1:81"}) {
    target.urls.push_back(*parse_url(text, PortZero::allowed));
  }
  target.upstream_listen = {{"127.0.0.1", 0}, {"127.0.0.1", 0}};
  target.topology = Topology::rpc_proxy;
  target.backend_ports = {0, 6002, 0};
  ASSERT_TRUE(settle_ports(target));
  std::set<std::uint16_t> const ports{target.urls[0].port,
                                      target.urls[1].port,
                                      target.upstream_listen[0].port,
                                      target.upstream_listen[1].port,
                                      target.backend_ports[0],
                                      target.backend_ports[2]};
  EXPECT_EQ(ports.size(), 6U);
  EXPECT_EQ(target.backend_ports[1], 6002);
  EXPECT_FALSE(ports.contains(0));
  EXPECT_EQ(target.urls[0].text, "http://127.0.0.1:" + std::to_string(target.urls[0].port));
  EXPECT_EQ(target.urls[1].text, "https://127.0.0.1:" + std::to_string(target.urls[1].port) + "/x");
  EXPECT_EQ(target.urls[2].text, "http://127.0.0.1:81");
}

TEST(FreePorts, AreNeitherPickedTwiceNorHandedOutByTheSystem) {
  Target target;
  target.urls = {*parse_url("http://127.0.0.1:0", PortZero::allowed)};
  std::set<std::uint16_t> ports;
  std::vector<Target> settled;
  for (int i = 0; i < 500; ++i) {
    auto& another = settled.emplace_back(target);
    ASSERT_TRUE(settle_ports(another));
    ports.insert(another.urls[0].port);
  }
  EXPECT_EQ(ports.size(), settled.size());
  std::uint16_t lowest = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> lowest;
  EXPECT_LT(*ports.rbegin(), lowest);
}

TEST(FreePorts, AreNotToBeHadOnTheAddressOfAnotherMachine) {
  Target target;
  target.urls = {*parse_url("http://192.0.2.1:0", PortZero::allowed)};
  auto const settled = settle_ports(target);
  ASSERT_FALSE(settled);
  EXPECT_THAT(settled.error().detail, HasSubstr("192.0.2.1"));
}

TEST(Programs, ThatAreAbsentNameTheirPackage) {
  EXPECT_EQ(why_absent({}), "");
  EXPECT_EQ(why_absent({"sh", "dash", {}}), "");
  EXPECT_THAT(why_absent({"no-such-proxy", "proxyd", {}}),
              AllOf(HasSubstr("no-such-proxy is not installed"), HasSubstr("proxyd")));
}

TEST(Programs, TellTheirVersionInOneLine) {
  EXPECT_EQ(version_of({"sh", {}, "echo; echo '  Proxy 1.2 '; echo more"}, own_log()), "Proxy 1.2");
  EXPECT_EQ(version_of({"sh", {}, "exit 3"}, own_log()), "");
  EXPECT_EQ(version_of({}, own_log()), "");
  EXPECT_FALSE(std::filesystem::exists(own_log()));
}

TEST(ProcessWatch, TellsADeathAtOnceWithTheLastWords) {
  auto process = StartedProcess::start("echo out of memory; exit 9", {}, own_log());
  ASSERT_TRUE(process);
  std::promise<std::string> told;
  ProcessWatch const watch(*process, [&](std::string const& how) { told.set_value(how); });
  auto how = told.get_future();
  ASSERT_EQ(how.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_THAT(how.get(), AllOf(HasSubstr("exited with 9"), HasSubstr("out of memory")));
}

TEST(ProcessWatch, SaysNothingWhenItIsTheRunThatEnds) {
  auto process = StartedProcess::start("exec sleep 600", {}, own_log());
  ASSERT_TRUE(process);
  bool told = false;
  {
    ProcessWatch const watch(*process, [&](std::string const&) { told = true; });
  }
  EXPECT_FALSE(told);
  EXPECT_FALSE(process->ended());
}

TEST(Shipped, TargetsAreStartedOnFreePortsAndNameTheirPackage) {
  auto const config = load_shipped();
  ASSERT_TRUE(config) << to_string(config.error().front());
  EXPECT_THAT(config->target_names(),
              testing::IsSupersetOf({"haproxy-best", "nginx-short", "hitch"}));
  for (auto const& [name, entry] : config->targets) {
    Settings settings;
    apply(entry, settings);
    auto const completed = complete(settings);
    EXPECT_TRUE(completed) << name << ": " << completed.error().detail;
    auto const& target = settings.target;
    EXPECT_EQ(target.topology, Topology::http_front) << name;
    EXPECT_TRUE(!target.program.name.empty() && !target.program.package.empty() &&
                !target.program.version.empty())
        << name;
    for (auto const& url : target.urls) {
      EXPECT_EQ(url.port, 0) << name;
    }
  }
}

TEST(Shipped, ConfigurationsAreAllThere) {
  auto const folder = shipped_file().parent_path();
  auto const config = load_shipped();
  ASSERT_TRUE(config);
  for (auto const& [name, entry] : config->targets) {
    Settings settings;
    apply(entry, settings);
    std::istringstream words(settings.target.start);
    std::string word;
    for (int i = 0; words >> word; ++i) {
      EXPECT_TRUE(i < 3 || std::filesystem::exists(folder / word)) << name << ": " << word;
    }
  }
}

}  // namespace
}  // namespace rpchspec::targets
