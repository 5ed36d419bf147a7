#include "protocol/wire/auth_challenge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> schemes(std::string_view value) {
  std::vector<std::string> names;
  for (auto const& each : parse_challenges(value)) {
    names.push_back(each.scheme);
  }
  return names;
}

TEST(AuthChallenge, ReadsOneSchemeInEachForm) {
  EXPECT_THAT(parse_challenges("NTLM"), ElementsAre(AuthChallenge{"NTLM", "", {}}));
  EXPECT_THAT(parse_challenges("Negotiate YII+/A=="),
              ElementsAre(AuthChallenge{"Negotiate", "YII+/A==", {}}));
  EXPECT_THAT(parse_challenges("Negotiate YIIA="),
              ElementsAre(AuthChallenge{"Negotiate", "YIIA=", {}}));
  EXPECT_THAT(
      parse_challenges(R"(Basic realm="one, \"two\"" , charset = UTF-8)"),
      ElementsAre(AuthChallenge{"Basic", "", {{"realm", "one, \"two\""}, {"charset", "UTF-8"}}}));
}

TEST(AuthChallenge, SeparatesChallengesFromParametersInAList) {
  EXPECT_THAT(schemes(R"(Nego2, Bearer realm="a, NTLM", error="x", ntlm,Basic realm="b")"),
              ElementsAre("Nego2", "Bearer", "ntlm", "Basic"));
  EXPECT_THAT(schemes("NTLM TlRMTVNTUAAC, Negotiate"), ElementsAre("NTLM", "Negotiate"));
  EXPECT_THAT(schemes(", ,NTLM,,\tBasic realm=x,"), ElementsAre("NTLM", "Basic"));
  EXPECT_EQ(parse_challenges("NTLM TlRMTVNTUAAC, Negotiate")[0].token, "TlRMTVNTUAAC");
}

TEST(AuthChallenge, GoesOnBehindWhatFitsNowhere) {
  EXPECT_THAT(schemes(R"("quoted, NTLM", Basic realm="x")"), ElementsAre("Basic"));
  EXPECT_THAT(schemes("Digest a b c, NTLM"), ElementsAre("Digest", "NTLM"));
  EXPECT_THAT(schemes(R"(Basic realm="never closed, NTLM)"), ElementsAre("Basic"));
  EXPECT_THAT(schemes(""), IsEmpty());
  EXPECT_THAT(schemes("=,=,\""), IsEmpty());
}

TEST(AuthChallenge, FindsASchemeInAnyCaseOverAllLines) {
  HeaderList const headers = {{"www-authenticate", "Basic realm=x"},
                              {"Content-Length", "0"},
                              {"WWW-Authenticate", "nTLM abcd"}};
  auto const all = challenges_of(headers);
  ASSERT_NE(find_challenge(all, "NTLM"), nullptr);
  EXPECT_EQ(find_challenge(all, "NTLM")->token, "abcd");
  EXPECT_EQ(find_challenge(all, "Negotiate"), nullptr);
}

TEST(AuthChallenge, SplitsCredentials) {
  EXPECT_EQ(split_credentials("NTLM  abc").token, "abc");
  EXPECT_EQ(split_credentials("NTLM").scheme, "NTLM");
  EXPECT_EQ(split_credentials("NTLM").token, "");
  EXPECT_EQ(split_credentials("").scheme, "");
}

/// Whatever comes, it ends.
TEST(AuthChallenge, EndsOnEveryShortText) {
  constexpr std::string_view kSigns = "a=,\" \\";
  for (auto number = 0; number < 6 * 6 * 6 * 6 * 6 * 6; ++number) {
    std::string text;
    for (auto rest = number; rest != 0; rest /= 6) {
      text += kSigns[static_cast<std::size_t>(rest % 6)];
    }
    EXPECT_LE(parse_challenges(text).size(), text.size());
  }
}

}  // namespace
}  // namespace rpchspec::wire
