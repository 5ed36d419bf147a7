#include "protocol/wire/dcerpc_fragments.hpp"

#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

Bytes stub_of(std::size_t size) {
  Bytes stub(size);
  for (std::size_t i = 0; i < size; ++i) {
    stub[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  }
  return stub;
}

RpcPdu request(std::uint32_t call_id, ByteView stub, std::uint8_t flags = 3) {
  auto pdu = make_pdu(Ptype::request, call_id, RequestBody{0, 1, 6, {}, stub});
  pdu.header.pfc_flags = flags;
  return pdu;
}

TEST(Fragments, JoinToWhatWasCut) {
  for (std::size_t const size : {0u, 1u, 7u, 8u, 1000u, 1408u, 1409u, 100000u}) {
    auto const stub = stub_of(size);
    auto const pdus = fragment(request(5, stub), 1432);
    ASSERT_TRUE(pdus.has_value());
    Reassembler reassembler;
    for (std::size_t i = 0; i < pdus->size(); ++i) {
      auto const& bytes = (*pdus)[i];
      EXPECT_LE(bytes.size(), 1432u);
      auto const pdu = decode_dcerpc(bytes);
      ASSERT_TRUE(pdu.has_value());
      auto call = reassembler.add(*pdu);
      ASSERT_TRUE(call.has_value()) << to_string(call.error());
      EXPECT_EQ(call->has_value(), i + 1 == pdus->size());
      if (call->has_value()) {
        EXPECT_EQ((*call)->stub, stub);
        EXPECT_EQ((*call)->opnum, 6);
      }
    }
    EXPECT_EQ(reassembler.calls_begun(), 0u);
  }
}

TEST(Fragments, AllButTheLastCarryAMultipleOfEightBytes) {
  auto const stub = stub_of(5000);
  auto const pdus = fragment(request(1, stub), 1437);
  ASSERT_TRUE(pdus.has_value());
  ASSERT_EQ(pdus->size(), 4u);
  for (std::size_t i = 0; i + 1 < pdus->size(); ++i) {
    EXPECT_EQ(((*pdus)[i].size() - 24) % 8, 0u);
  }
  EXPECT_EQ(pdus->front()[3], kPfcFirstFrag);
  EXPECT_EQ((*pdus)[1][3], 0);
  EXPECT_EQ(pdus->back()[3], kPfcLastFrag);
  EXPECT_EQ(load<std::uint32_t>(pdus->front(), 16), 5000u) << "alloc_hint is what is left";
}

TEST(Fragments, CallsInterleaveByTheirId) {
  Bytes const a{1};
  Bytes const b{2};
  Reassembler reassembler;
  EXPECT_TRUE(reassembler.add(request(1, a, kPfcFirstFrag)).has_value());
  EXPECT_TRUE(reassembler.add(request(2, b, kPfcFirstFrag)).has_value());
  auto const one = reassembler.add(request(1, a, kPfcLastFrag));
  auto const two = reassembler.add(request(2, b, kPfcLastFrag));
  EXPECT_EQ((*one)->stub, (Bytes{1, 1}));
  EXPECT_EQ((*two)->stub, (Bytes{2, 2}));
}

TEST(Fragments, AContinuationWithoutAFirstIsUnexpected) {
  Reassembler reassembler;
  auto const call = reassembler.add(request(1, {}, kPfcLastFrag));
  ASSERT_FALSE(call.has_value());
  EXPECT_EQ(call.error().code, ErrorCode::unexpected);
}

TEST(Fragments, ASecondFirstIsUnexpectedAndForgetsTheCall) {
  Reassembler reassembler;
  EXPECT_TRUE(reassembler.add(request(1, {}, kPfcFirstFrag)).has_value());
  auto const call = reassembler.add(request(1, {}, kPfcFirstFrag));
  ASSERT_FALSE(call.has_value());
  EXPECT_EQ(call.error().code, ErrorCode::unexpected);
  EXPECT_EQ(reassembler.calls_begun(), 0u);
}

TEST(Fragments, AChangedOpnumContradictsTheFirst) {
  Reassembler reassembler;
  EXPECT_TRUE(reassembler.add(request(1, {}, kPfcFirstFrag)).has_value());
  auto other = request(1, {}, kPfcLastFrag);
  std::get<RequestBody>(other.body).opnum = 7;
  auto const call = reassembler.add(other);
  ASSERT_FALSE(call.has_value());
  EXPECT_EQ(call.error().code, ErrorCode::bad_value);
}

TEST(Fragments, SizeAndNumberOfCallsAreBounded) {
  auto const stub = stub_of(100);
  Reassembler reassembler({150, 2});
  EXPECT_TRUE(reassembler.add(request(1, stub, kPfcFirstFrag)).has_value());
  EXPECT_TRUE(reassembler.add(request(2, stub, kPfcFirstFrag)).has_value());
  EXPECT_EQ(reassembler.add(request(3, stub, kPfcFirstFrag)).error().code, ErrorCode::too_large);
  EXPECT_EQ(reassembler.add(request(1, stub, kPfcLastFrag)).error().code, ErrorCode::too_large);
  EXPECT_EQ(reassembler.calls_begun(), 1u);
}

TEST(Fragments, AnAbandonedCallIsForgotten) {
  Reassembler reassembler;
  EXPECT_TRUE(reassembler.add(request(1, {}, kPfcFirstFrag)).has_value());
  EXPECT_TRUE(reassembler.abandon(1));
  EXPECT_FALSE(reassembler.abandon(1));
}

TEST(Fragments, OnlyRequestsAndResponsesAreCut) {
  EXPECT_FALSE(fragment(make_pdu(Ptype::bind, 1, BindBody{}), 1432).has_value());
  EXPECT_FALSE(Reassembler().add(make_pdu(Ptype::bind, 1, BindBody{})).has_value());
  EXPECT_EQ(fragment(request(1, {}), 31).error().code, ErrorCode::bad_value);
}

}  // namespace
}  // namespace rpchspec::wire
