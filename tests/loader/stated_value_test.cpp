#include "harness/loader/stated_value.hpp"

#include "tests/loader/fixture.hpp"

namespace rpchspec::loader::testing {
namespace {

std::string const kTimeout =
    "given: [bound]\n"
    "proxy: {connection_timeout: 30s}\n"
    "expected: $connection_timeout+500ms\n"
    "steps: [{pause: $connection_timeout*2-10s}]\n"
    "expect:\n"
    "  - {client.out: {stays-open: $connection_timeout/2}, by: PROD-Idle-01}\n"
    "  - any-of:\n"
    "      - {client.out: {receives: {pdu: CONN/A3, where: {ConnectionTimeout: "
    "$connection_timeout|120000}}}, within: 5s}\n"
    "    by: RPCH-1.8-01\n";

std::string timeout_of(scenario::v1::Scenario const& scenario) {
  return scenario.expect(1).any_of(0).receives().where().at("ConnectionTimeout");
}

TEST(StatedValue, FollowsTheOwnConfigurationOfTheCase) {
  auto const s = one(file_with(kTimeout));
  EXPECT_EQ(s.expected().seconds(), 30);
  EXPECT_EQ(s.expected().nanos(), 500'000'000);
  ASSERT_EQ(s.steps_size(), 3);  // two of the set-ups
  EXPECT_EQ(s.steps(2).pause().for_().seconds(), 50);
  EXPECT_EQ(s.expect(0).stays_open().for_().seconds(), 15);
  EXPECT_EQ(timeout_of(s), "30000|120000");
}

TEST(StatedValue, FollowsWhatIsStatedInstead) {
  auto s = one(file_with(kTimeout));
  FactValues values;
  values.quantities["connection_timeout"] = 900'000'000'000;
  put_all(s, values);
  EXPECT_EQ(s.expected().seconds(), 900);
  EXPECT_EQ(s.steps(2).pause().for_().seconds(), 1790) << "the set-ups' steps stand before it";
  EXPECT_EQ(s.expect(0).stays_open().for_().seconds(), 450);
  EXPECT_EQ(timeout_of(s), "900000|120000");
  EXPECT_EQ(s.proxy().connection_timeout().seconds(), 30) << "of a proxy of ours";
}

TEST(StatedValue, MayBeASizeOrPartOfAHead) {
  auto s =
      one(file_with("proxy: {receive_window: 64KiB, channel_lifetime: 256KiB}\n"
                    "steps: [{client.send: {channel: in, bytes: $channel_lifetime-1KiB, pdu_size: "
                    "$receive_window/2-1}}]\n"
                    "expect: [{client.out: {response: {status: 200, headers: {Content-Length: "
                    "$channel_lifetime}}}, by: RPCH-1.8-01}]\n"));
  auto const& send = s.steps(0).client_send();
  EXPECT_EQ(send.bytes(), 261'120U);
  EXPECT_EQ(send.pdu_size(), 32'767U);
  EXPECT_EQ(s.expect(0).response().headers(0).value(), "262144");
  FactValues values;
  values.quantities["receive_window"] = 8192;
  put_all(s, values);
  EXPECT_EQ(send.pdu_size(), 4095U);
  EXPECT_EQ(send.bytes(), 261'120U) << "nothing is stated of it";
}

TEST(StatedValue, MayBeTheListOfSchemes) {
  auto s =
      one(file_with("proxy: {auth: [ntlm, basic]}\nsteps: [client.open]\n"
                    "expect: [{client.out: {response: {status: 401, challenges: $auth}}, "
                    "by: RPCH-1.8-01}]\n"));
  auto const& challenges = s.expect(0).response().challenges();
  EXPECT_EQ(std::vector<std::string>(challenges.begin(), challenges.end()),
            (std::vector<std::string>{"ntlm", "basic"}));
  put_all(s, {{}, {"negotiate"}});
  ASSERT_EQ(challenges.size(), 1);
  EXPECT_EQ(challenges[0], "negotiate");
}

/// With this proxy and this pause.
std::string errors_with(std::string const& proxy, std::string const& pause) {
  return errors_of(file_with("proxy: " + proxy + "\nsteps: [{pause: " + pause + "}]\n" + kExpect));
}

TEST(StatedValue, ThatCannotBeIsToldWhereItStands) {
  EXPECT_EQ(errors_with("{receive_window: 64KiB}", "$connection_timeout"),
            "x.yaml:5:17: '$connection_timeout' follows $connection_timeout, which `proxy` does "
            "not state\n");
  EXPECT_EQ(errors_with("{receive_window: 64KiB}", "$receive_window"),
            "x.yaml:5:17: '$receive_window' wants a duration, $receive_window is none\n");
  EXPECT_EQ(errors_with("{connection_timeout: 30s}", "$connection_timeout-31s"),
            "x.yaml:5:17: '$connection_timeout-31s' is below 0\n");
  for (auto const* wrong : {"$connection_timeout 2s", "$connection_timeout/0",
                            "$connection_timeout+2", "$connection_timeout*x"}) {
    EXPECT_NE(errors_with("{connection_timeout: 30s}", wrong), "") << wrong;
  }
  auto const misspelt = errors_with("{connection_timeout: 30s}", "$conection_timeout");
  EXPECT_NE(misspelt.find("x.yaml:5:17: unknown variable '$conection_timeout'; did you mean "
                          "'connection_timeout'?\n"),
            std::string::npos)
      << misspelt;
}

}  // namespace
}  // namespace rpchspec::loader::testing
