#include "harness/faults/step_fault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rpchspec::faults {
namespace {

using testing::Contains;
using testing::ElementsAre;

api::Fault dropping(std::string const& leg) {
  api::Fault fault;
  fault.set_name("lost");
  fault.set_leg(leg);
  fault.set_drop("FlowControlAck");
  return fault;
}

/// The field that is wrong; empty: none.
std::string wrong_field(api::Fault const& fault, Actor actor) {
  auto const done = checked_step(fault, actor);
  return done ? "" : done.error().field;
}

TEST(StepFault, IsOfTheLegThatItsActorSendsPayloadOn) {
  EXPECT_EQ(faults_of(dropping(""), Actor::client).at(0).leg(), "client.in");
  EXPECT_EQ(faults_of(dropping(""), Actor::server).at(0).leg(), "server.out");
  EXPECT_EQ(faults_of(dropping("server.in"), Actor::server).at(0).leg(), "server.in");
}

TEST(StepFault, OfBothLegsIsTwoThatEndTogether) {
  auto const both = faults_of(dropping("server.both"), Actor::server);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].leg(), "server.in");
  EXPECT_EQ(both[1].leg(), "server.out");
  EXPECT_THAT(names_of_step("lost"), ElementsAre("lost", both[0].name(), both[1].name()));
}

TEST(StepFault, NeedsNoName) {
  auto fault = dropping("server.both");
  fault.clear_name();
  EXPECT_TRUE(checked_step(fault, Actor::server));
  EXPECT_TRUE(checked_step(dropping("server.both"), Actor::server));
}

TEST(StepFault, IsRefusedOnTheLegsOfTheOther) {
  auto const done = checked_step(dropping("client.in"), Actor::server);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().field, "leg");
  EXPECT_THAT(done.error().allowed, Contains("server.in"));
}

TEST(StepFault, LeavesToFixturesWhatIsTheirs) {
  auto fault = dropping("server.in");
  fault.set_connection(1);
  EXPECT_EQ(wrong_field(fault, Actor::server), "connection");
  api::Fault defect;
  defect.set_defect("acks-never");
  EXPECT_EQ(wrong_field(defect, Actor::server), "defect");
  api::Fault recycle;
  recycle.set_recycle_out_at(8192);
  EXPECT_EQ(wrong_field(recycle, Actor::server), "");
  EXPECT_EQ(wrong_field(recycle, Actor::client), "recycle_out_at");
}

TEST(StepFault, OnV1KnowsBytesAlone) {
  EXPECT_EQ(wrong_field(dropping("server.v1"), Actor::server), "leg");
  api::Fault bytes;
  bytes.set_leg("client.v1");
  bytes.set_split(7);
  EXPECT_EQ(wrong_field(bytes, Actor::client), "");
  bytes.mutable_after()->set_pdu("rpc");
  EXPECT_EQ(wrong_field(bytes, Actor::client), "leg");
}

TEST(StepFault, IsCheckedAsAnyOther) {
  auto fault = dropping("server.in");
  fault.set_drop("FlowControlAk");
  EXPECT_EQ(wrong_field(fault, Actor::server), "drop");
  EXPECT_FALSE(checked_step(api::Fault(), Actor::server));
  api::Fault once;
  once.set_end("fin");
  EXPECT_EQ(wrong_field(once, Actor::client), "");
  once.set_times(2);
  EXPECT_EQ(wrong_field(once, Actor::client), "times");
}

TEST(StepFault, IsFoundInBranches) {
  scenario::v1::Scenario scenario;
  EXPECT_TRUE(may_fault(scenario, Actor::client)) << "nobody knows what it will be told";
  auto& step = *scenario.add_steps();
  auto& inner = *step.mutable_parallel()->add_branches()->add_steps();
  inner.mutable_client_open();
  EXPECT_FALSE(may_fault(scenario, Actor::client));
  *inner.mutable_client_fault() = dropping("client.in");
  EXPECT_TRUE(may_fault(scenario, Actor::client));
  EXPECT_FALSE(may_fault(scenario, Actor::server));
}

}  // namespace
}  // namespace rpchspec::faults
