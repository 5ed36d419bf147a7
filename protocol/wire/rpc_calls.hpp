// The calls that an Exchange client makes first, as stubs: what the client sends, what the server
// returns.
//
// Each call is a Request and a Response with encode(), and a decode that never trusts its bytes.
// Names are the IDL's own. Both sides use the same codecs; neither has any conduct here.

#pragma once

#include <cstdint>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/ndr.hpp"
#include "protocol/wire/rpc_calls_directory.hpp"
#include "protocol/wire/rpc_calls_mapper.hpp"
#include "protocol/wire/rpc_calls_mgmt.hpp"
#include "protocol/wire/rpc_calls_store.hpp"

namespace rpchspec::wire {

/// The interfaces of the ports 6001, 6002 and 6004.
inline constexpr SyntaxId kStoreInterface =
    syntax_id("a4f1db00-ca47-1067-b31f-00dd010662da", 0, 81);  // MS-OXCRPC 1.9, EMSMDB
inline constexpr SyntaxId kAsyncStoreInterface =
    syntax_id("5261574a-4572-206e-b268-6b199213b4e4", 0, 1);  // MS-OXCRPC 1.9, AsyncEMSMDB
inline constexpr SyntaxId kReferralInterface =
    syntax_id("1544f5e0-613c-11d1-93df-00c04fd7bd09", 1);  // MS-OXABREF 1.9
inline constexpr SyntaxId kAddressBookInterface =
    syntax_id("f5cc5a18-4264-101a-8c59-08002b2f8426", 56);  // MS-OXNSPI 1.9
inline constexpr SyntaxId kMgmtInterface =
    syntax_id("afa8bd80-7d8a-11c9-bef4-08002b102989", 1);  // C706 appendix Q
inline constexpr SyntaxId kMapperInterface =
    syntax_id("e1af8308-5d1f-11c9-91a4-08002b14a0fa", 3);  // C706 appendix O

/// Return values of the calls (MS-OXCDATA 2.4, MS-OXNSPI 2.2.1.2).
inline constexpr std::uint32_t kSuccess = 0;
inline constexpr std::uint32_t kEcAccessDenied = 0x80070005;
inline constexpr std::uint32_t kEcRpcFailed = 0x80040115;
inline constexpr std::uint32_t kEcNotSupported = 0x80040102;
inline constexpr std::uint32_t kMapiNotFound = 0x8004010F;
inline constexpr std::uint32_t kInvalidCodepage = 0x8004011E;

/// Writes a stub, for each Request and Response of the four headers. Never fails: illegal values
/// have an encoding.
template <class Parameters>
[[nodiscard]] Bytes encode_stub(Parameters const& parameters, ByteOrder order = ByteOrder::little);

/// Reads a stub: `decode_stub<NspiBind::Request>(bytes, order)`, for each Request and Response
/// of the four headers.
///
/// Bytes after the last parameter are ignored, as NDR runtimes do.
/// @return truncated, too_large, or bad_value where the IDL's ranges are left, with the parameter's
/// name.
template <class Parameters>
[[nodiscard]] Result<Parameters> decode_stub(ByteView stub, ByteOrder order = ByteOrder::little);

}  // namespace rpchspec::wire
