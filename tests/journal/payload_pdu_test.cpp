#include "journal/payload_pdu.hpp"

#include <gtest/gtest.h>

namespace rpchspec::journal {
namespace {

TEST(PayloadPdu, CarriesItsMarkAndTheStream) {
  PayloadPdu order;
  order.size = 200;
  order.key = 7;
  order.position = {3, true, 1000};
  auto const bytes = payload_pdu(order);
  ASSERT_EQ(bytes.size(), 200U);
  auto const stub = ByteView(bytes).subspan(kPayloadPduHeader);
  EXPECT_EQ(payload_position(stub), order.position);
  EXPECT_EQ(first_mismatch(stub, 7), std::nullopt);
  EXPECT_NE(first_mismatch(stub, 8), std::nullopt);
}

TEST(PayloadPdu, IsNeverTooSmallForItsMark) {
  PayloadPdu order;
  order.size = 1;
  EXPECT_EQ(payload_pdu(order).size(), kLeastPayloadPdu);
}

TEST(NextPayloadSize, AddsUpExactly) {
  for (std::uint64_t const total : {80ULL, 81ULL, 5839ULL, 5841ULL, 5880ULL, 65536ULL, 524288ULL}) {
    for (std::uint32_t const size : {40U, 41U, 79U, 5840U, 32767U, 65535U}) {
      std::uint64_t left = total;
      while (left > 0) {
        auto const next = next_payload_size(left, size);
        ASSERT_LE(next, left) << total << " in PDUs of " << size;
        ASSERT_GE(next, kLeastPayloadPdu);
        left -= next;
      }
    }
  }
}

}  // namespace
}  // namespace rpchspec::journal
