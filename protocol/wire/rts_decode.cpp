// Bytes to RTS PDUs (MS-RPCH 2.2.3.6). Every count and length is checked before memory is taken.

#include <algorithm>
#include <bit>

#include "protocol/wire/rts.hpp"
#include "protocol/wire/rts_layout.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::string_view kHeaderSection = "MS-RPCH 2.2.3.6.1";

std::uint32_t load32(std::uint8_t const* from) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint32_t value = 0;
    std::memcpy(&value, from, sizeof(value));
    return value;
  }
  return load<std::uint32_t>(ByteView(from, 4), 0);
}

/// The command of this kind at `slot`: what stands there from the PDU before is written over, so
/// that a stream of alike PDUs costs neither destruction nor allocation.
template <class Command>
Command& as(RtsCommand& slot) {
  if (auto* same = std::get_if<Command>(&slot)) {
    return *same;
  }
  return slot.emplace<Command>();
}

/// Why decoding ended. Plain, because most PDUs are fine and an Error costs a string.
struct Failure {
  ErrorCode code;
  std::uint64_t offset;
  std::string_view field;
  std::string_view section;
  std::uint64_t found;
  std::string_view unit;   // " bytes"
  std::string_view bound;  // "at most "
  std::uint64_t expected;

  [[nodiscard]] Error error() const {
    return {code, offset, field, section,
            "found " + std::to_string(found) + std::string(unit) + ", expected " +
                std::string(bound) + std::to_string(expected)};
  }
};

class CommandReader {
 public:
  explicit CommandReader(ByteView bytes) : bytes_(bytes) {}

  /// Reads one command at the current offset. @return false when it does not fit; see failure().
  bool read(RtsCommand& into) {
    if (left() < layout::kTypeSize) {
      return truncated("CommandType", "MS-RPCH 2.2.3.5", layout::kTypeSize);
    }
    auto const type = take32();
    if (type >= layout::kCommandTypes) {
      offset_ -= layout::kTypeSize;
      return refuse({ErrorCode::bad_value, offset_, "CommandType", "MS-RPCH 2.2.3.5", type, "",
                     "at most ", layout::kCommandTypes - 1});
    }
    auto const& known = layout::kCommands[type];
    if (left() < known.content_size) {
      return truncated(known.field, known.section, known.content_size);
    }
    return content(static_cast<RtsCommandType>(type), into);
  }

  [[nodiscard]] std::size_t left() const { return bytes_.size() - offset_; }

  [[nodiscard]] std::size_t offset() const { return offset_; }

  /// Why read() answered false. Precondition: it did.
  [[nodiscard]] Failure const& failure() const { return *failure_; }

 private:
  bool content(RtsCommandType type, RtsCommand& into);
  bool padding(PaddingCommand& into);
  bool client_address(ClientAddressCommand& into);

  std::uint32_t take32() {
    auto const value = load32(bytes_.data() + offset_);
    offset_ += 4;
    return value;
  }

  void take(MutableByteView into) {
    std::memcpy(into.data(), bytes_.data() + offset_, into.size());
    offset_ += into.size();
  }

  bool truncated(std::string_view field, std::string_view section, std::uint64_t needed) {
    return refuse({ErrorCode::truncated, offset_, field, section, left(), " bytes", "", needed});
  }

  bool refuse(Failure const& failure) {
    failure_ = failure;
    return false;
  }

  ByteView bytes_;
  std::size_t offset_ = kRtsHeaderSize;
  std::optional<Failure> failure_;
};

bool CommandReader::padding(PaddingCommand& into) {
  auto const count = take32();
  if (count > layout::kMaxPadding || count > left()) {
    auto const available = std::min<std::uint64_t>(left(), layout::kMaxPadding);
    offset_ -= 4;
    return refuse({count > layout::kMaxPadding ? ErrorCode::too_large : ErrorCode::truncated,
                   offset_, "ConformanceCount", "MS-RPCH 2.2.3.5.9", count, " bytes", "at most ",
                   available});
  }
  into.conformance_count.reset();
  into.padding.resize(count);
  if (count != 0) {
    take(into.padding);
  }
  return true;
}

bool CommandReader::client_address(ClientAddressCommand& into) {
  auto const type = take32();
  if (type > 1) {
    offset_ -= 4;
    return refuse(
        {ErrorCode::bad_value, offset_, "AddressType", "MS-RPCH 2.2.3.2", type, "", "at most ", 1});
  }
  auto const size = layout::address_size(type);
  if (left() < size + layout::kClientAddressPadding) {
    return truncated("ClientAddress", type == 0 ? "MS-RPCH 2.2.3.2.1" : "MS-RPCH 2.2.3.2.2",
                     size + layout::kClientAddressPadding);
  }
  into.address_type = type;
  into.address.fill(0);
  take(MutableByteView(into.address).first(size));
  take(into.padding);
  return true;
}

bool CommandReader::content(RtsCommandType type, RtsCommand& into) {
  switch (type) {
    case RtsCommandType::ReceiveWindowSize:
      as<ReceiveWindowSizeCommand>(into).value = ReceiveWindowSize(take32());
      return true;
    case RtsCommandType::FlowControlAck: {
      auto& ack = as<FlowControlAckCommand>(into);
      ack.bytes_received = BytesReceived(take32());
      ack.available_window = AvailableWindow(take32());
      take(ack.channel_cookie.bytes);
      return true;
    }
    case RtsCommandType::ConnectionTimeout:
      as<ConnectionTimeoutCommand>(into).value = ConnectionTimeout(take32());
      return true;
    case RtsCommandType::Cookie:
      take(as<CookieCommand>(into).value.bytes);
      return true;
    case RtsCommandType::ChannelLifetime:
      as<ChannelLifetimeCommand>(into).value = ChannelLifetime(take32());
      return true;
    case RtsCommandType::ClientKeepalive:
      as<ClientKeepaliveCommand>(into).value = ClientKeepalive(take32());
      return true;
    case RtsCommandType::Version:
      as<VersionCommand>(into).value = take32();
      return true;
    case RtsCommandType::Empty:
      as<EmptyCommand>(into);
      return true;
    case RtsCommandType::Padding:
      return padding(as<PaddingCommand>(into));
    case RtsCommandType::NegativeAnce:
      as<NegativeAnceCommand>(into);
      return true;
    case RtsCommandType::Ance:
      as<AnceCommand>(into);
      return true;
    case RtsCommandType::ClientAddress:
      return client_address(as<ClientAddressCommand>(into));
    case RtsCommandType::AssociationGroupId:
      take(as<AssociationGroupIdCommand>(into).value.bytes);
      return true;
    case RtsCommandType::Destination:
      as<DestinationCommand>(into).value = static_cast<ForwardDestination>(take32());
      return true;
    case RtsCommandType::PingTrafficSentNotify:
      as<PingTrafficSentNotifyCommand>(into).ping_traffic_sent = take32();
      return true;
  }
  return refuse({ErrorCode::bad_value, offset_, "CommandType", "MS-RPCH 2.2.3.5",
                 static_cast<std::uint64_t>(type), "", "at most ", layout::kCommandTypes - 1});
}

/// Fills the header. A drep that claims big-endian integers is kept for `validate`; the stream was
/// then cut by a big-endian frag_length, so that one is believed here too.
bool read_header(ByteView bytes, RtsPdu& pdu) {
  auto& header = pdu.header;
  header.rpc_vers = bytes[0];
  header.rpc_vers_minor = bytes[1];
  header.ptype = bytes[2];
  header.pfc_flags = bytes[3];
  std::copy_n(bytes.begin() + 4, 4, header.packed_drep.begin());
  header.auth_length = load<std::uint16_t>(bytes, 10);
  header.call_id = load32(bytes.data() + 12);
  header.number_of_commands.reset();
  header.frag_length.reset();
  pdu.flags = load<std::uint16_t>(bytes, 16);
  auto const frag_length = load<std::uint16_t>(bytes, 8);
  if (frag_length == bytes.size()) {
    return true;
  }
  header.frag_length = frag_length;
  auto const claims_big = (header.packed_drep[0] & 0xF0) != 0x10;
  return claims_big && load<std::uint16_t>(bytes, 8, ByteOrder::big) == bytes.size();
}

tl::unexpected<Error> refuse(RtsPdu& pdu, Failure const& failure) {
  pdu.commands.clear();
  return fail(failure.error());
}

}  // namespace

Result<void> decode_rts_into(ByteView bytes, RtsPdu& pdu) {
  if (bytes.size() < kRtsHeaderSize) {
    return refuse(pdu, {ErrorCode::truncated, bytes.size(), "RTS Header", kHeaderSection,
                        bytes.size(), " bytes", "", kRtsHeaderSize});
  }
  if (!read_header(bytes, pdu)) {
    return refuse(pdu, {ErrorCode::bad_value, 8, "frag_length", kHeaderSection,
                        *pdu.header.frag_length, "", "", bytes.size()});
  }
  CommandReader reader(bytes);
  auto const count = load<std::uint16_t>(bytes, 18);
  if (count > reader.left() / layout::kTypeSize) {
    return refuse(pdu, {ErrorCode::truncated, 18, "NumberOfCommands", kHeaderSection, count, "",
                        "at most ", reader.left() / layout::kTypeSize});
  }
  pdu.commands.resize(count);
  for (auto& command : pdu.commands) {
    if (!reader.read(command)) {
      return refuse(pdu, reader.failure());
    }
  }
  if (reader.left() != 0) {
    return refuse(pdu, {ErrorCode::bad_value, reader.offset(), "Commands", kHeaderSection,
                        reader.left(), " bytes after the last command", "", 0});
  }
  return {};
}

Result<RtsPdu> decode_rts(ByteView bytes) {
  RtsPdu pdu;
  if (auto const read = decode_rts_into(bytes, pdu); !read) {
    return tl::unexpected<Error>(read.error());
  }
  return pdu;
}

std::string_view requirement_of(Error const& decoding_error) {
  auto const& field = decoding_error.field;
  if (field == "frag_length") {
    return "RPCH-2.2.3.6.1-05";
  }
  if (field == "NumberOfCommands" || field == "Commands") {
    return "RPCH-2.2.3.6.1-10";
  }
  if (field == "ConformanceCount") {
    return "RPCH-2.2.3.5.9-01";
  }
  if (field == "AddressType") {
    return "RPCH-2.2.3.5.12-01";
  }
  if (field == "CommandType" && decoding_error.code == ErrorCode::truncated) {
    return "RPCH-2.2.3.6.1-10";
  }
  return field == "RTS Header" || field == "CommandType" ? "RPCH-2.2.3.6-01" : "RPCH-2.2.3.6.1-05";
}

}  // namespace rpchspec::wire
