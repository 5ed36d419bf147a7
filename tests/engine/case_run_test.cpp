// Cases played whole, against the embedded proxy over real sockets, and judged again from their
// journals.

#include "harness/engine/case_run.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "harness/loader/load.hpp"

namespace rpchspec::engine {
namespace {

class CaseRun : public testing::Test {
 protected:
  CaseRun() {
    auto library = loader::load_library(RPCHSPEC_SOURCE_DIR "/scenarios");
    EXPECT_TRUE(library) << loader::to_string(library.error());
    library_.emplace(std::move(*library));
    certificate_ = *net::self_signed({"localhost", "127.0.0.1"});
  }

  ~CaseRun() override { std::filesystem::remove_all(directory_); }

  CaseOutcome play(std::string const& yaml, std::string const& defect = {}) {
    auto const suite = loader::load_text(yaml, "test.yaml", *library_);
    EXPECT_TRUE(suite) << loader::to_string(suite.error());
    scenario_ = suite->scenarios.at(0);
    target_.defect = defect;
    Surroundings const surroundings{target_, library_->requirements, 1,  1,       false,
                                    "test",  certificate_,           {}, nullptr, nullptr,
                                    {}};
    CaseOrder order;
    order.scenario = &scenario_;
    order.directory = directory_;
    std::atomic<int> const stop{0};
    return run_case(surroundings, order, stop);
  }

  model::CaseResult judged_again(std::filesystem::path const& journal) {
    return reports::judge(scenario_, journal, library_->requirements).result;
  }

  std::optional<loader::Library> library_;
  net::Certificate certificate_;
  targets::Target target_;
  scenario::v1::Scenario scenario_;
  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("case-run-" + std::to_string(getpid()));
};

std::string const kOpens = R"(
id: connection/opens
title: A virtual connection opens and carries payload
since: "1.0"
given: [opened]
steps:
  - client.send: {channel: in, bytes: 20000}
  - server.send: {channel: out, bytes: 20000}
expect:
  - {server.in: {data: {exactly: 20000}}, within: 5s, by: RPCH-1.3.4-01}
  - {client.out: {data: {exactly: 20000}}, within: 5s, by: RPCH-1.3.4-01}
)";

TEST_F(CaseRun, PassesOnTheReferenceProxy) {
  auto const outcome = play(kOpens);
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::pass)
      << outcome.judgement.result.message;
}

TEST_F(CaseRun, FailsOnABrokenOneAndNamesTheRequirement) {
  auto const outcome = play(kOpens, "pdu-dropped");
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::fail);
  EXPECT_EQ(outcome.judgement.result.requirements.at(0), "RPCH-1.3.4-01");
}

TEST_F(CaseRun, IsJudgedTheSameFromItsJournal) {
  for (std::string const defect : {"", "pdu-dropped", "acks-never", "cookies-swapped"}) {
    auto const first = play(kOpens, defect).judgement.result;
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

TEST_F(CaseRun, KeepsAJournalThatATornEndDoesNotSpoil) {
  auto const outcome = play(kOpens);
  auto const size = std::filesystem::file_size(outcome.journal);
  std::filesystem::resize_file(outcome.journal, size - 1);
  EXPECT_TRUE(reports::judge(scenario_, outcome.journal, library_->requirements).interrupted);
}

}  // namespace
}  // namespace rpchspec::engine
