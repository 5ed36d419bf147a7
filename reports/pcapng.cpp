#include "reports/pcapng.hpp"

#include <algorithm>

namespace rpchspec::reports {

namespace {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kNames = 4;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint16_t kComment = 1;
constexpr std::uint16_t kName = 2;
constexpr std::uint16_t kDescription = 3;
constexpr std::uint16_t kApplication = 4;  // of a section
constexpr std::uint16_t kResolution = 9;
constexpr std::uint8_t kNanoseconds = 9;  // ten to the power of minus this
constexpr std::uint16_t kIpv4Record = 1;
constexpr std::uint16_t kIpv6Record = 2;
constexpr std::size_t kLongestText = 4096;  // bytes

void pad(Bytes& block) {
  block.resize((block.size() + 3) / 4 * 4);
}

/// Not longer than an option should be, and cut between characters.
std::string_view bounded(std::string_view text) {
  if (text.size() <= kLongestText) {
    return text;
  }
  auto end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

void add_option(Bytes& block, std::uint16_t code, ByteView value) {
  append<std::uint16_t>(block, code);
  append<std::uint16_t>(block, static_cast<std::uint16_t>(value.size()));
  append(block, value);
  pad(block);
}

void add_text(Bytes& block, std::uint16_t code, std::string_view text) {
  if (!text.empty()) {
    add_option(block, code, as_bytes(bounded(text)));
  }
}

void end_options(Bytes& block) {
  append<std::uint32_t>(block, 0);
}

}  // namespace

PcapngWriter::PcapngWriter(std::ostream& to, std::string_view application) : to_(to) {
  Bytes body;
  append<std::uint32_t>(body, kByteOrderMagic);
  append<std::uint16_t>(body, 1);
  append<std::uint16_t>(body, 0);
  append<std::uint64_t>(body, ~std::uint64_t{0});  // the section's length: not known
  add_text(body, kApplication, application);
  end_options(body);
  write(kSectionHeader, body);
}

std::uint32_t PcapngWriter::add_interface(InterfaceInfo const& info) {
  Bytes body;
  append<std::uint16_t>(body, static_cast<std::uint16_t>(info.type));
  append<std::uint16_t>(body, 0);
  append<std::uint32_t>(body, 0);  // no bound on a packet's size
  add_text(body, kName, info.name);
  add_text(body, kDescription, info.description);
  add_option(body, kResolution, ByteView(&kNanoseconds, 1));
  end_options(body);
  write(kInterface, body);
  return interfaces_++;
}

void PcapngWriter::add_name(ByteView address, std::string_view name) {
  Bytes body;
  Bytes value(address.begin(), address.end());
  append(value, as_bytes(bounded(name)));
  value.push_back(0);
  add_option(body, address.size() == 4 ? kIpv4Record : kIpv6Record, value);
  append<std::uint32_t>(body, 0);  // the end of the records
  write(kNames, body);
}

void PcapngWriter::add_packet(CapturedPacket const& packet) {
  Bytes body;
  append<std::uint32_t>(body, packet.interface);
  append<std::uint32_t>(body, static_cast<std::uint32_t>(packet.at_ns >> 32));
  append<std::uint32_t>(body, static_cast<std::uint32_t>(packet.at_ns));
  append<std::uint32_t>(body, static_cast<std::uint32_t>(packet.bytes.size()));
  append<std::uint32_t>(body,
                        std::max(packet.size, static_cast<std::uint32_t>(packet.bytes.size())));
  append(body, packet.bytes);
  pad(body);
  for (auto const& comment : packet.comments) {
    add_text(body, kComment, comment);
  }
  end_options(body);
  write(kEnhancedPacket, body);
}

void PcapngWriter::write(std::uint32_t type, Bytes const& body) {
  Bytes block;
  auto const size = static_cast<std::uint32_t>(body.size() + 12);
  append<std::uint32_t>(block, type);
  append<std::uint32_t>(block, size);
  append(block, body);
  append<std::uint32_t>(block, size);
  auto const text = as_text(block);
  to_.write(text.data(), static_cast<std::streamsize>(text.size()));
  written_ += block.size();
}

}  // namespace rpchspec::reports
