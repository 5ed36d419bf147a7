// Parameters of the endpoint mapper's calls (C706 appendix O). Towers are their octet strings:
// protocol/wire/tower.hpp reads them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/ndr.hpp"

namespace rpchspec::wire {

/// Statuses of the calls, as DCE numbers them.
inline constexpr std::uint32_t kEptCantPerformOp = 0x16C9A0CD;
inline constexpr std::uint32_t kEptNotRegistered = 0x16C9A0D6;

inline constexpr std::uint32_t kEptMaxAnnotation = 64;  // bytes, with the terminator

/// inquiry_type of ept_lookup: which elements (C706 appendix O).
enum class EptInquiry : std::uint32_t { all = 0, by_interface = 1, by_object = 2, by_both = 3 };

/// vers_option of ept_lookup: which versions of the interface.
enum class EptVersions : std::uint32_t { all = 1, compatible = 2, exact = 3, major = 4, up_to = 5 };

/// ept_entry_t.
struct EptEntry {
  Uuid object;
  std::optional<Bytes> tower{};
  std::string annotation;  // at most kEptMaxAnnotation - 1 bytes
};

/// ept_lookup: the elements that match, in portions of max_ents.
struct EptLookup {
  static constexpr std::uint16_t kOpnum = 2;

  struct Request {
    std::uint32_t inquiry_type = 0;  // EptInquiry
    std::optional<Uuid> object{};
    std::optional<SyntaxId> interface_id{};
    std::uint32_t vers_option = 1;  // EptVersions
    ContextHandle entry_handle{};   // zero: from the beginning
    std::uint32_t max_ents = 100;
  };

  struct Response {
    ContextHandle entry_handle{};  // zero: there are no more
    std::vector<EptEntry> entries{};
    std::uint32_t max_ents = 0;  // of the request: the array's maximum count
    std::uint32_t status = 0;
  };
};

/// ept_map: the towers of an interface by a protocol, in portions of max_towers.
struct EptMap {
  static constexpr std::uint16_t kOpnum = 3;

  struct Request {
    std::optional<Uuid> object{};
    std::optional<Bytes> map_tower{};
    ContextHandle entry_handle{};
    std::uint32_t max_towers = 4;
  };

  struct Response {
    ContextHandle entry_handle{};
    std::vector<std::optional<Bytes>> towers{};
    std::uint32_t max_towers = 0;  // of the request: the array's maximum count
    std::uint32_t status = 0;
  };
};

/// ept_lookup_handle_free: no more portions are asked for.
struct EptLookupHandleFree {
  static constexpr std::uint16_t kOpnum = 4;

  struct Request {
    ContextHandle entry_handle;
  };

  struct Response {
    ContextHandle entry_handle;
    std::uint32_t status = 0;
  };
};

}  // namespace rpchspec::wire
