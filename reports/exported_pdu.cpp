#include "reports/exported_pdu.hpp"

namespace rpchspec::reports {

namespace {

// Of epan/exported_pdu.h.
enum Tag : std::uint16_t {
  kEnd = 0,
  kDissectorName = 12,
  kHeuristicName = 13,
  kIpv4Source = 20,
  kIpv4Destination = 21,
  kIpv6Source = 22,
  kIpv6Destination = 23,
  kPortType = 24,
  kSourcePort = 25,
  kDestinationPort = 26
};

constexpr std::uint32_t kPortTypeTcp = 2;

void add(Bytes& tags, Tag tag, ByteView value) {
  auto const padded = (value.size() + 3) / 4 * 4;
  append<std::uint16_t>(tags, tag, ByteOrder::big);
  append<std::uint16_t>(tags, static_cast<std::uint16_t>(padded), ByteOrder::big);
  append(tags, value);
  tags.resize(tags.size() + padded - value.size());
}

void add(Bytes& tags, Tag tag, std::uint32_t value) {
  Bytes bytes;
  append<std::uint32_t>(bytes, value, ByteOrder::big);
  add(tags, tag, bytes);
}

}  // namespace

Bytes exported_pdu_tags(Dissector dissector, TcpEndpoint const& from, TcpEndpoint const& to) {
  bool const v4 = from.address.size() == 4;
  Bytes tags;
  dissector == Dissector::http ? add(tags, kDissectorName, as_bytes("http"))
                               : add(tags, kHeuristicName, as_bytes("dcerpc_http"));
  add(tags, v4 ? kIpv4Source : kIpv6Source, from.address);
  add(tags, v4 ? kIpv4Destination : kIpv6Destination, to.address);
  add(tags, kPortType, kPortTypeTcp);
  add(tags, kSourcePort, std::uint32_t{from.port});
  add(tags, kDestinationPort, std::uint32_t{to.port});
  add(tags, kEnd, ByteView());
  return tags;
}

}  // namespace rpchspec::reports
