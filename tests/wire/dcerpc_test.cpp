#include "protocol/wire/dcerpc.hpp"

#include <gtest/gtest.h>

#include "tests/wire/dcerpc_support.hpp"

namespace rpchspec::wire {
namespace {

using support::from_hex;
using support::hex;

Bytes const kStub{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'};
Bytes const kToken{'N', 'T', 'L', 'M', 'S', 'S', 'P', 0};

/// One PDU of every type, with all its optional parts.
std::vector<RpcPdu> one_of_each() {
  BindBody const bind{
      5840,
      5840,
      7,
      {{0, support::kEmsmdb, {kNdr, kNdr64}}, {1, support::kEmsmdb, {bind_time_features(3)}}}};
  BindAckBody const ack{
      5840, 4280, 0x1234, std::string("6001\0", 5), {{0, 0, kNdr}, {2, 1, {}}, {3, 3, {}}}};
  BindNakBody nak{8};
  nak.versions = {{5, 0}, {5, 1}};
  RequestBody const request{8, 3, 6, parse_uuid("12345678-1234-abcd-ef00-0123456789ab"), kStub};
  auto object_request = make_pdu(Ptype::request, 4, request);
  object_request.header.pfc_flags |= kPfcObjectUuid;
  auto auth3 = make_pdu(Ptype::auth3, 5, Auth3Body{{1, 2, 3, 4}});
  auth3.auth = AuthVerifier{{}, 10, 2, {}, 0, 79231, kToken};
  return {make_pdu(Ptype::bind, 1, bind),
          make_pdu(Ptype::bind_ack, 1, ack),
          make_pdu(Ptype::bind_nak, 1, nak),
          make_pdu(Ptype::alter_context, 2, bind),
          make_pdu(Ptype::alter_context_resp, 2, ack),
          object_request,
          make_pdu(Ptype::response, 4, ResponseBody{8, 3, 1, 0, kStub}),
          make_pdu(Ptype::fault, 4, FaultBody{32, 3, 0, 1, kNcaOpRngError, 0, kStub}),
          auth3,
          make_pdu(Ptype::shutdown, 0, OpaqueBody{}),
          make_pdu(Ptype::co_cancel, 4, OpaqueBody{}),
          make_pdu(Ptype::orphaned, 4, OpaqueBody{})};
}

TEST(Dcerpc, DecodesTheBindOfImpacket) {
  auto const bytes = from_hex(support::kImpacketBind);
  auto const pdu = decode_dcerpc(bytes);
  ASSERT_TRUE(pdu.has_value()) << to_string(pdu.error());
  auto const& body = std::get<BindBody>(pdu->body);
  ASSERT_EQ(body.contexts.size(), 2u);
  EXPECT_EQ(body.max_xmit_frag, 5840);
  EXPECT_EQ(body.contexts[0].abstract_syntax, support::kEmsmdb);
  EXPECT_EQ(body.contexts[0].abstract_syntax.minor_version(), 81);
  EXPECT_EQ(body.contexts[0].transfer_syntaxes.at(0), kNdr);
  EXPECT_EQ(body.contexts[1].transfer_syntaxes.at(0), kNdr64);
  EXPECT_TRUE(validate(*pdu).empty());
  EXPECT_EQ(hex(encode(*pdu)), support::kImpacketBind);
}

TEST(Dcerpc, CarriesTheVerifierOfImpacketIntact) {
  auto const bytes = from_hex(support::kImpacketBindNtlm);
  auto const pdu = decode_dcerpc(bytes);
  ASSERT_TRUE(pdu.has_value()) << to_string(pdu.error());
  ASSERT_TRUE(pdu->auth.has_value());
  EXPECT_EQ(pdu->auth->auth_type, 10);
  EXPECT_EQ(pdu->auth->auth_context_id, 79231u);
  EXPECT_EQ(as_text(pdu->auth->auth_value).substr(0, 7), "NTLMSSP");
  EXPECT_EQ(hex(encode(*pdu)), support::kImpacketBindNtlm);
}

TEST(Dcerpc, DecodesTheRequestOfImpacketWithItsObject) {
  auto const bytes = from_hex(support::kImpacketRequest);
  auto const pdu = decode_dcerpc(bytes);
  ASSERT_TRUE(pdu.has_value()) << to_string(pdu.error());
  auto const& body = std::get<RequestBody>(pdu->body);
  EXPECT_EQ(body.p_cont_id, 3);
  EXPECT_EQ(body.opnum, 6);
  ASSERT_TRUE(body.object.has_value());
  EXPECT_EQ(to_string(*body.object), "12345678-1234-abcd-ef00-0123456789ab");
  EXPECT_EQ(body.stub.data(), bytes.data() + 40) << "a stub is looked at, not copied";
}

TEST(Dcerpc, EveryTypeSurvivesARoundTripInBothByteOrders) {
  for (auto pdu : one_of_each()) {
    for (std::uint8_t const drep : {0x10, 0x00}) {
      pdu.header.packed_drep[0] = drep;
      auto const bytes = encode(pdu);
      auto const again = decode_dcerpc(bytes);
      ASSERT_TRUE(again.has_value()) << name_of(pdu.ptype()) << ": " << to_string(again.error());
      EXPECT_EQ(again->body.index(), pdu.body.index()) << name_of(pdu.ptype());
      EXPECT_EQ(again->header.call_id, pdu.header.call_id);
      EXPECT_EQ(hex(encode(*again)), hex(bytes)) << name_of(pdu.ptype());
      EXPECT_TRUE(validate(*again).empty()) << name_of(pdu.ptype());
    }
  }
}

TEST(Dcerpc, BigEndianIntegersAreSwapped) {
  auto pdu = make_pdu(Ptype::request, 0x01020304, RequestBody{0, 0x0506, 0x0708});
  pdu.header.packed_drep[0] = 0;
  EXPECT_EQ(hex(encode(pdu)),
            "0500000300000000001800000102030400000000"
            "05060708");
}

TEST(Dcerpc, APduCutAtAnyOffsetIsAnErrorAndNeverMore) {
  for (auto const& pdu : one_of_each()) {
    auto const whole = encode(pdu);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(decode_dcerpc(cut).has_value());
      if (size >= 10) {
        store<std::uint16_t>(cut, 8, static_cast<std::uint16_t>(size));
        (void)decode_dcerpc(cut);
      }
      (void)dissect_dcerpc(cut);
    }
  }
}

TEST(Dcerpc, ACountThatPromisesMoreThanThereIsIsTruncated) {
  auto bytes = from_hex(support::kImpacketBind);
  bytes[24] = 3;
  auto const pdu = decode_dcerpc(bytes);
  ASSERT_FALSE(pdu.has_value());
  EXPECT_EQ(pdu.error().code, ErrorCode::truncated);
  EXPECT_EQ(pdu.error().offset, bytes.size());
}

TEST(Dcerpc, AuthLengthBeyondThePduIsRefused) {
  auto bytes = from_hex(support::kImpacketBindNtlm);
  store<std::uint16_t>(bytes, 10, 200);
  auto const pdu = decode_dcerpc(bytes);
  ASSERT_FALSE(pdu.has_value());
  EXPECT_EQ(pdu.error().field, "auth_length");
}

TEST(Dcerpc, AuthPaddingBeyondThePduIsRefused) {
  auto bytes = from_hex(support::kImpacketBindNtlm);
  bytes[bytes.size() - 12 - 8 + 2] = 255;
  auto const pdu = decode_dcerpc(bytes);
  ASSERT_FALSE(pdu.has_value());
  EXPECT_EQ(pdu.error().field, "auth_pad_length");
}

TEST(Dcerpc, AuthPaddingIsNotPartOfTheStub) {
  Bytes const pad{9, 9, 9};
  Bytes const stub{1, 2, 3, 4, 5};
  auto pdu = make_pdu(Ptype::request, 1, RequestBody{5, 0, 0, {}, stub});
  pdu.auth = AuthVerifier{pad, 10, 6, {}, 0, 1, kToken};
  auto const bytes = encode(pdu);
  auto const again = decode_dcerpc(bytes);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(std::get<RequestBody>(again->body).stub.size(), 5u);
  EXPECT_EQ(again->auth->auth_pad.size(), 3u);
  EXPECT_EQ(hex(encode(*again)), hex(bytes));
}

TEST(Dcerpc, BindNakKeepsWhatFollowsItsVersions) {
  BindNakBody nak{4};
  nak.versions = {{5, 0}};
  Bytes const extended(24, 0x5A);
  auto pdu = make_pdu(Ptype::bind_nak, 1, nak);
  pdu.trailing = extended;
  auto const bytes = encode(pdu);
  auto const again = decode_dcerpc(bytes);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->trailing.size(), 24u);
}

TEST(Dcerpc, BindNakWithoutVersionsIsReadAndObjectedTo) {
  auto const bytes = encode(make_pdu(Ptype::bind_nak, 1, BindNakBody{0}));
  auto const pdu = decode_dcerpc(bytes);
  ASSERT_TRUE(pdu.has_value());
  auto const violations = validate(*pdu);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].requirement, "C706 12.6.4.5");
}

TEST(Dcerpc, ValidateCitesTheSectionThatIsBroken) {
  struct {
    std::string_view section;
    RpcPdu pdu;
  } cases[] = {
      {"C706 12.6.3.1", make_pdu(Ptype::shutdown, 0, OpaqueBody{})},
      {"C706 12.6.1", make_pdu(static_cast<Ptype>(99), 0, OpaqueBody{})},
      {"C706 12.6.4.3", make_pdu(Ptype::bind, 0, BindBody{})},
      {"MS-RPCE 2.2.2.5", make_pdu(Ptype::auth3, 0, Auth3Body{})},
      {"C706 12.6.4.7", make_pdu(Ptype::fault, 0, FaultBody{})},
      {"MS-RPCE 3.3.1.5.3",
       make_pdu(Ptype::bind, 0,
                BindBody{5840, 5840, 0, {{0, support::kEmsmdb, {bind_time_features(1), kNdr}}}})},
  };

  cases[0].pdu.header.rpc_vers = 4;
  for (auto const& expected : cases) {
    auto const violations = validate(expected.pdu);
    ASSERT_EQ(violations.size(), 1u) << expected.section;
    EXPECT_EQ(violations[0].requirement, expected.section) << violations[0].detail;
  }
}

TEST(Dcerpc, ValidateObjectsToAMisalignedVerifier) {
  Bytes const stub{1};
  auto pdu = make_pdu(Ptype::request, 1, RequestBody{1, 0, 0, {}, stub});
  pdu.auth = AuthVerifier{{}, 10, 6, {}, 0, 1, kToken};
  auto const violations = validate(pdu);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].requirement, "MS-RPCE 2.2.2.11");
}

TEST(Dcerpc, LiesInCountsAndLengthsAreEncoded) {
  BindBody body;
  body.n_context_elem = 9;
  auto pdu = make_pdu(Ptype::bind, 1, body);
  pdu.header.frag_length = 17;
  pdu.header.auth_length = 5;
  auto const bytes = encode(pdu);
  EXPECT_EQ(bytes.size(), 28u);
  EXPECT_EQ(load<std::uint16_t>(bytes, 8), 17);
  EXPECT_EQ(load<std::uint16_t>(bytes, 10), 5);
  EXPECT_EQ(bytes[24], 9);
}

TEST(Dcerpc, DissectCoversEveryByteOfEveryType) {
  for (auto const& pdu : one_of_each()) {
    auto const bytes = encode(pdu);
    std::uint64_t next = 0;
    for (auto const& field : dissect_dcerpc(bytes)) {
      EXPECT_EQ(field.offset, next) << name_of(pdu.ptype()) << " " << field.name;
      EXPECT_FALSE(field.section.empty());
      next = field.offset + field.size;
    }
    EXPECT_EQ(next, bytes.size()) << name_of(pdu.ptype());
  }
}

TEST(Dcerpc, DissectNamesElementsAndExplainsValues) {
  auto const bytes = encode(one_of_each().at(1));
  std::string text;
  for (auto const& field : dissect_dcerpc(bytes)) {
    text += field.name + "=" + field.value + "\n";
  }
  EXPECT_NE(text.find("PTYPE=12 (bind_ack)"), std::string::npos) << text;
  EXPECT_NE(text.find("p_results[1].reason=1 (abstract_syntax_not_supported)"), std::string::npos);
  EXPECT_NE(text.find("p_results[0].transfer_syntax=8a885d04-1ceb-11c9-9fe8-08002b104860 v2.0"),
            std::string::npos);
}

TEST(Dcerpc, BindTimeFeaturesCarryTheirBits) {
  EXPECT_EQ(to_string(bind_time_features(3).uuid), "6cb71c2c-9812-4540-0300-000000000000");
  EXPECT_EQ(feature_bitmask(bind_time_features(3)), 3u);
  EXPECT_FALSE(feature_bitmask(kNdr).has_value());
}

}  // namespace
}  // namespace rpchspec::wire
