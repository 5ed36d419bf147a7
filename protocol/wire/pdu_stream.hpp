// Cuts a byte stream into PDUs by their own length field (MS-RPCH 2.1.2.1.7, C706 12.6.3.1).

#pragma once

#include <optional>
#include <string_view>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::wire {

/// One whole PDU inside a buffer that somebody else owns.
struct PduView {
  ByteView bytes;

  [[nodiscard]] std::uint8_t ptype() const { return bytes[2]; }

  [[nodiscard]] std::uint8_t pfc_flags() const { return bytes[3]; }

  [[nodiscard]] bool is_rts() const { return ptype() == 20; }

  [[nodiscard]] ByteOrder byte_order() const {
    return (bytes[4] & 0xF0) == 0x10 ? ByteOrder::little : ByteOrder::big;
  }

  [[nodiscard]] std::uint32_t call_id() const {
    return load<std::uint32_t>(bytes, 12, byte_order());
  }
};

inline constexpr std::size_t kCommonHeaderSize = 16;
inline constexpr std::size_t kMaxPduSize = 65535;  // frag_length is 16 bits wide

/// Takes the next whole PDU off the front of `buffered`.
///
/// Does not copy and keeps nothing: the caller keeps what is left and calls again with more.
/// @return the PDU and `buffered` advanced past it; an empty optional when more bytes are needed;
///         bad_value when rpc_vers is not 5, or frag_length is below the header size (16), as soon
///         as those bytes are there.
[[nodiscard]] Result<std::optional<PduView>> next_pdu(ByteView& buffered);

/// The server's greeting, "ncacn_http/1.0" (MS-RPCH 2.1.1.2.1): 14 bytes, no terminator.
inline constexpr std::string_view kLegacyServerResponse = "ncacn_http/1.0";

enum class LegacyResponse { absent, incomplete, taken, malformed };

/// Takes a legacy server response off the front of `buffered`, told from a PDU by its first byte.
[[nodiscard]] LegacyResponse take_legacy_response(ByteView& buffered);

}  // namespace rpchspec::wire
