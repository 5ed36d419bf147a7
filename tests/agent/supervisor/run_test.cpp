#include "harness/agent/supervisor/run.hpp"

#include <gtest/gtest.h>

#include "tests/agent/supervisor/script.hpp"

namespace rpchspec::supervisor {
namespace {

/// What a script in the place of `rpchspec run` makes of a run.
class RunOfScript : public testing::Test {
 protected:
  std::shared_ptr<supervisor::Run> run(std::string const& script) {
    SupervisorOptions options;
    options.program = script_.write(script);
    options.grace = std::chrono::milliseconds(100);
    RunFolder const folder{script_.folder() / "run"};
    std::filesystem::create_directories(folder.work());
    auto run = std::make_shared<supervisor::Run>(api::RunRequest(), folder,
                                                 std::vector<std::string>{"run"});
    EXPECT_TRUE(run->start(options).has_value());
    return run;
  }

  Script script_;
};

TEST_F(RunOfScript, IsKilledWhereItDoesNotHeedThatItIsCancelled) {
  auto const run = this->run("trap '' INT\necho '{\"note\":\"here\"}'\nexec cat\n");
  ASSERT_TRUE(run->events().wait_for(1, std::chrono::minutes(1)));
  run->cancel();
  run->events().wait_for_end();
  auto const end = *run->events().end();
  EXPECT_EQ(end.reason(), api::RunEnd::CANCELLED);
  EXPECT_TRUE(end.killed());
  EXPECT_NE(end.text().find("did not heed SIGINT"), std::string::npos) << end.text();
}

TEST_F(RunOfScript, IsCancelledAlsoWhereItSaysNoMore) {
  auto const run = this->run("trap '' INT\necho '{\"note\":\"here\"}'\nexec cat >/dev/null\n");
  ASSERT_TRUE(run->events().wait_for(1, std::chrono::minutes(1)));
  run->cancel();
  run->events().wait_for_end();
  EXPECT_TRUE(run->events().end()->killed());
}

TEST_F(RunOfScript, TellsWordsOfOthersAsUtf8) {
  auto const run =
      this->run("printf '{\"note\":\"a\\377b\"}\\n'\nprintf 'c\\377d\\n' >&2\nexit 1\n");
  run->events().wait_for_end();
  EXPECT_EQ(run->events().end()->text(), "c?d\n");
  EXPECT_EQ(run->events().read(1)->note(), "a?b");
  EXPECT_GT(run->bytes(), 0U);
}

}  // namespace
}  // namespace rpchspec::supervisor
