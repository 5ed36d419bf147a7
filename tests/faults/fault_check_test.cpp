#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "harness/faults/fault_spec.hpp"
#include "model/suggestion.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::faults {
namespace {

using testing::Contains;
using testing::HasSubstr;

Checked<api::Fault> read(std::string const& json, OurEnd end = OurEnd::serving) {
  api::Fault fault;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &fault).ok()) << json;
  return checked(fault, end);
}

/// What is said against it; empty: nothing.
std::string against(std::string const& json) {
  auto const fault = read(json);
  return fault ? "" : fault.error().text;
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

TEST(FaultCheck, SaysWhereAndWhatIsAllowed) {
  auto const pdu = read(R"({"name": "a", "leg": "client.out", "hold": "CONN/C9"})");
  ASSERT_FALSE(pdu);
  EXPECT_EQ(pdu.error().field, "hold");
  EXPECT_THAT(pdu.error().allowed, Contains("CONN/C2"));
  auto const after =
      read(R"({"name": "a", "leg": "client.out", "after": {"pdu": "rcp"}, "end": "fin"})");
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().field, "after.pdu");
  auto const leg = read(R"({"name": "a", "leg": "client", "delay": "1s"})");
  ASSERT_FALSE(leg);
  EXPECT_THAT(leg.error().allowed, Contains("server.in"));
  auto const defect = read(R"({"name": "a", "defect": "ack-never"})");
  ASSERT_FALSE(defect);
  EXPECT_EQ(model::nearest(defect.error().said, defect.error().allowed), "acks-never");
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
}

TEST(FaultCheck, KnowsWhichWayAChannelCarries) {
  EXPECT_EQ(read(R"({"name": "a", "leg": "client.out", "delay": "1s"})")->towards(),
            api::TOWARDS_CLIENT);
  EXPECT_EQ(read(R"({"name": "a", "leg": "server.in", "delay": "1s"})")->towards(),
            api::TOWARDS_SERVER);
  EXPECT_EQ(read(R"({"name": "a", "leg": "client.out", "stop_reading": "1s"})")->towards(),
            api::TOWARDS_SERVER);
}

TEST(FaultCheck, TheEndOfAClientSendsTowardsTheServer) {
  auto const* const end = R"({"name": "a", "leg": "client.in", "end": "rst"})";
  EXPECT_EQ(read(end, OurEnd::serving)->towards(), api::TOWARDS_CLIENT);
  EXPECT_EQ(read(end, OurEnd::client)->towards(), api::TOWARDS_SERVER);
  auto const* const stop = R"({"name": "a", "leg": "client.out", "stop_reading": "1s"})";
  EXPECT_EQ(read(stop, OurEnd::client)->towards(), api::TOWARDS_CLIENT);
  EXPECT_FALSE(read(R"({"name": "a", "leg": "client.in", "towards": "TOWARDS_CLIENT",)"
                    R"( "end": "rst"})",
                    OurEnd::client));
  EXPECT_TRUE(is_received(api::TOWARDS_SERVER, OurEnd::serving));
  EXPECT_FALSE(is_received(api::TOWARDS_SERVER, OurEnd::client));
}

TEST(FaultCheck, FillsInWhatHasADefault) {
  auto const drip = read(R"({"name": "a", "leg": "client.out", "drip": {"bytes": 1}})");
  ASSERT_TRUE(drip);
  EXPECT_EQ(drip->drip().every().nanos(), 20'000'000);
  auto const after =
      read(R"({"name": "a", "leg": "client.out", "after": {"pdu": "rpc"}, "end": "fin"})");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->after().count(), 1U);
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
}  // namespace rpchspec::faults
