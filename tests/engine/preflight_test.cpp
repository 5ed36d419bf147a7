#include "harness/engine/preflight.hpp"

#include <gtest/gtest.h>

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

TEST(Advice, IsSilentWhenTheWayIsOpen) {
  Way way;
  way.proxy_reached = way.answered = way.server_reached = way.opened = true;
  EXPECT_EQ(words(way), "");
}

}  // namespace
}  // namespace rpchspec::engine
