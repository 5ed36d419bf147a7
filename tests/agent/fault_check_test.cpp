#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/agent/fault_spec.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::agent {
namespace {

using testing::Contains;
using testing::HasSubstr;

Answer<api::Fault> read(std::string const& json) {
  api::Fault fault;
  if (auto const done = from_json(json, fault); !done) {
    return tl::unexpected(done.error());
  }
  return checked(fault);
}

/// What is said against it; empty: nothing.
std::string against(std::string const& json) {
  auto const fault = read(json);
  return fault ? "" : fault.error().error.error();
}

TEST(FaultCheck, TakesWhatTheManualShows) {
  for (auto const* what :
       {R"("delay": "0.5s")", R"("drip": {"bytes": 1, "every": "0.1s"})", R"("throttle": 1024)",
        R"("split": 7)", R"("coalesce": 4096)", R"("truncate": true)", R"("corrupt": 1)",
        R"("stop_reading": "5s")", R"("end": "rst")", R"("half_close": true)",
        R"("hold": "CONN/C2")", R"("drop": "FlowControlAck")", R"("repeat": "response")",
        R"("wrong_cookie": "rts")"}) {
    EXPECT_EQ(against(std::string(R"({"name": "a", "leg": "client.out", )") + what + "}"), "")
        << what;
  }
  EXPECT_EQ(against(R"({"name": "a", "defect": "acks-never"})"), "");
  EXPECT_EQ(against(R"({"name": "a", "recycle_out_at": 8192})"), "");
}

TEST(FaultCheck, SaysWhatIsAllowed) {
  auto const unknown = read(R"({"name": "a", "leg": "client.out", "dely": "1s"})");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, 400U);
  EXPECT_THAT(unknown.error().error.allowed(), Contains("delay"));
  EXPECT_EQ(unknown.error().error.meant(), "delay");
  auto const pdu = read(R"({"name": "a", "leg": "client.out", "hold": "CONN/C9"})");
  ASSERT_FALSE(pdu);
  EXPECT_THAT(pdu.error().error.allowed(), Contains("CONN/C2"));
  auto const leg = read(R"({"name": "a", "leg": "client", "delay": "1s"})");
  ASSERT_FALSE(leg);
  EXPECT_THAT(leg.error().error.allowed(), Contains("server.in"));
  auto const defect = read(R"({"name": "a", "defect": "ack-never"})");
  ASSERT_FALSE(defect);
  EXPECT_EQ(defect.error().error.meant(), "acks-never");
}

TEST(FaultCheck, RefusesWhatMakesNoSense) {
  EXPECT_THAT(against(R"({"leg": "client.out", "delay": "1s"})"), HasSubstr("'name'"));
  EXPECT_THAT(against(R"({"name": "a/b", "leg": "client.out", "delay": "1s"})"),
              HasSubstr("'name'"));
  EXPECT_THAT(against(R"({"name": "a", "leg": "client.out"})"), HasSubstr("one of"));
  EXPECT_THAT(against(R"({"name": "a", "delay": "1s"})"), HasSubstr("'leg'"));
  EXPECT_THAT(against(R"({"name": "a", "leg": "client.out", "delay": "-1s"})"),
              HasSubstr("duration"));
  EXPECT_THAT(against(R"({"name": "a", "leg": "client.out", "throttle": 0})"),
              HasSubstr("1 or more"));
  EXPECT_THAT(against(R"({"name": "a", "leg": "client.out", "end": "bang"})"), HasSubstr("'end'"));
  EXPECT_THAT(against(R"({"name": "a", "leg": "client.out", "hold": "rpc", "at": 5})"),
              HasSubstr("'at'"));
  EXPECT_THAT(against(R"({"name": "a", "defect": "acks-never", "times": 1})"), HasSubstr("leg"));
  EXPECT_THAT(against(R"({"name": "a", "leg": "client.in", "towards": "TOWARDS_SERVER",)"
                      R"( "end": "rst", "after": {"pdu": "rpc"}})"),
              HasSubstr("'after'"));
  EXPECT_THAT(against("{"), HasSubstr("no JSON"));
  EXPECT_THAT(against("[]"), HasSubstr("object"));
}

TEST(FaultCheck, KnowsWhichWayAChannelCarries) {
  EXPECT_EQ(read(R"({"name": "a", "leg": "client.out", "delay": "1s"})")->towards(),
            api::TOWARDS_CLIENT);
  EXPECT_EQ(read(R"({"name": "a", "leg": "server.in", "delay": "1s"})")->towards(),
            api::TOWARDS_SERVER);
  EXPECT_EQ(read(R"({"name": "a", "leg": "client.out", "stop_reading": "1s"})")->towards(),
            api::TOWARDS_SERVER);
}

TEST(FaultSpec, KnowsPdusByTheirNames) {
  auto const c2 = wire::encode(wire::make(wire::RtsPduKind::ConnC2));
  wire::PduView const view{c2};
  EXPECT_TRUE(is_called(view, "CONN/C2"));
  EXPECT_TRUE(is_called(view, "rts"));
  EXPECT_FALSE(is_called(view, "CONN/A3"));
  EXPECT_FALSE(is_called(view, "rpc"));
}

TEST(FaultSpec, InvertsCookiesAndNothingElse) {
  auto const a5 = wire::encode(wire::make(wire::RtsPduKind::InR1A5));
  auto const wrong = with_wrong_cookies(wire::PduView{a5});
  ASSERT_EQ(wrong.size(), a5.size());
  EXPECT_EQ(wrong.back(), static_cast<std::uint8_t>(~a5.back()));
  auto const ping = wire::encode(wire::ping());
  EXPECT_EQ(with_wrong_cookies(wire::PduView{ping}), ping);
}

}  // namespace
}  // namespace rpchspec::agent
