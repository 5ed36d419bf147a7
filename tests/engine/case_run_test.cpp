// Cases played whole, against the embedded proxy over real sockets, and judged again from their
// journals.

#include "harness/engine/case_run.hpp"

#include <fstream>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "journal/reader.hpp"
#include "protocol/wire/rts.hpp"
#include "tests/engine/carrying_scenario.hpp"
#include "tests/engine/case_fixture.hpp"

namespace rpchspec::engine {
namespace {

using test::kCarries;

class CaseRun : public test::CaseFixture {
 protected:
  CaseRun() : CaseFixture("case-run") {}

  CaseOutcome play(std::string const& yaml, std::string const& defect = {}) {
    target_.defect = defect;
    return CaseFixture::play(yaml, timeout_scale_);
  }

  model::CaseResult judged_again(std::filesystem::path const& journal) {
    return reports::judge(scenario_, journal, library_->requirements).result;
  }

  double timeout_scale_ = 1;
};

TEST_F(CaseRun, PassesOnTheReferenceProxy) {
  auto const outcome = play(kCarries);
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::pass)
      << outcome.judgement.result.message;
}

TEST_F(CaseRun, FailsOnABrokenOneAndNamesTheRequirement) {
  auto const outcome = play(kCarries, "pdu-dropped");
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::fail);
  EXPECT_EQ(outcome.judgement.result.requirements.at(0), "RPCH-1.3.4-01");
}

TEST_F(CaseRun, IsJudgedTheSameFromItsJournal) {
  for (std::string const defect : {"", "pdu-dropped", "acks-never", "cookies-swapped"}) {
    auto const first = play(kCarries, defect).judgement.result;
    auto const again = judged_again(directory_ / "journal.bin");
    EXPECT_EQ(first.verdict, again.verdict) << defect;
    EXPECT_EQ(first.message, again.message) << defect;
    EXPECT_EQ(first.requirements, again.requirements) << defect;
    EXPECT_EQ(first.observations.size(), again.observations.size()) << defect;
  }
}

TEST_F(CaseRun, IsBlockedWhenItsSetUpIsNotReached) {
  auto const outcome = play(R"(
id: connection/nobody-there
title: The server does not listen
since: "1.0"
server: {closed_ports: [store]}
given: [opened]
expect:
  - {server.in: {data: {at_least: 1}}, by: RPCH-1.3.4-01}
)");
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::blocked)
      << outcome.judgement.result.message;
}

TEST_F(CaseRun, WaitsAsLongAsItIsJudgedBy) {
  timeout_scale_ = 0.02;
  auto const result = play(R"(
id: reset/never-closed
title: What nobody closes stays open
since: "1.0"
given: [opened]
steps:
  - client.send: {channel: in, bytes: 1}
expect:
  - {client.out: closed, within: 5s, by: RPCH-3.2.4.5.14-04}
)")
                          .judgement.result;
  EXPECT_EQ(result.verdict, model::Verdict::fail) << result.message;
  EXPECT_LT(result.duration_s, 10);  // 15 s, unscaled; 0.3 s, scaled
}

TEST_F(CaseRun, OpensWithTheVersionThatTheStepNames) {
  auto const outcome = play(R"(
id: version/later-client
title: A later client is served
since: "1.0"
steps:
  - client.open: {version: 3}
  - vc: 2
    client.open: {}
expect:
  - {server.out: {receives: {pdu: CONN/A2, where: {Version: "1"}}}, by: RPCH-2.2.4.3-02}
)");
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::pass)
      << outcome.judgement.result.message;
  std::map<std::uint32_t, std::vector<std::uint32_t>> versions;  // by virtual connection
  ASSERT_TRUE(journal::read(outcome.journal, [&](journal::v1::Event const& event) {
    if (event.source() == journal::v1::CLIENT && event.direction() == journal::v1::SENT &&
        event.has_pdu()) {
      auto const pdu = wire::decode_rts(as_bytes(event.pdu().prefix()));
      if (auto const* version = pdu ? wire::find<wire::VersionCommand>(*pdu) : nullptr) {
        versions[event.virtual_connection()].push_back(version->value);
      }
    }
  }));
  EXPECT_EQ(versions[1], (std::vector<std::uint32_t>{3, 3})) << "of CONN/A1 and CONN/B1";
  EXPECT_EQ(versions[2], (std::vector<std::uint32_t>{1, 1}));
}

TEST_F(CaseRun, KeepsAJournalThatATornEndDoesNotSpoil) {
  auto const outcome = play(kCarries);
  auto const size = std::filesystem::file_size(outcome.journal);
  std::filesystem::resize_file(outcome.journal, size - 1);
  EXPECT_TRUE(reports::judge(scenario_, outcome.journal, library_->requirements).interrupted);
}

}  // namespace
}  // namespace rpchspec::engine
