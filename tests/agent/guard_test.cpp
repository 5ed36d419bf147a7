#include "harness/agent/guard.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "harness/agent/control_server.hpp"

namespace rpchspec::agent {
namespace {

HttpRequest request(HttpFields fields, std::string body = {}) {
  HttpRequest made;
  made.method = body.empty() ? "GET" : "POST";
  made.fields = std::move(fields);
  made.body = std::move(body);
  return made;
}

unsigned status_of(Guard const& guard, HttpRequest const& request) {
  auto const admitted = guard.admit(request);
  return admitted ? 200 : admitted.error().status;
}

TEST(Guard, AdmitsAToolOnThisMachine) {
  Guard const guard(std::nullopt);
  for (auto const* host : {"127.0.0.1:8080", "localhost", "localhost:1", "[::1]:8080"}) {
    EXPECT_EQ(status_of(guard, request({{"host", host}})), 200U) << host;
  }
}

TEST(Guard, RefusesAWebPage) {
  Guard const guard(std::nullopt);
  EXPECT_EQ(status_of(guard, request({{"host", "127.0.0.1"}, {"origin", "null"}})), 403U);
  EXPECT_EQ(status_of(guard, request({{"host", "rebound.example:8080"}})), 403U);
  EXPECT_EQ(status_of(guard, request({})), 403U);
  Guard const with_token(Token("a token of some length"));
  EXPECT_EQ(status_of(with_token, request({{"authorization", "Bearer a token of some length"},
                                           {"origin", "https://a.example"}})),
            403U);
}

TEST(Guard, WantsTheToken) {
  Guard const guard(Token("a token of some length"));
  EXPECT_EQ(status_of(guard, request({{"host", "127.0.0.1"}})), 401U);
  EXPECT_EQ(status_of(guard, request({{"authorization", "Bearer a token of some lengtH"}})), 401U);
  EXPECT_EQ(status_of(guard, request({{"authorization", "Basic a token of some length"}})), 401U);
  EXPECT_EQ(status_of(guard, request({{"authorization", "Bearer a token of some length"}})), 200U);
}

TEST(Guard, WantsBodiesThatSayTheyAreJson) {
  Guard const guard(std::nullopt);
  auto const with = [&](std::string const& type) {
    return status_of(guard, request({{"host", "127.0.0.1"}, {"content-type", type}}, "{}"));
  };
  EXPECT_EQ(with("text/plain"), 415U);
  EXPECT_EQ(with("application/x-www-form-urlencoded"), 415U);
  EXPECT_EQ(with("application/json"), 200U);
  EXPECT_EQ(with("application/json; charset=utf-8"), 200U);
}

TEST(Token, WantsSomeLength) {
  auto const file = testing::TempDir() + "token";
  std::ofstream(file) << "short\n";
  EXPECT_FALSE(Token::load(file));
  std::ofstream(file) << "long enough for that\r\n";
  auto const token = Token::load(file);
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->matches("long enough for that"));
  EXPECT_FALSE(Token::load(file + ".not-there"));
}

TEST(ControlListen, WantsTlsAndATokenBeyondLoopback) {
  ControlListen listen;
  listen.address = "127.0.0.5";
  EXPECT_TRUE(check(listen));
  listen.address = "::1";
  EXPECT_TRUE(check(listen));
  listen.address = "0.0.0.0";
  EXPECT_FALSE(check(listen));
  listen.token = Token("a token of some length");
  EXPECT_FALSE(check(listen));
  net::TlsServerOptions tls;
  tls.certificate = *net::self_signed({"localhost"});
  listen.tls = *net::TlsContext::server(tls);
  EXPECT_TRUE(check(listen));
  listen.token.reset();
  EXPECT_FALSE(check(listen));
}

}  // namespace
}  // namespace rpchspec::agent
