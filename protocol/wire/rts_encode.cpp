// RTS PDUs to bytes (MS-RPCH 2.2.3.6). Total: every value has an encoding.

#include <algorithm>
#include <limits>

#include "protocol/wire/rts.hpp"
#include "protocol/wire/rts_layout.hpp"

namespace rpchspec::wire {
namespace {

using layout::kTypeSize;

std::size_t fixed_size(RtsCommandType type) {
  return kTypeSize + layout::kCommands[static_cast<std::size_t>(type)].content_size;
}

std::uint16_t saturated(std::size_t value) {
  return static_cast<std::uint16_t>(
      std::min<std::size_t>(value, std::numeric_limits<std::uint16_t>::max()));
}

/// Writes types and contents one after the other. The room is there: encode_to measured it.
class CommandWriter {
 public:
  CommandWriter(MutableByteView to, std::size_t offset) : to_(to), offset_(offset) {}

  void type(RtsCommandType type) { put(static_cast<std::uint32_t>(type)); }

  void operator()(ReceiveWindowSizeCommand const& c) { put(c.value.value); }

  void operator()(FlowControlAckCommand const& c) {
    put(c.bytes_received.value);
    put(c.available_window.value);
    put(ByteView(c.channel_cookie.bytes));
  }

  void operator()(ConnectionTimeoutCommand const& c) { put(c.value.value); }

  void operator()(CookieCommand const& c) { put(ByteView(c.value.bytes)); }

  void operator()(ChannelLifetimeCommand const& c) { put(c.value.value); }

  void operator()(ClientKeepaliveCommand const& c) { put(c.value.value); }

  void operator()(VersionCommand const& c) { put(c.value); }

  void operator()(EmptyCommand const&) {}

  void operator()(PaddingCommand const& c) {
    put(c.conformance_count.value_or(static_cast<std::uint32_t>(c.padding.size())));
    put(ByteView(c.padding));
  }

  void operator()(NegativeAnceCommand const&) {}

  void operator()(AnceCommand const&) {}

  void operator()(ClientAddressCommand const& c) {
    put(c.address_type);
    put(ByteView(c.address).first(layout::address_size(c.address_type)));
    put(ByteView(c.padding));
  }

  void operator()(AssociationGroupIdCommand const& c) { put(ByteView(c.value.bytes)); }

  void operator()(DestinationCommand const& c) { put(static_cast<std::uint32_t>(c.value)); }

  void operator()(PingTrafficSentNotifyCommand const& c) { put(c.ping_traffic_sent); }

  void operator()(UnknownCommand const& c) { put(ByteView(c.content)); }

 private:
  void put(std::uint32_t value) {
    store<std::uint32_t>(to_, offset_, value);
    offset_ += sizeof(value);
  }

  void put(ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), to_.begin() + static_cast<std::ptrdiff_t>(offset_));
    offset_ += bytes.size();
  }

  MutableByteView to_;
  std::size_t offset_;
};

void write_header(RtsPdu const& pdu, std::size_t size, MutableByteView to) {
  auto const& header = pdu.header;
  to[0] = header.rpc_vers;
  to[1] = header.rpc_vers_minor;
  to[2] = header.ptype;
  to[3] = header.pfc_flags;
  std::copy(header.packed_drep.begin(), header.packed_drep.end(), to.begin() + 4);
  store<std::uint16_t>(to, 8, header.frag_length.value_or(saturated(size)));
  store<std::uint16_t>(to, 10, header.auth_length);
  store<std::uint32_t>(to, 12, header.call_id);
  store<std::uint16_t>(to, 16, pdu.flags);
  store<std::uint16_t>(to, 18, header.number_of_commands.value_or(saturated(pdu.commands.size())));
}

}  // namespace

RtsCommandType type_of(RtsCommand const& command) {
  if (auto const* unknown = std::get_if<UnknownCommand>(&command)) {
    return static_cast<RtsCommandType>(unknown->type);
  }
  return static_cast<RtsCommandType>(command.index());
}

std::string_view name_of(RtsCommandType type) {
  auto const index = static_cast<std::size_t>(type);
  return index < layout::kCommandTypes ? layout::kCommands[index].name : "Unknown";
}

std::size_t encoded_size(RtsCommand const& command) {
  if (auto const* padding = std::get_if<PaddingCommand>(&command)) {
    return fixed_size(RtsCommandType::Padding) + padding->padding.size();
  }
  if (auto const* address = std::get_if<ClientAddressCommand>(&command)) {
    return fixed_size(RtsCommandType::ClientAddress) + layout::address_size(address->address_type) +
           layout::kClientAddressPadding;
  }
  if (auto const* unknown = std::get_if<UnknownCommand>(&command)) {
    return kTypeSize + unknown->content.size();
  }
  return fixed_size(static_cast<RtsCommandType>(command.index()));
}

std::size_t encoded_size(RtsPdu const& pdu) {
  std::size_t size = kRtsHeaderSize;
  for (auto const& command : pdu.commands) {
    size += encoded_size(command);
  }
  return size;
}

void encode_to(RtsPdu const& pdu, Bytes& out) {
  auto const start = out.size();
  auto const size = encoded_size(pdu);
  out.resize(start + size);
  auto const room = MutableByteView(out).subspan(start);
  write_header(pdu, size, room);
  CommandWriter writer(room, kRtsHeaderSize);
  for (auto const& command : pdu.commands) {
    writer.type(type_of(command));
    std::visit(writer, command);
  }
}

Bytes encode(RtsPdu const& pdu) {
  Bytes bytes;
  encode_to(pdu, bytes);
  return bytes;
}

}  // namespace rpchspec::wire
