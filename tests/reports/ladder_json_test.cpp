#include "reports/ladder_json.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "html_fixture.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "reports/unmet.hpp"

namespace rpchspec::reports {
namespace {

namespace json = boost::json;
using journal::v1::RECEIVED;
using journal::v1::SENT;
using journal::v1::Step;
using test::JournalBuilder;
using ::testing::ElementsAre;

class LadderJsonTest : public test::HtmlFixture {
 protected:
  json::object read(JournalBuilder const& journal, LadderJsonLimits const& limits = {}) {
    keep("a/b", journal);
    auto const made = ladder_json(folder_ / "cases/a/b/journal.bin", result_, limits);
    EXPECT_TRUE(made);
    return made ? made->as_object() : json::object();
  }

  static std::vector<std::string> kinds(json::object const& data) {
    std::vector<std::string> all;
    for (auto const& row : data.at("rows").as_array()) {
      all.emplace_back(row.at("k").as_string().c_str());
    }
    return all;
  }

  model::CaseResult result_;
};

wire::RtsPdu ack(std::uint32_t received) {
  wire::RtsPdu pdu;
  pdu.flags = wire::kRtsFlagOtherCmd;
  pdu.commands.emplace_back(wire::DestinationCommand{});
  wire::FlowControlAckCommand command;
  command.bytes_received = BytesReceived{received};
  pdu.commands.emplace_back(command);
  return pdu;
}

TEST_F(LadderJsonTest, PutsEachEndInItsLaneAndEachWayInItsDirection) {
  auto const data = read(JournalBuilder()
                             .at(1)
                             .rts(test::kClientIn, SENT, ack(1))
                             .rts(test::kServerIn, RECEIVED, ack(1))
                             .rts(test::kServerOut, SENT, ack(1))
                             .finished());
  auto const& rows = data.at("rows").as_array();
  ASSERT_EQ(rows.size(), 5U) << "the start, three PDUs, the end";
  EXPECT_EQ(rows[1].at("s"), "c");
  EXPECT_EQ(rows[1].at("d"), 1);
  EXPECT_EQ(rows[1].at("g"), "IN");
  EXPECT_EQ(rows[1].at("n"), 1);
  EXPECT_EQ(rows[2].at("s"), "s");
  EXPECT_EQ(rows[2].at("d"), 1);
  EXPECT_EQ(rows[3].at("d"), -1);
  EXPECT_FALSE(rows[0].as_object().contains("s"));
}

TEST_F(LadderJsonTest, NamesTheFieldsOfAPduOnceForAllOfItsForm) {
  auto const data = read(JournalBuilder()
                             .at(1)
                             .rts(test::kClientIn, SENT, ack(1))
                             .rts(test::kClientIn, SENT, ack(77))
                             .finished());
  auto const& rows = data.at("rows").as_array();
  auto const& item = rows[2].at("i").at(0).as_object();
  EXPECT_EQ(data.at("layouts").as_array().size(), 1U);
  EXPECT_EQ(item.at("l"), 0);
  auto const& layout = data.at("layouts").at(0).as_array();
  auto const& values = item.at("v").as_array();
  ASSERT_EQ(layout.size(), values.size());
  auto found = 0;
  for (std::size_t i = 0; i < layout.size(); ++i) {
    if (layout[i].at(2) == "Commands[1].BytesReceived") {
      EXPECT_EQ(values[i], "77");
      EXPECT_EQ(layout[i].at(1), 4);
      ++found;
    }
  }
  EXPECT_EQ(found, 1);
  EXPECT_EQ(item.at("x").as_string().size(), 2 * item.at("size").to_number<std::size_t>());
}

TEST_F(LadderJsonTest, LeavesTheMiddleOutAndSaysSo) {
  JournalBuilder journal;
  for (int i = 0; i < 100; ++i) {
    journal.at(i).rts(test::kClientIn, SENT, ack(1));
  }
  auto const data = read(journal, {10, 40});
  auto const& rows = data.at("rows").as_array();
  ASSERT_EQ(rows.size(), 11U);
  EXPECT_EQ(rows[5].at("k"), "gap");
  EXPECT_EQ(rows[5].at("w"), "91 rows left out");
  EXPECT_EQ(rows[10].at("t").as_double(), 99);
}

TEST_F(LadderJsonTest, ShowsTheBytesOfTheFirstPdusOfARun) {
  JournalBuilder journal;
  for (std::uint32_t i = 0; i < 30; ++i) {
    journal.at(1).rpc(test::kClientIn, SENT, i);
  }
  auto const data = read(journal, {600, 7});
  auto const& run = data.at("rows").at(1).as_object();
  EXPECT_EQ(run.at("k"), "run");
  EXPECT_EQ(run.at("m"), 30);
  EXPECT_EQ(run.at("i").as_array().size(), 7U);
}

TEST_F(LadderJsonTest, PutsDeadlineAndWhatWasNotSeenWhereTheyBelong) {
  result_.message =
      "required: R (must) x\nexpected: client.out is closed within 5 s of step 2 server.close\n"
      "seen:     not closed";
  result_.where = "step 2 server.close, 16.000 s, connection 2";
  auto const data = read(
      JournalBuilder().opened(test::kClientOut).at(1).done(1, "server.close").at(20).finished());
  EXPECT_THAT(kinds(data), ElementsAre("other", "open", "step", "due", "unmet", "other"));
  auto const& rows = data.at("rows").as_array();
  EXPECT_EQ(rows[3].at("t").as_double(), 6);
  EXPECT_EQ(rows[4].at("t").as_double(), 16);
  EXPECT_EQ(rows[4].at("s"), "c");
  EXPECT_EQ(rows[4].at("w"),
            "expected: client.out is closed within 5 s of step 2 server.close\nseen: not closed");
}

TEST(Unmet, CountsAnAwaitFromItsBeginningWhereItsEndIsTooLate) {
  model::CaseResult result;
  result.message = "required: R\nexpected: x within 500 ms of step 1 await\nseen: y";
  result.where = "configuration c, step 1 await, 2.500 s, connection 3";
  JournalBuilder journal;
  journal.at(1).step(0, "await", Step::BEGAN).at(2.5).step(0, "await", Step::FAILED);
  StepTimes steps;
  for (auto const& event : journal.events()) {
    steps.on_event(event);
  }
  auto const unmet = unmet_of(result, steps);
  ASSERT_TRUE(unmet);
  EXPECT_EQ(unmet->connection, 3U);
  EXPECT_EQ(unmet->at_ns, 2'500'000'000U);
  EXPECT_EQ(unmet->due_ns, 1'500'000'000U);
}

TEST(Unmet, IsNothingWhereTheMessageIsOfAnotherKind) {
  model::CaseResult result;
  result.message = "interrupted";
  EXPECT_FALSE(unmet_of(result, {}));
  result.message = "required: R\nexpected: x\nseen: y";
  auto const unmet = unmet_of(result, {});
  ASSERT_TRUE(unmet);
  EXPECT_FALSE(unmet->at_ns);
  EXPECT_FALSE(unmet->due_ns);
}

}  // namespace
}  // namespace rpchspec::reports
