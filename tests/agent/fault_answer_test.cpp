#include "harness/agent/fault_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rpchspec::agent {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(FaultAnswer, HasTheStatusOfWhatIsWrong) {
  using Why = faults::Refusal::Why;
  for (auto const& [why, status] : {std::pair(Why::wrong, 400U), std::pair(Why::not_there, 404U),
                                    std::pair(Why::conflicting, 409U)}) {
    auto const answer =
        answer_of(tl::unexpected(faults::Refusal{why, "end", "no end", {"fin", "rst"}, "rts"}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().status, status);
    EXPECT_EQ(answer.error().error.error(), "no end");
    EXPECT_THAT(answer.error().error.allowed(), Contains("fin"));
    EXPECT_EQ(answer.error().error.meant(), "rst");
  }
}

TEST(FaultAnswer, AFieldThatNoFaultHasIsRefusedWithThoseItHas) {
  api::Fault fault;
  auto const unknown = from_json(R"({"name": "a", "leg": "client.out", "dely": "1s"})", fault);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, 400U);
  EXPECT_THAT(unknown.error().error.allowed(), Contains("delay"));
  EXPECT_EQ(unknown.error().error.meant(), "delay");
  EXPECT_THAT(from_json("{", fault).error().error.error(), HasSubstr("no JSON"));
  EXPECT_THAT(from_json("[]", fault).error().error.error(), HasSubstr("object"));
}

}  // namespace
}  // namespace rpchspec::agent
