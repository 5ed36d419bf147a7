// RTS header and command values against the standard, apart from which PDU it is.

#include <algorithm>

#include "protocol/wire/rts.hpp"
#include "protocol/wire/rts_layout.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::uint32_t kMinWindow = 8 * 1024;
constexpr std::uint32_t kMaxWindow = 256 * 1024;
constexpr std::uint32_t kMinTimeout = 120'000;
constexpr std::uint32_t kMaxTimeout = 14'400'000;
constexpr std::uint32_t kMinLifetime = 128 * 1024;
constexpr std::uint32_t kMaxLifetime = 0x80000000;  // "2 gigabytes", inclusive (AMB-19)
constexpr std::uint32_t kMinKeepalive = 60'000;
constexpr std::uint16_t kKnownFlags = 0x007F;
constexpr std::size_t kMaxFragLength = 0xFFFF;

std::string found(std::uint64_t value, std::string_view expected) {
  return "found " + std::to_string(value) + ", expected " + std::string(expected);
}

void check_header(RtsPdu const& pdu, std::vector<Violation>& out) {
  auto const& header = pdu.header;
  auto const expect = [&](bool holds, std::string_view requirement, std::uint64_t offset,
                          std::uint64_t value, std::string_view expected) {
    if (!holds) {
      out.push_back({requirement, offset, found(value, expected)});
    }
  };
  expect(header.rpc_vers == 5, "RPCH-2.2.3.6.1-03", 0, header.rpc_vers, "rpc_vers 5");
  expect(header.rpc_vers_minor == 0, "RPCH-2.2.3.6.1-03", 1, header.rpc_vers_minor,
         "rpc_vers_minor 0");
  expect(header.ptype == kPtypeRts, "RPCH-2.2.3.6.1-03", 2, header.ptype, "PTYPE 20");
  expect(header.pfc_flags == 3, "RPCH-2.2.3.6.1-02", 3, header.pfc_flags, "pfc_flags 3");
  expect(header.packed_drep == RtsHeader{}.packed_drep, "RPCH-2.2.3.6.1-04", 4,
         load<std::uint32_t>(header.packed_drep, 0, ByteOrder::big),
         "packed_drep 10 00 00 00 (268435456)");
  auto const size = encoded_size(pdu);
  auto const frag_length = header.frag_length.value_or(std::min(size, kMaxFragLength));
  expect(frag_length == size, "RPCH-2.2.3.6.1-05", 8, frag_length,
         "frag_length " + std::to_string(size));
  expect(size % 4 == 0, "RPCH-2.2.1-02", 8, size, "a multiple of 4");
  expect(header.auth_length == 0, "RPCH-2.2.3.6.1-06", 10, header.auth_length, "auth_length 0");
  expect(header.call_id == 0, "RPCH-2.2.3.6.1-06", 12, header.call_id, "call_id 0");
  expect((pdu.flags & ~kKnownFlags) == 0, "RPCH-2.2.3.6.1-09", 16, pdu.flags,
         "Flags without bits outside 0x7F");
  auto const count = header.number_of_commands.value_or(
      static_cast<std::uint16_t>(std::min(pdu.commands.size(), kMaxFragLength)));
  expect(count == pdu.commands.size(), "RPCH-2.2.3.6.1-10", 18, count,
         "NumberOfCommands " + std::to_string(pdu.commands.size()));
}

/// Judges the value of each command; commands without a value have nothing to be wrong.
class ValueCheck {
 public:
  ValueCheck(std::vector<Violation>& out, std::uint64_t offset) : out_(out), offset_(offset) {}

  template <class Command>
  void operator()(Command const&) {}

  void operator()(ReceiveWindowSizeCommand const& c) {
    range(c.value.value, kMinWindow, kMaxWindow, "RPCH-2.2.3.5.1-01");
  }

  void operator()(FlowControlAckCommand const& c) {
    range(c.bytes_received.value, 0, kMaxLifetime, "RPCH-2.2.3.4-01");
    offset_ += 4;
    range(c.available_window.value, 0, kMaxWindow, "RPCH-2.2.3.4-02");
  }

  void operator()(ConnectionTimeoutCommand const& c) {
    range(c.value.value, kMinTimeout, kMaxTimeout, "RPCH-2.2.3.5.3-01");
  }

  void operator()(ChannelLifetimeCommand const& c) {
    range(c.value.value, kMinLifetime, kMaxLifetime, "RPCH-2.2.3.5.5-01");
  }

  void operator()(ClientKeepaliveCommand const& c) {
    if (c.value.value != 0 && c.value.value < kMinKeepalive) {
      report("RPCH-2.2.3.5.6-01", found(c.value.value, "0 or at least 60000"));
    }
  }

  void operator()(PaddingCommand const& c) {
    auto const count = c.conformance_count.value_or(static_cast<std::uint32_t>(c.padding.size()));
    range(count, 0, layout::kMaxPadding, "RPCH-2.2.3.5.9-01");
    if (count != c.padding.size()) {
      report("RPCH-2.2.3.5.9-01",
             found(count, "ConformanceCount " + std::to_string(c.padding.size())));
    }
  }

  void operator()(ClientAddressCommand const& c) {
    range(c.address_type, 0, 1, "RPCH-2.2.3.5.12-01");
  }

  void operator()(DestinationCommand const& c) {
    range(static_cast<std::uint32_t>(c.value), 0, 3, "RPCH-2.2.3.5.14-01");
  }

  void operator()(UnknownCommand const& c) {
    offset_ -= layout::kTypeSize;
    report("RPCH-2.2.3.6-01", found(c.type, "a CommandType of at most 14"));
  }

 private:
  void range(std::uint64_t value,
             std::uint64_t low,
             std::uint64_t high,
             std::string_view requirement) {
    if (value < low || value > high) {
      report(requirement, found(value, std::to_string(low) + " to " + std::to_string(high)));
    }
  }

  void report(std::string_view requirement, std::string detail) {
    out_.push_back({requirement, offset_, std::move(detail)});
  }

  std::vector<Violation>& out_;
  std::uint64_t offset_;
};

bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; });
}

}  // namespace

std::vector<Violation> validate(RtsPdu const& pdu) {
  std::vector<Violation> violations;
  check_header(pdu, violations);
  std::uint64_t offset = kRtsHeaderSize;
  for (auto const& command : pdu.commands) {
    ValueCheck check(violations, offset + layout::kTypeSize);
    std::visit(check, command);
    offset += encoded_size(command);
  }
  return violations;
}

std::vector<Violation> sender_advice(RtsPdu const& pdu) {
  std::vector<Violation> advice;
  std::uint64_t offset = kRtsHeaderSize;
  for (auto const& command : pdu.commands) {
    auto const value = offset + layout::kTypeSize;
    if (auto const* version = std::get_if<VersionCommand>(&command)) {
      if (version->value != 1) {
        advice.push_back({"RPCH-2.2.3.5.7-01", value, found(version->value, "Version 1")});
      }
    } else if (auto const* address = std::get_if<ClientAddressCommand>(&command)) {
      if (!is_zero(address->padding)) {
        auto const at = value + 4 + layout::address_size(address->address_type);
        advice.push_back({address->address_type == 0 ? "RPCH-2.2.3.2.1-02" : "RPCH-2.2.3.2.2-02",
                          at, "found other bytes, expected 12 zeros"});
      }
    } else if (auto const* padding = std::get_if<PaddingCommand>(&command)) {
      if (!is_zero(padding->padding)) {
        advice.push_back({"RPCH-2.2.3.5.9-02", value + 4, "found other bytes, expected zeros"});
      }
    }
    offset += encoded_size(command);
  }
  return advice;
}

}  // namespace rpchspec::wire
