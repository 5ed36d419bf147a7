#include "harness/targets/process.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/descriptor_limit.hpp"
#include "harness/targets/url.hpp"
#include "tests/targets/own_log.hpp"

namespace rpchspec::targets {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::own_log;
using testing::HasSubstr;

/// A socket bound to a free port; listening or not.
class Port {
 public:
  explicit Port(bool listening) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, generic, size), 0);
    EXPECT_EQ(getsockname(socket_, generic, &size), 0);
    place_ = {"127.0.0.1", ntohs(address.sin_port)};
    if (listening) {
      EXPECT_EQ(listen(socket_, 4), 0);
    }
  }

  ~Port() { close(socket_); }

  Port(Port const&) = delete;
  Port& operator=(Port const&) = delete;

  [[nodiscard]] Address const& place() const { return place_; }

 private:
  int socket_;
  Address place_;
};

Result<StartedProcess> start(std::string const& command) {
  return StartedProcess::start(command, {{"RPCHSPEC_STORE_PORT", "6001"}}, own_log());
}

std::atomic<int> const kGoOn{0};

TEST(StartedProcess, HasItsEnvironmentAndALog) {
  auto process = start("echo port=$RPCHSPEC_STORE_PORT; echo to-stderr >&2");
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->wait_for_end(seconds(20)));
  EXPECT_EQ(process->ended(), "exited with 0");
  EXPECT_THAT(process->last_lines(), HasSubstr("port=6001"));
  EXPECT_THAT(process->last_lines(), HasSubstr("to-stderr"));
}

TEST(StartedProcess, HoldsNothingThatIsOurs) {
  auto const ours = open("/dev/null", O_RDONLY);  // NOLINT: not closed on exec, as Asio's sockets
  ASSERT_GE(ours, 3);
  auto process = start("[ -e /proc/$$/fd/" + std::to_string(ours) + " ] && echo held || echo free");
  close(ours);
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->wait_for_end(seconds(20)));
  EXPECT_THAT(process->last_lines(), HasSubstr("free"));
}

TEST(StartedProcess, HasTheLimitOfOpenFilesThatWeWereGiven) {
  rlimit const given = [] {
    rlimit limit{};
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 512);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return limit;
  }();
  raise_descriptor_limit();
  rlimit raised{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &raised), 0);
  EXPECT_EQ(raised.rlim_cur, std::min<rlim_t>(given.rlim_max, 65536));
  auto process = start("echo $(ulimit -S -n) files");
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->wait_for_end(seconds(20)));
  EXPECT_THAT(process->last_lines(), HasSubstr(std::to_string(given.rlim_cur) + " files"));
}

TEST(StartedProcess, TakesItsChildrenWithIt) {
  auto const pid_file = own_log().string() + ".pid";
  auto process = start("sleep 1000 & echo $! > " + pid_file + "; echo up; wait");
  ASSERT_TRUE(process);
  pid_t child = 0;
  for (auto const until = Clock::now() + seconds(20); child == 0 && Clock::now() < until;) {
    std::ifstream(pid_file) >> child;
  }
  ASSERT_GT(child, 0);
  process->stop();
  EXPECT_NE(kill(child, 0), 0);
}

TEST(StartedProcess, OutlivesTheThreadThatStartedIt) {
  std::optional<StartedProcess> process;
  std::thread([&process] {
    if (auto started = start("exec sleep 1000")) {
      process.emplace(*std::move(started));
    }
  }).join();
  ASSERT_TRUE(process);
  EXPECT_FALSE(process->wait_for_end(milliseconds(50)));
  process->stop();
}

TEST(StartedProcess, IsKilledWhenItDoesNotHearTheFirstSignal) {
  auto process = start("trap '' TERM; echo up; while :; do sleep 1; done");
  ASSERT_TRUE(process);
  for (auto const until = Clock::now() + seconds(20);
       process->last_lines().empty() && Clock::now() < until;) {
  }
  auto const pid = process->pid();
  process->stop(milliseconds(100));
  EXPECT_NE(kill(pid, 0), 0);
}

TEST(WaitUntilReady, EndsWhenTheProxyAccepts) {
  Port const port(true);
  EXPECT_TRUE(wait_until_ready(port.place(), nullptr, seconds(20), kGoOn));
}

TEST(WaitUntilReady, SaysWhatToCheckWhenNothingAccepts) {
  Port const port(false);
  auto const ready = wait_until_ready(port.place(), nullptr, milliseconds(100), kGoOn);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ErrorCode::deadline);
  EXPECT_THAT(ready.error().detail, HasSubstr("check --proxy"));
}

TEST(WaitUntilReady, TellsAnEarlyDeathWithItsLastWords) {
  Port const port(false);
  auto process = start("echo cannot bind; exit 7");
  ASSERT_TRUE(process);
  auto const ready = wait_until_ready(port.place(), &*process, seconds(20), kGoOn);
  ASSERT_FALSE(ready);
  EXPECT_THAT(ready.error().detail, HasSubstr("exited with 7"));
  EXPECT_THAT(ready.error().detail, HasSubstr("cannot bind"));
}

TEST(WaitUntilReady, IsNotFooledByAStrangerOnThePort) {
  Port const port(true);
  auto process = start("exit 1");
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->wait_for_end(seconds(20)));
  EXPECT_FALSE(wait_until_ready(port.place(), &*process, seconds(20), kGoOn));
}

TEST(WaitUntilReady, EndsWithASignal) {
  Port const port(false);
  std::atomic<int> const stop{2};
  auto const ready = wait_until_ready(port.place(), nullptr, seconds(60), stop);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ErrorCode::unexpected);
}

TEST(Environment, TellsTheStartedProxyWhereTheBackendsAre) {
  Target target;
  target.urls = {*parse_url("http://127.0.0.1:8080"), *parse_url("https://127.0.0.1:8443")};
  target.folder = "/etc/targets";
  target.environment = {{"MODE", "test"}};
  BackendPlace place;
  place.address = "127.0.0.1";
  place.server_name = "exch01";
  place.ports = {6001, 6002, 6004};
  place.upstreams = {{"127.0.0.1", 9000}};
  place.tls = "/run/tls";
  auto const environment = environment_for(target, place);
  EXPECT_EQ(environment.at("MODE"), "test");
  EXPECT_EQ(environment.at("RPCHSPEC_ADDRESS_BOOK_PORT"), "6004");
  EXPECT_EQ(environment.at("RPCHSPEC_UPSTREAM"), "127.0.0.1:9000");
  EXPECT_EQ(environment.at("RPCHSPEC_PROXY_PORT"), "8080");
  EXPECT_EQ(environment.at("RPCHSPEC_PROXY_TLS_PORT"), "8443");
  EXPECT_EQ(environment.at("RPCHSPEC_UPSTREAM_PORT"), "9000");
  EXPECT_EQ(environment.at("RPCHSPEC_TLS_PEM"), "/run/tls/both.pem");
  EXPECT_EQ(environment.at("RPCHSPEC_TARGET_DIR"), "/etc/targets");
}

}  // namespace
}  // namespace rpchspec::targets
