#include "protocol/session/proxy_use.hpp"

#include <gtest/gtest.h>

namespace rpchspec::session {
namespace {

using State = ProxyUseDetermination::State;
using namespace std::chrono_literals;

constexpr TimePoint kStart{};

ProxyUseDetermination begun() {
  return {ProxyUseDetermination::Times{}, kStart};
}

TEST(ProxyUse, IsDirectWhenTheDirectAnswerComesFirst) {
  auto made = begun();
  made.on_echo_response(ProxyUse::direct, kStart + 1ms);
  EXPECT_EQ(made.state(), State::determined);
  EXPECT_EQ(made.use(), ProxyUse::direct);
  made.on_echo_response(ProxyUse::indirect, kStart + 2ms);
  EXPECT_EQ(made.use(), ProxyUse::direct);
}

// 3.2.2.5.1: the direct answer still wins while the timer runs.
TEST(ProxyUse, IsDirectWhenTheDirectAnswerComesSoonAfterTheOther) {
  auto made = begun();
  made.on_echo_response(ProxyUse::indirect, kStart + 50ms);
  EXPECT_EQ(made.state(), State::wait_direct);
  EXPECT_EQ(made.next_deadline(), kStart + 250ms);
  made.on_deadline(kStart + 249ms);
  EXPECT_EQ(made.state(), State::wait_direct);
  made.on_echo_response(ProxyUse::direct, kStart + 249ms);
  EXPECT_EQ(made.use(), ProxyUse::direct);
  EXPECT_EQ(made.state(), State::determined);
}

// 3.2.2.6.3.
TEST(ProxyUse, IsIndirectWhenTheTimerExpires) {
  auto made = begun();
  made.on_echo_response(ProxyUse::indirect, kStart + 50ms);
  made.on_deadline(made.next_deadline());
  EXPECT_EQ(made.state(), State::determined);
  EXPECT_EQ(made.use(), ProxyUse::indirect);
}

TEST(ProxyUse, DoesNotWaitForADirectAnswerThatCannotCome) {
  auto before = begun();
  before.on_failed(ProxyUse::direct);
  EXPECT_EQ(before.state(), State::wait);
  before.on_echo_response(ProxyUse::indirect, kStart + 50ms);
  EXPECT_EQ(before.use(), ProxyUse::indirect);
  EXPECT_TRUE(before.over());
  auto after = begun();
  after.on_echo_response(ProxyUse::indirect, kStart + 50ms);
  after.on_failed(ProxyUse::direct);
  EXPECT_EQ(after.use(), ProxyUse::indirect);
  EXPECT_TRUE(after.over());
}

TEST(ProxyUse, FailsWhenNoAnswerComes) {
  auto late = begun();
  late.on_deadline(kStart + 30s);
  EXPECT_EQ(late.state(), State::failed);
  auto refused = begun();
  refused.on_failed(ProxyUse::indirect);
  refused.on_failed(ProxyUse::direct);
  EXPECT_EQ(refused.state(), State::failed);
  EXPECT_EQ(refused.next_deadline(), kNever);
}

}  // namespace
}  // namespace rpchspec::session
