// The calls that an Exchange client makes first, as stubs: what the client sends, what the server
// returns.
//
// Each call is a Request and a Response with encode(), and a decode that never trusts its bytes.
// Names are the IDL's own. Both sides use the same codecs; neither has any conduct here.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/ndr.hpp"

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

/// Return values of the calls (MS-OXCDATA 2.4, MS-OXNSPI 2.2.1.2).
inline constexpr std::uint32_t kSuccess = 0;
inline constexpr std::uint32_t kUnbindSuccess = 1;
inline constexpr std::uint32_t kEcAccessDenied = 0x80070005;
inline constexpr std::uint32_t kEcRpcFailed = 0x80040115;
inline constexpr std::uint32_t kEcNotSupported = 0x80040102;
inline constexpr std::uint32_t kMapiNotFound = 0x8004010F;
inline constexpr std::uint32_t kInvalidCodepage = 0x8004011E;

inline constexpr std::uint32_t kMaxAuxiliaryBuffer = 0x1008;  // SMALL_RANGE_ULONG, bytes
inline constexpr std::uint32_t kMaxRopBuffer = 0x40000;       // BIG_RANGE_ULONG, bytes

/// EcDoConnectEx (MS-OXCRPC 3.1.4.1).
struct EcDoConnectEx {
  static constexpr std::uint16_t kOpnum = 10;

  struct Request {
    std::string user_dn;
    std::uint32_t flags = 0;
    std::uint32_t con_mod = 0;
    std::uint32_t cb_limit = 0;
    std::uint32_t cpid = 1252;
    std::uint32_t lcid_string = 0x409;
    std::uint32_t lcid_sort = 0x409;
    std::uint32_t icxr_link = 0xFFFFFFFF;  // not linked to another session
    std::uint16_t can_convert_code_pages = 1;
    std::array<std::uint16_t, 3> client_version{15, 0x1000, 0x1000};
    std::uint32_t time_stamp = 0;
    Bytes aux_in;
    std::uint32_t cb_aux_out = kMaxAuxiliaryBuffer;  // room for the answer, bytes
  };

  struct Response {
    ContextHandle cxh;
    std::uint32_t polls_max_ms = 0;
    std::uint32_t retry = 0;
    std::uint32_t retry_delay_ms = 0;
    std::uint16_t icxr = 0;
    std::optional<std::string> dn_prefix{};
    std::optional<std::string> display_name{};
    std::array<std::uint16_t, 3> server_version{};
    std::array<std::uint16_t, 3> best_version{};
    std::uint32_t time_stamp = 0;
    Bytes aux_out;
    std::uint32_t return_value = 0;
  };
};

/// EcDoDisconnect (MS-OXCRPC 3.1.4.3).
struct EcDoDisconnect {
  static constexpr std::uint16_t kOpnum = 1;

  struct Request {
    ContextHandle cxh;
  };

  struct Response {
    ContextHandle cxh;
    std::uint32_t return_value = 0;
  };
};

/// EcDoRpcExt2 (MS-OXCRPC 3.1.4.2): carries ROP buffers, here as bytes without meaning.
struct EcDoRpcExt2 {
  static constexpr std::uint16_t kOpnum = 11;

  struct Request {
    ContextHandle cxh;
    std::uint32_t flags = 0;
    Bytes in;
    std::uint32_t cb_out = kMaxRopBuffer;  // room for the answer, bytes
    Bytes aux_in;
    std::uint32_t cb_aux_out = 0;
  };

  struct Response {
    ContextHandle cxh;
    std::uint32_t flags = 0;
    Bytes out;
    Bytes aux_out;
    std::uint32_t trans_time_ms = 0;
    std::uint32_t return_value = 0;
  };
};

/// EcDoAsyncConnectEx (MS-OXCRPC 3.1.4.4): a handle for waiting, made from the session's.
struct EcDoAsyncConnectEx {
  static constexpr std::uint16_t kOpnum = 14;

  struct Request {
    ContextHandle cxh;
  };

  struct Response {
    ContextHandle acxh;
    std::uint32_t return_value = 0;
  };
};

/// EcDoAsyncWaitEx (MS-OXCRPC 3.3.4.1), on the asynchronous interface.
struct EcDoAsyncWaitEx {
  static constexpr std::uint16_t kOpnum = 0;

  struct Request {
    ContextHandle acxh;
    std::uint32_t flags_in = 0;
  };

  struct Response {
    std::uint32_t flags_out = 0;  // 1: NotificationPending
    std::uint32_t return_value = 0;
  };
};

/// EcDummyRpc (MS-OXCRPC 3.1.4.5): nothing in, a return value out.
struct EcDummyRpc {
  static constexpr std::uint16_t kOpnum = 6;

  struct Request {};

  struct Response {
    std::uint32_t return_value = 0;
  };
};

/// A [unique] pointer to a [unique] pointer to a string: what the outer one may be short of.
struct OptionalName {
  bool present = false;               // the outer pointer
  std::optional<std::string> text{};  // the inner one; only when the outer is there
};

/// RfrGetNewDSA (MS-OXABREF 3.1.4.1).
struct RfrGetNewDSA {
  static constexpr std::uint16_t kOpnum = 0;

  struct Request {
    std::uint32_t flags = 0;
    std::string user_dn;
    OptionalName unused{};
    OptionalName server{true, std::nullopt};
  };

  struct Response {
    OptionalName unused{};
    OptionalName server{};
    std::uint32_t return_value = 0;
  };
};

/// RfrGetFQDNFromServerDN (MS-OXABREF 3.1.4.2).
struct RfrGetFQDNFromServerDN {
  static constexpr std::uint16_t kOpnum = 1;

  struct Request {
    std::uint32_t flags = 0;
    std::string mailbox_server_dn;  // with its terminator 10 to 1024 bytes
  };

  struct Response {
    std::optional<std::string> server_fqdn{};
    std::uint32_t return_value = 0;
  };
};

/// STAT (MS-OXNSPI 2.2.8).
struct NspiStat {
  std::uint32_t sort_type = 0;
  std::uint32_t container_id = 0;
  std::uint32_t current_rec = 0;
  std::int32_t delta = 0;
  std::uint32_t num_pos = 0;
  std::uint32_t total_recs = 0;
  std::uint32_t code_page = 0x4F25;  // CP_TELETEX
  std::uint32_t template_locale = 0x409;
  std::uint32_t sort_locale = 0x409;

  friend bool operator==(NspiStat const&, NspiStat const&) = default;
};

inline constexpr std::uint32_t kCpWinUnicode = 0x4B0;
using FlatUid = std::array<std::uint8_t, 16>;

/// NspiBind (MS-OXNSPI 3.1.4.1.1).
struct NspiBind {
  static constexpr std::uint16_t kOpnum = 0;

  struct Request {
    std::uint32_t flags = 0;
    NspiStat stat{};
    std::optional<FlatUid> server_guid{FlatUid{}};  // null: the client does not ask for it
  };

  struct Response {
    std::optional<FlatUid> server_guid{};
    ContextHandle context;
    std::uint32_t return_value = 0;
  };
};

/// NspiUnbind (MS-OXNSPI 3.1.4.1.2).
struct NspiUnbind {
  static constexpr std::uint16_t kOpnum = 1;

  struct Request {
    ContextHandle context;
    std::uint32_t reserved = 0;
  };

  struct Response {
    ContextHandle context;
    std::uint32_t return_value = kUnbindSuccess;
  };
};

/// inq_if_ids (C706 appendix Q): the interfaces of an endpoint.
struct MgmtInqIfIds {
  static constexpr std::uint16_t kOpnum = 0;

  struct Request {};

  struct Response {
    std::optional<std::vector<SyntaxId>> if_ids{};
    std::uint32_t status = 0;
  };
};

/// inq_stats: calls in, calls out, PDUs in, PDUs out.
struct MgmtInqStats {
  static constexpr std::uint16_t kOpnum = 1;

  struct Request {
    std::uint32_t count = 4;
  };

  struct Response {
    std::vector<std::uint32_t> statistics;
    std::uint32_t status = 0;
  };
};

/// is_server_listening.
struct MgmtIsServerListening {
  static constexpr std::uint16_t kOpnum = 2;

  struct Request {};

  struct Response {
    std::uint32_t status = 0;
    std::uint32_t listening = 1;  // boolean32
  };
};

/// inq_princ_name: the server's principal name for an authentication service.
struct MgmtInqPrincName {
  static constexpr std::uint16_t kOpnum = 4;

  struct Request {
    std::uint32_t authn_proto = 0;
    std::uint32_t princ_name_size = 256;  // room, bytes
  };

  struct Response {
    std::string princ_name;
    std::uint32_t princ_name_size = 0;  // of the request: the array's maximum count
    std::uint32_t status = 0;
  };
};

/// stop_server_listening.
struct MgmtStopServerListening {
  static constexpr std::uint16_t kOpnum = 3;

  struct Request {};

  struct Response {
    std::uint32_t status = 0;
  };
};

/// Writes a stub, for each Request and Response above. Never fails: illegal values have an
/// encoding.
template <class Parameters>
[[nodiscard]] Bytes encode_stub(Parameters const& parameters, ByteOrder order = ByteOrder::little);

/// Reads a stub: `decode_stub<NspiBind::Request>(bytes, order)`, for each Request and Response
/// above.
///
/// Bytes after the last parameter are ignored, as NDR runtimes do.
/// @return truncated, too_large, or bad_value where the IDL's ranges are left, with the parameter's
/// name.
template <class Parameters>
[[nodiscard]] Result<Parameters> decode_stub(ByteView stub, ByteOrder order = ByteOrder::little);

}  // namespace rpchspec::wire
