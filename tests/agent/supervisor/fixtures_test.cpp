#include "harness/agent/supervisor/fixtures.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "tests/agent/supervisor/script.hpp"

namespace rpchspec::supervisor {
namespace {

api::StartFixtureRequest backend(std::string name) {
  api::StartFixtureRequest request;
  request.set_name(std::move(name));
  request.mutable_config()->mutable_backend();
  return request;
}

/// Scripts in the place of `rpchspec backend`.
class FixturesOfScript : public testing::Test {
 protected:
  Fixtures fixtures(std::string const& script) {
    SupervisorOptions options;
    options.program = script_.write(script);
    return {script_.folder() / "fixtures", {1, 2, 3, 4, 5, 6}, options};
  }

  [[nodiscard]] bool left_nothing() const {
    return !std::filesystem::exists(script_.folder() / "fixtures") ||
           std::filesystem::is_empty(script_.folder() / "fixtures");
  }

  Script script_;
};

constexpr char const* kReadyAndStay =
    "echo 'ready {\"control\":\"http://127.0.0.1:9\"}'\nexec cat\n";

TEST_F(FixturesOfScript, StartsNoneBehindItsClose) {
  auto all = fixtures(kReadyAndStay);
  all.close();
  auto const started = all.start(backend("x"));
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().why, Why::not_found);
  EXPECT_TRUE(left_nothing());
}

TEST_F(FixturesOfScript, LeavesNoFolderBehind) {
  auto all = fixtures(kReadyAndStay);
  ASSERT_TRUE(all.start(backend("x")).has_value());
  EXPECT_TRUE(std::filesystem::exists(script_.folder() / "fixtures/x/token"));
  EXPECT_TRUE(all.stop("x").has_value());
  EXPECT_TRUE(left_nothing());
  all.close();
  EXPECT_EQ(all.stop_all(), 0U);
}

TEST_F(FixturesOfScript, BreaksAStartOffThatIsInVain) {
  auto all = fixtures("touch here\nexec cat\n");
  std::thread closing([&] {
    while (!std::filesystem::exists(script_.folder() / "fixtures/x/here")) {
      std::this_thread::yield();
    }
    all.close();
  });
  auto const started = all.start(backend("x"));
  closing.join();
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().why, Why::not_found) << started.error().text;
  EXPECT_TRUE(left_nothing());
}

TEST_F(FixturesOfScript, GoesOnAsItWasWhereOtherOptionsAreRefused) {
  auto all = fixtures(
      "case \"$*\" in *server-time-scale*) echo no such scale >&2; exit 2;; esac\n"
      "echo 'ready {\"control\":\"http://127.0.0.1:9\"}'\nexec cat\n");
  ASSERT_TRUE(all.start(backend("x")).has_value());
  auto wrong = backend("x").config();
  wrong.mutable_backend()->set_server_time_scale("2");
  auto const changed = all.restart("x", wrong);
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().why, Why::invalid);
  EXPECT_NE(changed.error().text.find("no such scale"), std::string::npos);
  ASSERT_EQ(all.list().fixtures_size(), 1);
  EXPECT_TRUE(all.list().fixtures(0).running());
  EXPECT_TRUE(all.restart("x", backend("x").config()).has_value());
}

TEST_F(FixturesOfScript, PutsBackWhatWasThereWhereItsPlaceIsTaken) {
  auto all = fixtures(
      "case \"$*\" in *ports=0,*) ;; *server-time-scale*) echo in use >&2; exit 3;; esac\n"
      "echo 'ready {\"control\":\"http://127.0.0.1:9\"}'\nexec cat\n");
  ASSERT_TRUE(all.start(backend("x")).has_value());
  auto other = backend("x").config();
  other.mutable_backend()->set_server_time_scale("2");
  auto const changed = all.restart("x", other);
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().why, Why::unavailable);
  EXPECT_NE(changed.error().text.find("as it was"), std::string::npos);
  ASSERT_EQ(all.list().fixtures_size(), 1);
  EXPECT_TRUE(all.list().fixtures(0).running());
  ASSERT_TRUE(all.start(backend("y")).has_value());  // its ports were not lost
}

}  // namespace
}  // namespace rpchspec::supervisor
