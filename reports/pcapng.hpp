// pcapng blocks: a section, its interfaces, names of addresses, packets with comments
// (draft-ietf-opsawg-pcapng). Private to reports.

#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/bytes.hpp"

namespace rpchspec::reports {

/// What the packets of an interface begin with.
enum class LinkType : std::uint16_t {
  raw_ip = 101,       // an IP header
  exported_pdu = 252  // tags that name a dissector of Wireshark: see exported_pdu.hpp
};

struct InterfaceInfo {
  std::string name;
  std::string description;
  LinkType type = LinkType::raw_ip;
};

struct CapturedPacket {
  std::uint32_t interface = 0;
  std::uint64_t at_ns = 0;  // since 1970
  Bytes bytes;              // as far as they are known
  std::uint32_t size = 0;   // on the wire, not below bytes.size()
  std::vector<std::string> comments;
};

/// Writes one section, block by block; the file is whole after each of them.
class PcapngWriter {
 public:
  /// Writes the section header. @param to  outlives the writer.
  PcapngWriter(std::ostream& to, std::string_view application);

  /// @return the number by which packets name it.
  std::uint32_t add_interface(InterfaceInfo const& info);

  /// @param address  4 or 16 bytes.
  void add_name(ByteView address, std::string_view name);

  void add_packet(CapturedPacket const& packet);

  [[nodiscard]] std::uint64_t written() const { return written_; }  // bytes

 private:
  void write(std::uint32_t type, Bytes const& body);

  std::ostream& to_;
  std::uint64_t written_ = 0;
  std::uint32_t interfaces_ = 0;
};

}  // namespace rpchspec::reports
