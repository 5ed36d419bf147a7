#include "tests/loader/fixture.hpp"

namespace rpchspec::loader::testing {
namespace {

std::vector<std::string> ids(std::string const& matrix, std::string const& steps) {
  auto const suite = load(file_with(matrix + steps + kExpect));
  EXPECT_TRUE(suite) << (suite ? "" : to_string(suite.error()));
  std::vector<std::string> ids;
  for (auto const& scenario : suite->scenarios) {
    ids.push_back(scenario.id());
  }
  return ids;
}

using Ids = std::vector<std::string>;

TEST(Matrix, MakesEveryCombinationTheLastDimensionFastest) {
  EXPECT_EQ(ids("matrix: {leg: [in, out], cause: [tcp-rst, tcp-fin]}\n",
                "steps: [{server.close: {leg: $leg, cause: $cause}}]\n"),
            (Ids{"reset/some-words@in,tcp-rst", "reset/some-words@in,tcp-fin",
                 "reset/some-words@out,tcp-rst", "reset/some-words@out,tcp-fin"}));
}

TEST(Matrix, LeavesTheFirstValueOfAnAddedDimensionOutOfTheId) {
  auto const matrix =
      "matrix: {leg: [in, out], cause: {since: \"1.1\", values: [tcp-rst, tcp-fin]}}\n";
  auto const steps = "steps: [{server.close: {leg: $leg, cause: $cause}}]\n";
  EXPECT_EQ(ids(matrix, steps), (Ids{"reset/some-words@in", "reset/some-words@in,tcp-fin",
                                     "reset/some-words@out", "reset/some-words@out,tcp-fin"}));
  auto const suite = load(file_with(std::string(matrix) + steps + kExpect));
  EXPECT_EQ(suite->scenarios[0].since(), "1.0");
  EXPECT_EQ(suite->scenarios[1].since(), "1.1");
}

TEST(Matrix, NamesValuesThatCannotStandInAnId) {
  auto const suite = load(file_with(
      "matrix: {what: [{b1: {pdu: CONN/B1, channel: in}}, {a1: {pdu: CONN/A1, channel: out}}]}\n"
      "steps: [{client.send: $what}]\n" +
      kExpect));
  ASSERT_TRUE(suite) << to_string(suite.error());
  EXPECT_EQ(suite->scenarios[1].id(), "reset/some-words@a1");
  EXPECT_EQ(suite->scenarios[1].steps(0).client_send().pdu(), "CONN/A1");
}

TEST(Matrix, PutsValuesIntoTextsAndKeys) {
  auto const suite = load(file_with(
      "matrix: {leg: [in]}\ntitle2: x\nsteps: [{label: \"cut-${leg}-leg\", client.close: $leg}]\n"
      "expect: [{client.$leg: closed, since: cut-$leg-leg, by: RPCH-1.8-01}]\n"));
  ASSERT_FALSE(suite);  // title2 alone is wrong
  EXPECT_EQ(suite.error().size(), 1U);
  EXPECT_EQ(suite.error()[0].message.substr(0, 20), "unknown key 'title2'");
}

TEST(Matrix, LeavesVariablesOfTheRunAlone) {
  auto const s =
      one(file_with("steps: [{client.request: {query: \"$server_name:$port\"}}]\n" + kExpect));
  EXPECT_EQ(s.steps(0).client_request().query(), "$server_name:$port");
}

TEST(Matrix, RefusesWhatItCannotExpand) {
  EXPECT_EQ(errors_of(file_with("matrix: {cause: [tcp-rst]}\nsteps: [client.open]\n" + kExpect)),
            "x.yaml:4:10: matrix dimension 'cause' is never used\n");
  EXPECT_EQ(errors_of(file_with("matrix: {cause: [tcp-rst]}\n"
                                "steps: [{server.close: {leg: out, cause: $cuase}},"
                                " {server.close: {leg: in, cause: $cause}}]\n" +
                                kExpect)),
            "x.yaml:5:42: 'cause' cannot be '$cuase'; allowed: tcp-fin, tcp-rst, half-close, "
            "tls-close, tls-truncate\n"
            "x.yaml:5:42: unknown variable '$cuase'; did you mean 'cause'?\n");
  EXPECT_EQ(errors_of(file_with("matrix: {pdu: [CONN/B1]}\n"
                                "steps: [{client.send: {channel: in, pdu: $pdu}}]\n" +
                                kExpect)),
            "x.yaml:4:16: 'CONN/B1' cannot stand in an id; name it, as in {b1: CONN/B1}\n");
  EXPECT_EQ(errors_of(file_with("matrix: {a: []}\nsteps: [client.open]\n" + kExpect)),
            "x.yaml:4:13: matrix dimension 'a' wants a list of values\n");
}

}  // namespace
}  // namespace rpchspec::loader::testing
