// RTS PDUs: the 20-byte header and its commands (MS-RPCH 2.2.3). Encode, decode, validate.
//
// Encoding is total: illegal values, wrong counts and lengths have an encoding too, because
// illegal traffic is ordinary for a conformance tester. Legality is `validate`'s subject.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::wire {

inline constexpr std::uint8_t kPtypeRts = 20;
inline constexpr std::size_t kRtsHeaderSize = 20;

/// Flags field of the RTS header (2.2.3.6.1). A PDU carries an exact combination.
enum RtsFlags : std::uint16_t {
  kRtsFlagNone = 0x0000,
  kRtsFlagPing = 0x0001,
  kRtsFlagOtherCmd = 0x0002,
  kRtsFlagRecycleChannel = 0x0004,
  kRtsFlagInChannel = 0x0008,
  kRtsFlagOutChannel = 0x0010,
  kRtsFlagEof = 0x0020,
  kRtsFlagEcho = 0x0040,
};

/// Command types (2.2.3.5).
enum class RtsCommandType : std::uint32_t {
  ReceiveWindowSize = 0,
  FlowControlAck = 1,
  ConnectionTimeout = 2,
  Cookie = 3,
  ChannelLifetime = 4,
  ClientKeepalive = 5,
  Version = 6,
  Empty = 7,
  Padding = 8,
  NegativeAnce = 9,
  Ance = 0xA,
  ClientAddress = 0xB,
  AssociationGroupId = 0xC,
  Destination = 0xD,
  PingTrafficSentNotify = 0xE,
};

/// Forwarding destinations (2.2.3.3).
enum class ForwardDestination : std::uint32_t {
  FDClient = 0,
  FDInProxy = 1,
  FDServer = 2,
  FDOutProxy = 3,
};

struct ReceiveWindowSizeCommand {
  ReceiveWindowSize value;
  friend bool operator==(ReceiveWindowSizeCommand const&,
                         ReceiveWindowSizeCommand const&) = default;
};

/// 2.2.3.5.2 and 2.2.3.4.
struct FlowControlAckCommand {
  BytesReceived bytes_received;
  AvailableWindow available_window;
  RtsCookie channel_cookie;
  friend bool operator==(FlowControlAckCommand const&, FlowControlAckCommand const&) = default;
};

struct ConnectionTimeoutCommand {
  ConnectionTimeout value;  // milliseconds
  friend bool operator==(ConnectionTimeoutCommand const&,
                         ConnectionTimeoutCommand const&) = default;
};

struct CookieCommand {
  RtsCookie value;
  friend bool operator==(CookieCommand const&, CookieCommand const&) = default;
};

struct ChannelLifetimeCommand {
  ChannelLifetime value;  // bytes
  friend bool operator==(ChannelLifetimeCommand const&, ChannelLifetimeCommand const&) = default;
};

struct ClientKeepaliveCommand {
  ClientKeepalive value;  // milliseconds; 0 stands for 300000
  friend bool operator==(ClientKeepaliveCommand const&, ClientKeepaliveCommand const&) = default;
};

struct VersionCommand {
  std::uint32_t value = 1;
  friend bool operator==(VersionCommand const&, VersionCommand const&) = default;
};

struct EmptyCommand {
  friend bool operator==(EmptyCommand const&, EmptyCommand const&) = default;
};

struct PaddingCommand {
  Bytes padding;                                     // content is ignored by receivers
  std::optional<std::uint32_t> conformance_count{};  // set to lie about the length when encoding
  friend bool operator==(PaddingCommand const&, PaddingCommand const&) = default;
};

struct NegativeAnceCommand {
  friend bool operator==(NegativeAnceCommand const&, NegativeAnceCommand const&) = default;
};

struct AnceCommand {
  friend bool operator==(AnceCommand const&, AnceCommand const&) = default;
};

/// 2.2.3.5.12. The address bytes are kept as they stand on the wire (AMB-01).
struct ClientAddressCommand {
  std::uint32_t address_type = 0;  // 0: IPv4, 4 bytes; 1: IPv6, 16 bytes
  std::array<std::uint8_t, 16> address{};
  std::array<std::uint8_t, 12> padding{};
  friend bool operator==(ClientAddressCommand const&, ClientAddressCommand const&) = default;
};

struct AssociationGroupIdCommand {
  AssociationGroupId value;
  friend bool operator==(AssociationGroupIdCommand const&,
                         AssociationGroupIdCommand const&) = default;
};

struct DestinationCommand {
  ForwardDestination value = ForwardDestination::FDClient;  // any 32-bit value is representable
  friend bool operator==(DestinationCommand const&, DestinationCommand const&) = default;
};

struct PingTrafficSentNotifyCommand {
  std::uint32_t ping_traffic_sent = 0;  // bytes
  friend bool operator==(PingTrafficSentNotifyCommand const&,
                         PingTrafficSentNotifyCommand const&) = default;
};

/// A command that no section defines: only a harness or a broken peer sends one. Decoding meets it
/// as an error; encoding writes type and content as they are.
struct UnknownCommand {
  std::uint32_t type = 0xF;
  Bytes content;
  friend bool operator==(UnknownCommand const&, UnknownCommand const&) = default;
};

using RtsCommand = std::variant<ReceiveWindowSizeCommand,
                                FlowControlAckCommand,
                                ConnectionTimeoutCommand,
                                CookieCommand,
                                ChannelLifetimeCommand,
                                ClientKeepaliveCommand,
                                VersionCommand,
                                EmptyCommand,
                                PaddingCommand,
                                NegativeAnceCommand,
                                AnceCommand,
                                ClientAddressCommand,
                                AssociationGroupIdCommand,
                                DestinationCommand,
                                PingTrafficSentNotifyCommand,
                                UnknownCommand>;

/// The fields of the 20-byte header, as far as an encoder may lie about them (2.2.3.6.1).
struct RtsHeader {
  std::uint8_t rpc_vers = 5;
  std::uint8_t rpc_vers_minor = 0;
  std::uint8_t ptype = kPtypeRts;
  std::uint8_t pfc_flags = 0x03;
  std::array<std::uint8_t, 4> packed_drep{0x10, 0, 0, 0};
  std::optional<std::uint16_t> frag_length{};  // empty: what the commands take
  std::uint16_t auth_length = 0;
  std::uint32_t call_id = 0;
  std::optional<std::uint16_t> number_of_commands{};  // empty: how many there are
  friend bool operator==(RtsHeader const&, RtsHeader const&) = default;
};

/// One RTS PDU.
struct RtsPdu {
  std::uint16_t flags = kRtsFlagNone;
  std::vector<RtsCommand> commands;
  RtsHeader header{};
  friend bool operator==(RtsPdu const&, RtsPdu const&) = default;
};

/// Bytes of a PDU; never fails. Lengths and counts that the header leaves empty are computed.
[[nodiscard]] Bytes encode(RtsPdu const& pdu);
void encode_to(RtsPdu const& pdu, Bytes& out);

/// Reads one whole RTS PDU: `bytes` is exactly frag_length long.
///
/// Bounds only: lengths, counts and command types must fit; header values are kept as found for
/// `validate`. In the result frag_length and number_of_commands are empty where they agree with
/// the content, so that decode(encode(p)) == p for every legal p.
/// @return truncated, too_large or bad_value, with the offset of the field.
[[nodiscard]] Result<RtsPdu> decode_rts(ByteView bytes);

/// The same, into a PDU that is used again and again: its memory is kept, so that decoding a stream
/// of RTS PDUs allocates nothing. On error the PDU holds no commands and an unspecified header.
[[nodiscard]] Result<void> decode_rts_into(ByteView bytes, RtsPdu& pdu);

/// The requirement that a decoding error breaks, by the error's field: "RPCH-2.2.3.6.1-10" for a
/// NumberOfCommands that does not fit.
[[nodiscard]] std::string_view requirement_of(Error const& decoding_error);

/// Bytes that a command, or the whole PDU, takes on the wire.
[[nodiscard]] std::size_t encoded_size(RtsCommand const& command);
[[nodiscard]] std::size_t encoded_size(RtsPdu const& pdu);

/// Something that a requirement forbids.
struct Violation {
  std::string_view requirement;  // "RPCH-2.2.3.6.1-02"
  std::uint64_t offset = 0;      // bytes from the start of the PDU
  std::string detail;            // expected and found
};

/// Header and command values against 2.2.3.5 and 2.2.3.6: everything that needs no knowledge of
/// which PDU it is. An empty vector means legal.
///
/// What a receiver must ignore (the Version's value, the content of padding) is no violation here:
/// see `sender_advice`. A ConnectionTimeout below 120000 is one, although a proxy configured to
/// 30 s lawfully sends it (AMB-08): whoever judges knows the configuration, this function does not.
[[nodiscard]] std::vector<Violation> validate(RtsPdu const& pdu);

/// What a sender SHOULD have done and a receiver ignores: Version 1, padding of zeros.
[[nodiscard]] std::vector<Violation> sender_advice(RtsPdu const& pdu);

/// One field of a dissected PDU.
struct DissectedField {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string name;          // "Commands[2].ReceiveWindowSize"
  std::string value;         // "65536"
  std::string_view section;  // "2.2.3.5.1"
};

/// Every field that can be read, also of a broken PDU: stops where the bytes end.
[[nodiscard]] std::vector<DissectedField> dissect_rts(ByteView bytes);

/// The first command of the given kind, or null.
template <class Command>
[[nodiscard]] Command const* find(RtsPdu const& pdu) {
  for (auto const& command : pdu.commands) {
    if (auto const* found = std::get_if<Command>(&command)) {
      return found;
    }
  }
  return nullptr;
}

[[nodiscard]] RtsCommandType type_of(RtsCommand const& command);
[[nodiscard]] std::string_view name_of(RtsCommandType type);

}  // namespace rpchspec::wire
