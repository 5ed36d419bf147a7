// A case whose journal two machines wrote is judged as if one had.

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include "journal/merge.hpp"
#include "journal_builder.hpp"
#include "reports/judge.hpp"

namespace rpchspec::reports {
namespace {

namespace v1 = journal::v1;
namespace fs = std::filesystem;
using test::JournalBuilder;
using test::kClientIn;
using test::kServerIn;

scenario::v1::Scenario payload_case() {
  scenario::v1::Scenario made;
  made.set_id("forwarding/test");
  made.add_steps()->mutable_client_send()->set_bytes(2000);
  auto& expected = *made.add_expect();
  expected.set_subject("server.in");
  expected.add_by("RPCH-1.3.4-01");
  expected.mutable_receives()->set_pdu("rpc");
  expected.mutable_receives()->set_at_least(2);
  return made;
}

/// Two PDUs pass within 20 microseconds; the second where `passes`.
JournalBuilder payload_journal(bool passes) {
  JournalBuilder journal;
  journal.at(0.1).opened(kClientIn).at(0.2).opened(kServerIn).at(1).step(0, "client.send",
                                                                         v1::Step::BEGAN);
  journal.at(1.0001).rpc(kClientIn, v1::SENT, 1).at(1.00012).rpc(kServerIn, v1::RECEIVED, 1);
  journal.at(1.0002).rpc(kClientIn, v1::SENT, 2);
  if (passes) {
    journal.at(1.00022).rpc(kServerIn, v1::RECEIVED, 2);
  }
  journal.at(1.0003).step(0, "client.send", v1::Step::DONE);
  return journal.at(30).finished();
}

class TwoHalves : public testing::Test {
 protected:
  TwoHalves() { fs::create_directories(folder_); }

  ~TwoHalves() override { fs::remove_all(folder_); }

  /// As two machines write it, where the servers' clock is `ahead` and was measured `wrong`.
  model::CaseResult judged_in_two(JournalBuilder const& whole,
                                  std::int64_t ahead,
                                  std::int64_t wrong) {
    {
      std::ofstream ours(folder_ / "ours", std::ios::binary);
      std::ofstream peers(folder_ / "peers", std::ios::binary);
      for (auto event : whole.events()) {
        auto const of_server = event.source() == v1::SERVER;
        if (of_server) {
          event.set_at_ns(event.at_ns() + static_cast<std::uint64_t>(ahead));
          event.set_connection(1);
        }
        google::protobuf::util::SerializeDelimitedToOstream(event, of_server ? &peers : &ours);
      }
    }
    journal::Halves halves{folder_ / "ours", folder_ / "peers"};
    halves.clock = journal::PeerClock({0, ahead + kError + wrong, 2 * kError});
    halves.elsewhere.set_source(v1::SERVER);
    EXPECT_TRUE(journal::merge(halves, folder_ / "both"));
    return judge(payload_case(), folder_ / "both", registry_).result;
  }

  static constexpr std::int64_t kError = 100'000;  // ns
  model::RequirementRegistry registry_;
  fs::path folder_ = fs::temp_directory_path() / ("two-machines-" + std::to_string(::getpid()));
};

TEST_F(TwoHalves, AreJudgedAsOneWhateverTheClockOfTheOther) {
  for (auto const passes : {true, false}) {
    auto const whole = payload_journal(passes);
    auto const wanted = judge(payload_case(), whole.bytes(), registry_).result;
    EXPECT_EQ(wanted.observations.at(0).outcome,
              passes ? model::Outcome::held : model::Outcome::never);
    for (std::int64_t const ahead : {0L, 1'000'000L, 77'000'000'000L}) {
      for (std::int64_t const wrong : {0L, -kError, kError}) {
        auto const seen = judged_in_two(whole, ahead, wrong);
        EXPECT_EQ(seen.verdict, wanted.verdict) << ahead << " " << wrong << " " << seen.message;
        EXPECT_EQ(seen.requirements, wanted.requirements) << ahead << " " << wrong;
        EXPECT_EQ(seen.observations.size(), wanted.observations.size()) << ahead << " " << wrong;
      }
    }
  }
}

}  // namespace
}  // namespace rpchspec::reports
