#include "net/gss_context.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace rpchspec::net {
namespace {

/// A client and a server that talk until one of them is done or refuses.
class GssHandshake : public ::testing::TestWithParam<GssMechanism> {
 protected:
  void SetUp() override {
    if (auto const there = check_gss(GetParam()); !there) {
      GTEST_SKIP() << there.error().detail;
    }
  }

  [[nodiscard]] GssContext client(GssUser const& user, Bytes binding = {}) const {
    auto credentials = GssCredentials::initiator(GetParam(), user);
    EXPECT_TRUE(credentials) << credentials.error().detail;
    return GssContext::initiator(*credentials, "HTTP@proxy.example", std::move(binding));
  }

  [[nodiscard]] GssContext server(std::vector<GssUser> const& users, Bytes binding = {}) const {
    auto credentials = GssCredentials::acceptor(GetParam(), users);
    EXPECT_TRUE(credentials) << credentials.error().detail;
    return GssContext::acceptor(*credentials, std::move(binding));
  }

  /// @return what the server's last step came to.
  static Result<GssContext::Step> shake_hands(GssContext& client, GssContext& server) {
    auto token = client.step({});
    for (auto legs = 0; token && legs < 4; ++legs) {
      auto answer = server.step(token->token);
      if (!answer || answer->complete) {
        return answer;
      }
      token = client.step(answer->token);
    }
    return token;
  }
};

std::vector<GssUser> const kUsers = {{"other", "x"}, {"tester", "correct: hörse 🐎"}};

TEST_P(GssHandshake, LetsTheRightPasswordInAndSaysWhoItIs) {
  auto from = client({"tester", "correct: hörse 🐎"});
  auto to = server(kUsers);
  auto const done = shake_hands(from, to);
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_TRUE(done->complete);
  EXPECT_EQ(to.peer(), "tester");
  EXPECT_FALSE(to.bound());
}

TEST_P(GssHandshake, TakesAUserFromAnyDomain) {
  auto from = client({"SOMEWHERE\\tester", "correct: hörse 🐎"});
  auto to = server(kUsers);
  EXPECT_TRUE(shake_hands(from, to));
}

TEST_P(GssHandshake, RefusesAWrongPasswordAndAnUnknownUser) {
  for (auto const& user :
       {GssUser{"tester", "wrong"}, GssUser{"tester", ""}, GssUser{"nobody", "correct: hörse 🐎"}}) {
    auto from = client(user);
    auto to = server(kUsers);
    EXPECT_FALSE(shake_hands(from, to)) << user.name;
    EXPECT_EQ(to.peer(), "");
  }
}

TEST_P(GssHandshake, RefusesAnAnswerToAnotherChallenge) {
  auto from = client({"tester", "correct: hörse 🐎"});
  auto first = server(kUsers);
  auto second = server(kUsers);
  auto const begun = from.step({});
  ASSERT_TRUE(begun);
  auto const challenge = first.step(begun->token);
  ASSERT_TRUE(challenge);
  auto const answer = from.step(challenge->token);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(second.step(answer->token)) << "without a first token";
  auto third = server(kUsers);
  ASSERT_TRUE(third.step(begun->token));
  EXPECT_FALSE(third.step(answer->token)) << "with a challenge of its own";
}

TEST_P(GssHandshake, TellsARightChannelBindingFromAWrongOneAndFromNone) {
  Bytes const own = {'o', 'w', 'n'};
  Bytes const others = {'o', 't', 'h', 'e', 'r'};
  auto to = server(kUsers, own);
  auto from = client({"tester", "correct: hörse 🐎"}, own);
  EXPECT_TRUE(shake_hands(from, to));
  EXPECT_TRUE(to.bound());
  to = server(kUsers, own);
  from = client({"tester", "correct: hörse 🐎"}, others);
  EXPECT_FALSE(shake_hands(from, to));
  to = server(kUsers, own);
  from = client({"tester", "correct: hörse 🐎"});
  EXPECT_TRUE(shake_hands(from, to));
  EXPECT_FALSE(to.bound());
}

TEST_P(GssHandshake, EndsWithGarbage) {
  auto to = server(kUsers);
  EXPECT_FALSE(to.step(Bytes{1, 2, 3}));
  auto from = client({"tester", "x"});
  ASSERT_TRUE(from.step({}));
  EXPECT_FALSE(from.step(Bytes{1, 2, 3}));
}

TEST_P(GssHandshake, FindsUsersOfBothSidesInTheFileOfTheEnvironment) {
  auto const file = ::testing::TempDir() + "ntlm-users";
  std::ofstream(file) << ":filed:secret\n";
  ASSERT_EQ(setenv("NTLM_USER_FILE", file.c_str(), 1), 0);
  auto from = client({"filed", {}});
  auto to = server({});
  auto const done = shake_hands(from, to);
  unsetenv("NTLM_USER_FILE");
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(to.peer(), "filed");
}

INSTANTIATE_TEST_SUITE_P(Mechanisms,
                         GssHandshake,
                         ::testing::Values(GssMechanism::ntlm, GssMechanism::negotiate),
                         [](auto const& each) {
                           return each.param == GssMechanism::ntlm ? "Ntlm" : "Negotiate";
                         });

TEST(GssContext, TakesAFirstMessageWithoutItsVersion) {
  auto const own = GssCredentials::acceptor(GssMechanism::ntlm, kUsers);
  if (!own) {
    GTEST_SKIP() << own.error().detail;
  }
  Bytes first = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 1, 0, 0, 0, 0x06, 0x82, 0x08, 0x00};
  first.resize(32);  // curl's: neither domain nor workstation
  auto const challenge = GssContext::acceptor(*own).step(first);
  ASSERT_TRUE(challenge) << to_string(challenge.error());
  EXPECT_FALSE(challenge->token.empty());
  first.resize(31);
  EXPECT_FALSE(GssContext::acceptor(*own).step(first));
}

TEST(GssCredentials, SaysWhichNamesNtlmCannotUse) {
  if (!check_gss(GssMechanism::ntlm)) {
    GTEST_SKIP() << "gss-ntlmssp is not installed";
  }
  for (auto const* name : {"", "a:b", "a\nb", "#a", "\xFF"}) {
    auto const made = GssCredentials::acceptor(GssMechanism::ntlm, {{name, "x"}});
    ASSERT_FALSE(made) << name;
    EXPECT_NE(made.error().detail.find("cannot be used with NTLM"), std::string::npos);
  }
}

}  // namespace
}  // namespace rpchspec::net
