// Parameters of the referral service's and the address book's calls (MS-OXABREF 3.1.4,
// MS-OXNSPI 3.1.4.1).

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/ndr.hpp"

namespace rpchspec::wire {

inline constexpr std::uint32_t kUnbindSuccess = 1;  // NspiUnbind returns 1 where others return 0

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

}  // namespace rpchspec::wire
