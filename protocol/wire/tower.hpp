// Protocol towers: where an interface is served, as the endpoint mapper tells it (C706 appendix L).

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "protocol/wire/dcerpc.hpp"

namespace rpchspec::wire {

/// Protocol identifiers of floors (C706 appendix I; http: MS-RPCH 2.1).
enum class TowerProtocol : std::uint8_t {
  tcp = 0x07,
  ip = 0x09,
  ncacn = 0x0B,  // RPC's connection-oriented protocol
  uuid = 0x0D,   // an interface, or a transfer syntax
  http = 0x1F,
};

/// One floor: left-hand side, a protocol identifier and what belongs to it; right-hand side, an
/// address or the like.
struct TowerFloor {
  std::uint8_t protocol = 0;
  Bytes protocol_data{};
  Bytes related_data{};

  friend bool operator==(TowerFloor const&, TowerFloor const&) = default;
};

using Tower = std::vector<TowerFloor>;

/// More than any protocol has: C706 has five or six.
inline constexpr std::size_t kMaxTowerFloors = 16;

/// The tower_octet_string of a twr_t; never fails, sizes modulo their 16 bits. Counts are
/// little-endian whatever the stub's byte order.
[[nodiscard]] Bytes encode(Tower const& tower);

/// Reads a whole tower_octet_string.
/// @return truncated; too_large: more than kMaxTowerFloors; bad_value: a left-hand side without a
/// protocol identifier, bytes behind the last floor.
[[nodiscard]] Result<Tower> decode_tower(ByteView octets);

/// What a tower of ncacn_http or ncacn_ip_tcp says: an interface, its transfer syntax, and where.
struct TowerBinding {
  SyntaxId interface {};
  SyntaxId transfer_syntax = kNdr;
  TowerProtocol transport = TowerProtocol::http;  // or tcp
  std::uint16_t port = 0;
  std::array<std::uint8_t, 4> address{};  // all zero: the one that the client knows

  friend bool operator==(TowerBinding const&, TowerBinding const&) = default;
};

[[nodiscard]] Tower make_tower(TowerBinding const& binding);

/// @return not_supported: another protocol; bad_value: a floor that is not as long as its protocol
/// says, or one too few or too many.
[[nodiscard]] Result<TowerBinding> binding_of(Tower const& tower);

}  // namespace rpchspec::wire
