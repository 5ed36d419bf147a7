#include "harness/engine/preflight.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/reports/journal_builder.hpp"

namespace rpchspec::engine {
namespace {

targets::Target target() {
  targets::Target made;
  made.topology = targets::Topology::rpc_proxy;
  targets::Url url;
  url.text = "http://gw.example:8080";
  made.urls = {url};
  return made;
}

Way refused(unsigned status, std::string reason) {
  Way way;
  way.proxy_reached = true;
  way.answered = true;
  way.status = status;
  way.reason = std::move(reason);
  return way;
}

std::string words(Way const& way) {
  return advice(way, target(), "10.0.0.5:6001");
}

TEST(Advice, NamesTheProxyThatIsNotThere) {
  EXPECT_NE(words(Way()).find("no connection to http://gw.example:8080"), std::string::npos);
}

TEST(Advice, NamesTheServerThatNobodyConnectedTo) {
  auto const text = words(refused(503, "RPC Error: 6ba"));
  EXPECT_NE(text.find("503 RPC Error: 6ba"), std::string::npos) << text;
  EXPECT_NE(text.find("nobody connected to 10.0.0.5:6001"), std::string::npos) << text;
  EXPECT_NE(text.find("ValidPorts"), std::string::npos) << text;
}

TEST(Advice, TellsARefusedMethodFromMissingCredentials) {
  EXPECT_NE(words(refused(501, "Not Implemented")).find("RPC_IN_DATA"), std::string::npos);
  EXPECT_NE(words(refused(401, "Unauthorized")).find("--auth"), std::string::npos);
}

TEST(Advice, TellsRefusedCredentialsFromMissingOnes) {
  auto with_user = target();
  with_user.auth = targets::Auth::basic;
  with_user.user = "ann";
  for (auto const topology : {targets::Topology::rpc_proxy, targets::Topology::http_front}) {
    with_user.topology = topology;
    auto const text = advice(refused(401, "Unauthorized"), with_user, "10.0.0.5:6001");
    EXPECT_NE(text.find("refuses the basic credentials of ann"), std::string::npos) << text;
    EXPECT_EQ(text.find("give credentials"), std::string::npos) << text;
  }
}

TEST(Advice, CallsAFrontAFront) {
  auto front = target();
  front.topology = targets::Topology::http_front;
  auto way = refused(413, "Content Too Large");
  way.upstream_reached = way.server_reached = true;
  EXPECT_EQ(advice(way, front, "x:6001"), "the front answered 413 Content Too Large.");
}

/// The status of a way on which these came, and whether each was an answer to a log-on.
unsigned status_after(std::vector<std::pair<unsigned, bool>> const& answers) {
  reports::test::JournalBuilder journal;
  for (auto const& [status, log_on] : answers) {
    journal::v1::Event event;
    event.set_source(journal::v1::CLIENT);
    event.set_connection(1);
    event.set_direction(journal::v1::RECEIVED);
    event.mutable_head()->set_response(true);
    event.mutable_head()->set_status(status);
    event.mutable_head()->set_log_on(log_on);
    journal.add(event);
  }
  auto const path = std::filesystem::path(testing::TempDir()) /
                    ("preflight-" + std::to_string(getpid()) + ".bin");
  auto const bytes = journal.bytes();
  std::ofstream(path, std::ios::binary)
      << std::string_view(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  auto const status = read_way(path).status;
  std::filesystem::remove(path);
  return status;
}

TEST(Advice, TakesNoChallengeOfALogOnForTheAnswer) {
  EXPECT_EQ(status_after({{401, true}}), 401U);
  EXPECT_EQ(status_after({{401, true}, {503, false}}), 503U);
  EXPECT_EQ(status_after({{401, true}, {200, false}, {401, true}}), 0U);  // IN's answer comes late
  EXPECT_EQ(status_after({{401, true}, {401, false}}), 401U);
}

TEST(Advice, IsSilentWhenTheWayIsOpen) {
  Way way;
  way.proxy_reached = way.answered = way.server_reached = way.opened = true;
  EXPECT_EQ(words(way), "");
}

}  // namespace
}  // namespace rpchspec::engine
