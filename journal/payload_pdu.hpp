// RPC PDUs whose stub is keyed payload: what scenarios send by the megabyte.

#pragma once

#include "journal/payload.hpp"
#include "protocol/base/bytes.hpp"

namespace rpchspec::journal {

inline constexpr std::size_t kPayloadPduHeader = 24;  // common header, alloc_hint, context, opnum
inline constexpr std::size_t kLeastPayloadPdu = kPayloadPduHeader + kPayloadMarkSize;

struct PayloadPdu {
  std::uint8_t ptype = 0;     // 0 request, 2 response
  std::uint32_t size = 5840;  // of the whole PDU; kLeastPayloadPdu..65535
  std::uint32_t call_id = 1;
  std::uint64_t key = 0;
  PayloadPosition position{};
  ByteOrder byte_order = ByteOrder::little;
};

/// One whole PDU, first and last fragment in one (C706 12.6.4.9-10).
[[nodiscard]] Bytes payload_pdu(PayloadPdu const& pdu);

/// True for a whole PDU whose stub begins with a payload mark.
[[nodiscard]] bool carries_payload(ByteView pdu);

/// Cuts a number of bytes into PDUs of `pdu_size`; the last ones are smaller, so that the sum is
/// exact; the last may be up to a mark larger. Less than kLeastPayloadPdu is made that.
/// @param left  bytes of PDUs still to be sent. @return the size of the next PDU.
[[nodiscard]] std::uint32_t next_payload_size(std::uint64_t left, std::uint32_t pdu_size);

}  // namespace rpchspec::journal
