// The fields of an RTS PDU one by one, also where the PDU is broken.

#include <algorithm>
#include <utility>

#include "protocol/wire/rts.hpp"
#include "protocol/wire/rts_layout.hpp"

namespace rpchspec::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kHeader = "2.2.3.6.1";
constexpr std::size_t kShownBytes = 64;

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes.first(std::min(bytes.size(), kShownBytes))) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return bytes.size() > kShownBytes ? text + "..." : text;
}

std::string flags_text(std::uint16_t flags) {
  static constexpr std::pair<std::uint16_t, std::string_view> kNames[] = {
      {kRtsFlagPing, "PING"sv},
      {kRtsFlagOtherCmd, "OTHER_CMD"sv},
      {kRtsFlagRecycleChannel, "RECYCLE_CHANNEL"sv},
      {kRtsFlagInChannel, "IN_CHANNEL"sv},
      {kRtsFlagOutChannel, "OUT_CHANNEL"sv},
      {kRtsFlagEof, "EOF"sv},
      {kRtsFlagEcho, "ECHO"sv},
  };
  std::string text;
  for (auto const& [bit, name] : kNames) {
    if ((flags & bit) != 0) {
      text += (text.empty() ? "" : " | ") + std::string(name);
    }
  }
  auto const unknown = flags & ~0x7F;
  if (unknown != 0) {
    text += (text.empty() ? "" : " | ") + std::to_string(unknown);
  }
  return text.empty() ? "NONE" : text;
}

/// Walks the bytes; every take answers false once they have ended, having shown what was left.
class Dissector {
 public:
  explicit Dissector(ByteView bytes) : bytes_(bytes) {}

  void run() {
    if (!header()) {
      return;
    }
    for (std::size_t i = 0; i < commands_; ++i) {
      prefix_ = "Commands[" + std::to_string(i) + "].";
      if (!command()) {
        return;
      }
    }
    prefix_.clear();
    rest("bytes after the last command", kHeader);
  }

  std::vector<DissectedField> take() { return std::move(fields_); }

 private:
  bool header();
  bool command();
  bool content(RtsCommandType type, layout::Command const& known);

  template <class Int>
  bool number(std::string_view name, std::string_view section, std::uint64_t* value = nullptr) {
    if (!has(sizeof(Int), name, section)) {
      return false;
    }
    auto const found = std::uint64_t{load<Int>(bytes_, offset_)};
    if (value != nullptr) {
      *value = found;
    }
    add(sizeof(Int), name, std::to_string(found), section);
    return true;
  }

  bool octets(std::size_t size, std::string_view name, std::string_view section) {
    if (!has(size, name, section)) {
      return false;
    }
    add(size, name, hex(bytes_.subspan(offset_, size)), section);
    return true;
  }

  bool has(std::size_t size, std::string_view name, std::string_view section) {
    if (bytes_.size() - offset_ >= size) {
      return true;
    }
    rest(std::string(name) + " (truncated)", section);
    return false;
  }

  void rest(std::string_view name, std::string_view section) {
    auto const left = bytes_.subspan(offset_);
    if (!left.empty()) {
      add(left.size(), name, hex(left), section);
    }
  }

  void add(std::size_t size, std::string_view name, std::string value, std::string_view section) {
    fields_.push_back({offset_, size, prefix_ + std::string(name), std::move(value), section});
    offset_ += size;
  }

  ByteView bytes_;
  std::size_t offset_ = 0;
  std::uint64_t commands_ = 0;
  std::string prefix_;
  std::vector<DissectedField> fields_;
};

bool Dissector::header() {
  auto const plain =
      number<std::uint8_t>("rpc_vers", kHeader) &&
      number<std::uint8_t>("rpc_vers_minor", kHeader) && number<std::uint8_t>("PTYPE", kHeader) &&
      number<std::uint8_t>("pfc_flags", kHeader) && octets(4, "packed_drep", kHeader) &&
      number<std::uint16_t>("frag_length", kHeader) &&
      number<std::uint16_t>("auth_length", kHeader) && number<std::uint32_t>("call_id", kHeader);
  std::uint64_t flags = 0;
  if (!plain || !number<std::uint16_t>("Flags", kHeader, &flags)) {
    return false;
  }
  fields_.back().value += " (" + flags_text(static_cast<std::uint16_t>(flags)) + ")";
  return number<std::uint16_t>("NumberOfCommands", kHeader, &commands_);
}

bool Dissector::command() {
  std::uint64_t type = 0;
  if (!number<std::uint32_t>("CommandType", "2.2.3.5", &type)) {
    return false;
  }
  auto const known_type = static_cast<RtsCommandType>(type);
  fields_.back().value += " (" + std::string(name_of(known_type)) + ")";
  if (type >= layout::kCommandTypes) {
    rest("unknown command's content", "2.2.3.5");
    return false;
  }
  auto const& known = layout::kCommands[type];
  fields_.back().section = known.section.substr(layout::kBareSection);
  return content(known_type, known);
}

bool Dissector::content(RtsCommandType type, layout::Command const& known) {
  auto const section = known.section.substr(layout::kBareSection);
  switch (type) {
    case RtsCommandType::FlowControlAck:
      return number<std::uint32_t>("BytesReceived", "2.2.3.4") &&
             number<std::uint32_t>("AvailableWindow", "2.2.3.4") &&
             octets(16, "ChannelCookie", "2.2.3.4");
    case RtsCommandType::Cookie:
    case RtsCommandType::AssociationGroupId:
      return octets(16, known.field, section);
    case RtsCommandType::Empty:
    case RtsCommandType::NegativeAnce:
    case RtsCommandType::Ance:
      return true;
    case RtsCommandType::Padding: {
      std::uint64_t count = 0;
      return number<std::uint32_t>(known.field, section, &count) &&
             octets(count, "Padding", section);
    }
    case RtsCommandType::ClientAddress: {
      std::uint64_t address_type = 0;
      if (!number<std::uint32_t>("AddressType", "2.2.3.2", &address_type)) {
        return false;
      }
      auto const form = address_type == 0 ? "2.2.3.2.1"sv : "2.2.3.2.2"sv;
      return octets(layout::address_size(static_cast<std::uint32_t>(address_type)), "ClientAddress",
                    form) &&
             octets(layout::kClientAddressPadding, "Padding", form);
    }
    case RtsCommandType::ReceiveWindowSize:
    case RtsCommandType::ConnectionTimeout:
    case RtsCommandType::ChannelLifetime:
    case RtsCommandType::ClientKeepalive:
    case RtsCommandType::Version:
    case RtsCommandType::Destination:
    case RtsCommandType::PingTrafficSentNotify:
      return number<std::uint32_t>(known.field, section);
  }
  return false;
}

}  // namespace

std::vector<DissectedField> dissect_rts(ByteView bytes) {
  Dissector dissector(bytes);
  dissector.run();
  return dissector.take();
}

}  // namespace rpchspec::wire
