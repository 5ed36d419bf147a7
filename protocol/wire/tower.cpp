#include "protocol/wire/tower.hpp"

#include <algorithm>

namespace rpchspec::wire {
namespace {

constexpr std::string_view kSection = "C706 L";
constexpr std::size_t kFloors = 5;
constexpr std::size_t kUuidFloorData = kUuidSize + 2;  // a UUID and a major version
constexpr auto kLittle = ByteOrder::little;

/// Reads counts and the bytes they count.
class Octets {
 public:
  explicit Octets(ByteView octets) : octets_(octets) {}

  Result<std::uint16_t> count(std::string_view field) {
    auto const bytes = take(2, field);
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    return load<std::uint16_t>(*bytes, 0, kLittle);
  }

  Result<ByteView> take(std::size_t size, std::string_view field) {
    auto const left = octets_.size() - offset_;
    if (left < size) {
      return fail({ErrorCode::truncated, offset_, field, kSection,
                   std::to_string(left) + " bytes, expected " + std::to_string(size)});
    }
    offset_ += size;
    return octets_.subspan(offset_ - size, size);
  }

  Result<ByteView> counted(std::string_view field) {
    auto const size = count(field);
    if (!size) {
      return tl::unexpected(size.error());
    }
    return take(*size, field);
  }

  [[nodiscard]] std::size_t offset() const { return offset_; }

  [[nodiscard]] bool at_end() const { return offset_ == octets_.size(); }

 private:
  ByteView octets_;
  std::size_t offset_ = 0;
};

Result<TowerFloor> read_floor(Octets& octets) {
  auto const at = octets.offset();
  auto const left = octets.counted("LHS");
  if (!left) {
    return tl::unexpected(left.error());
  }
  if (left->empty()) {
    return fail({ErrorCode::bad_value, at, "LHS", kSection, "no protocol identifier"});
  }
  auto const right = octets.counted("RHS");
  if (!right) {
    return tl::unexpected(right.error());
  }
  return TowerFloor{left->front(), Bytes(left->begin() + 1, left->end()),
                    Bytes(right->begin(), right->end())};
}

void append_size(Bytes& to, std::size_t size) {
  append<std::uint16_t>(to, static_cast<std::uint16_t>(size), kLittle);
}

TowerFloor uuid_floor(SyntaxId const& syntax) {
  TowerFloor floor{static_cast<std::uint8_t>(TowerProtocol::uuid), {}, {}};
  append_uuid(floor.protocol_data, syntax.uuid, kLittle);
  append<std::uint16_t>(floor.protocol_data, syntax.major_version(), kLittle);
  append<std::uint16_t>(floor.related_data, syntax.minor_version(), kLittle);
  return floor;
}

bool has_form(TowerFloor const& floor, std::size_t protocol_data, std::size_t related_data) {
  return floor.protocol_data.size() == protocol_data && floor.related_data.size() == related_data;
}

bool is(TowerFloor const& floor, TowerProtocol protocol) {
  return floor.protocol == static_cast<std::uint8_t>(protocol);
}

SyntaxId syntax_of(TowerFloor const& floor) {
  auto const major = load<std::uint16_t>(floor.protocol_data, kUuidSize, kLittle);
  auto const minor = load<std::uint16_t>(floor.related_data, 0, kLittle);
  return syntax_id(load_uuid(floor.protocol_data, 0, kLittle), major, minor);
}

/// Interface, transfer syntax, RPC protocol, port, address; the last three have two bytes, two and
/// four, and nothing beside their identifier.
bool has_form(Tower const& tower) {
  return has_form(tower[0], kUuidFloorData, 2) && has_form(tower[1], kUuidFloorData, 2) &&
         has_form(tower[2], 0, 2) && has_form(tower[3], 0, 2) && has_form(tower[4], 0, 4);
}

}  // namespace

Bytes encode(Tower const& tower) {
  Bytes octets;
  append_size(octets, tower.size());
  for (auto const& floor : tower) {
    append_size(octets, 1 + floor.protocol_data.size());
    octets.push_back(floor.protocol);
    append(octets, floor.protocol_data);
    append_size(octets, floor.related_data.size());
    append(octets, floor.related_data);
  }
  return octets;
}

Result<Tower> decode_tower(ByteView bytes) {
  Octets octets(bytes);
  auto const count = octets.count("floor count");
  if (!count) {
    return tl::unexpected(count.error());
  }
  if (*count > kMaxTowerFloors) {
    return fail({ErrorCode::too_large, 0, "floor count", kSection,
                 std::to_string(*count) + " floors, at most " + std::to_string(kMaxTowerFloors)});
  }
  Tower tower;
  while (tower.size() < *count) {
    auto floor = read_floor(octets);
    if (!floor) {
      return tl::unexpected(floor.error());
    }
    tower.push_back(std::move(*floor));
  }
  if (!octets.at_end()) {
    return fail({ErrorCode::bad_value, octets.offset(), "tower", kSection,
                 std::to_string(bytes.size() - octets.offset()) + " bytes behind the last floor"});
  }
  return tower;
}

Tower make_tower(TowerBinding const& binding) {
  TowerFloor port{static_cast<std::uint8_t>(binding.transport), {}, {}};
  append<std::uint16_t>(port.related_data, binding.port, ByteOrder::big);
  return {uuid_floor(binding.interface), uuid_floor(binding.transfer_syntax),
          TowerFloor{static_cast<std::uint8_t>(TowerProtocol::ncacn), {}, {0, 0}}, std::move(port),
          TowerFloor{static_cast<std::uint8_t>(TowerProtocol::ip),
                     {},
                     {binding.address.begin(), binding.address.end()}}};
}

Result<TowerBinding> binding_of(Tower const& tower) {
  auto const transport = [](TowerFloor const& floor) {
    return is(floor, TowerProtocol::http) || is(floor, TowerProtocol::tcp);
  };
  if (tower.size() < 4 || !transport(tower[3]) || !is(tower[2], TowerProtocol::ncacn)) {
    return fail({ErrorCode::not_supported, 0, "tower", kSection,
                 "a protocol that is neither ncacn_http nor ncacn_ip_tcp"});
  }
  auto const are_named = is(tower[0], TowerProtocol::uuid) && is(tower[1], TowerProtocol::uuid);
  if (tower.size() != kFloors || !are_named || !is(tower[4], TowerProtocol::ip) ||
      !has_form(tower)) {
    return fail({ErrorCode::bad_value, 0, "tower", kSection,
                 "floors that are not those of ncacn_http or ncacn_ip_tcp"});
  }
  TowerBinding binding;
  binding.interface = syntax_of(tower[0]);
  binding.transfer_syntax = syntax_of(tower[1]);
  binding.transport = static_cast<TowerProtocol>(tower[3].protocol);
  binding.port = load<std::uint16_t>(tower[3].related_data, 0, ByteOrder::big);
  std::copy_n(tower[4].related_data.begin(), binding.address.size(), binding.address.begin());
  return binding;
}

}  // namespace rpchspec::wire
