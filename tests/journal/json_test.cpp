#include "journal/json.hpp"

#include <gtest/gtest.h>

namespace rpchspec::journal {
namespace {

TEST(Json, IsOneLineWithHexForBytesAndNamesForEnums) {
  v1::Event event;
  event.set_at_ns(1500);
  event.set_source(v1::CLIENT);
  event.set_leg(v1::OUT);
  event.set_direction(v1::RECEIVED);
  auto& pdu = *event.mutable_pdu();
  pdu.set_ptype(20);
  pdu.set_digest(0xAB);
  pdu.set_prefix(std::string("\x05\x00\xff", 3));
  pdu.add_kinds("CONN/A3");
  EXPECT_EQ(
      to_json(event),
      R"({"at_ns":1500,"source":"CLIENT","leg":"OUT","direction":"RECEIVED",)"
      R"("pdu":{"ptype":20,"digest":"00000000000000ab","prefix":"0500ff","kinds":["CONN/A3"]}})");
}

TEST(Json, ShowsAHeadAsTextAndEscapesWhatJsonForbids) {
  v1::Event event;
  event.mutable_head()->set_text("HTTP/1.1 200 \"\\\x01\x80\r\n\r\n");
  EXPECT_EQ(to_json(event), R"({"head":{"text":"HTTP/1.1 200 \"\\\u0001\u0080\r\n\r\n"}})");
}

TEST(Json, WritesLargeNumbersAsTextAndMapsAsObjects) {
  v1::Event event;
  event.mutable_started()->set_seed(~std::uint64_t{0});
  (*event.mutable_started()->mutable_facts())["auth"] = "ntlm";
  event.mutable_started()->set_timeout_scale(1.5);
  EXPECT_EQ(
      to_json(event),
      R"({"started":{"seed":"18446744073709551615","facts":{"auth":"ntlm"},"timeout_scale":1.5}})");
}

}  // namespace
}  // namespace rpchspec::journal
