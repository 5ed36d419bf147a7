// Parameters of the Store's calls: EMSMDB and AsyncEMSMDB (MS-OXCRPC 3.1.4, 3.3.4).

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/ndr.hpp"

namespace rpchspec::wire {

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

}  // namespace rpchspec::wire
