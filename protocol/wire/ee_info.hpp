// Extended error information (MS-EERR): what a proxy may add to a 503 (MS-RPCH 2.1.2.1.3).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::wire {

/// A parameter of a record (MS-EERR 2.2.1.4): text, a number, bytes, or nothing.
struct EePointer {
  std::uint64_t value = 0;
  friend bool operator==(EePointer const&, EePointer const&) = default;
};

using EeParameter = std::variant<std::monostate,
                                 std::string,
                                 std::u16string,
                                 std::int32_t,
                                 std::int16_t,
                                 EePointer,
                                 Bytes>;

/// One error record (MS-EERR 2.2.1.6).
struct ExtendedErrorRecord {
  std::optional<std::u16string> computer_name = {};
  std::uint32_t process_id = 0;
  std::uint64_t time_stamp = 0;  // 100 ns since 1601
  std::uint32_t generating_component = 0;
  std::uint32_t status = 0;
  std::uint16_t detection_location = 0;
  std::uint16_t flags = 0;
  std::vector<EeParameter> parameters = {};
  friend bool operator==(ExtendedErrorRecord const&, ExtendedErrorRecord const&) = default;
};

/// The chain of records, the newest first.
struct ExtendedErrorInfo {
  std::vector<ExtendedErrorRecord> records;
  friend bool operator==(ExtendedErrorInfo const&, ExtendedErrorInfo const&) = default;
};

inline constexpr std::uint32_t kEeComponentRpcProxy = 14;  // "RPC over HTTP proxy"
inline constexpr std::size_t kMostEeRecords = 16;

/// The chain in type serialization version 1 (MS-RPCE 2.2.6), little-endian. No records: a null
/// pointer. Of more than kMostEeRecords only the first are taken.
[[nodiscard]] Bytes encode(ExtendedErrorInfo const& info);

/// @return the error of the first value that does not fit: too many records or parameters, a
///         truncated string, a version other than 1.
[[nodiscard]] Result<ExtendedErrorInfo> decode_ee_info(ByteView bytes);

/// "status 5 of component 14 on rpc-proxy; status 1702 of component 2": for people.
[[nodiscard]] std::string to_string(ExtendedErrorInfo const& info);

}  // namespace rpchspec::wire
