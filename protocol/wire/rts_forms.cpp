// The 50 forms of MS-RPCH 2.2.4 as a table, and what a PDU is by them.

#include <algorithm>
#include <array>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::wire {
namespace {

using Type = RtsCommandType;
using Kind = RtsPduKind;

constexpr RtsSlot kVersion{Type::Version, "Version"};
constexpr RtsSlot kVc{Type::Cookie, "VirtualConnectionCookie"};
constexpr RtsSlot kIn{Type::Cookie, "INChannelCookie"};
constexpr RtsSlot kOut{Type::Cookie, "OUTChannelCookie"};
constexpr RtsSlot kPredecessor{Type::Cookie, "PredecessorCookie"};
constexpr RtsSlot kSuccessor{Type::Cookie, "SuccessorCookie"};
constexpr RtsSlot kWindow{Type::ReceiveWindowSize, "ReceiveWindowSize"};
constexpr RtsSlot kTimeout{Type::ConnectionTimeout, "ConnectionTimeout"};
constexpr RtsSlot kLifetime{Type::ChannelLifetime, "ChannelLifetime"};
constexpr RtsSlot kKeepalive{Type::ClientKeepalive, "ClientKeepalive"};
constexpr RtsSlot kGroup{Type::AssociationGroupId, "AssociationGroupId"};
constexpr RtsSlot kAddress{Type::ClientAddress, "ClientAddress"};
constexpr RtsSlot kDestination{Type::Destination, "Destination"};
constexpr RtsSlot kEmpty{Type::Empty, "Empty"};
constexpr RtsSlot kAnce{Type::Ance, "ANCE"};
constexpr RtsSlot kNegativeAnce{Type::NegativeAnce, "NegativeANCE"};
constexpr RtsSlot kPingTraffic{Type::PingTrafficSentNotify, "PingTrafficSent"};
constexpr RtsSlot kAck{Type::FlowControlAck, "FlowControlAck"};

constexpr std::array kConnA1{kVersion, kVc, kOut, kWindow};
constexpr std::array kConnA2{kVersion, kVc, kOut, kLifetime, kWindow};
constexpr std::array kConnB1{kVersion, kVc, kIn, kLifetime, kKeepalive, kGroup};
constexpr std::array kConnB2{kVersion, kVc, kIn, kWindow, kTimeout, kGroup, kAddress};
constexpr std::array kConnB3{kWindow, kVersion};
constexpr std::array kConnC{kVersion, kWindow, kTimeout};
constexpr std::array kInA1{kVersion, kVc, kPredecessor, kSuccessor};
constexpr std::array kInR1A2{kVersion, kVc, kPredecessor, kSuccessor, kWindow, kTimeout};
constexpr std::array kInR1A3{kDestination, kVersion, kWindow, kTimeout};
constexpr std::array kOutA3{kVersion, kVc, kPredecessor, kSuccessor, kWindow};
constexpr std::array kOutR1A4{kVersion,  kVc,     kPredecessor, kSuccessor,
                              kLifetime, kWindow, kTimeout};
constexpr std::array kOutR1A5{kDestination, kVersion, kTimeout};
constexpr std::array kOutA7{kDestination, kSuccessor};
constexpr std::array kOutR2A5{kDestination, kAnce};
constexpr std::array kOutR2A7{kDestination, kSuccessor, kVersion};
constexpr std::array kRoutedAck{kDestination, kAck};
constexpr std::array kOnlyTimeout{kTimeout};
constexpr std::array kOnlySuccessor{kSuccessor};
constexpr std::array kOnlyEmpty{kEmpty};
constexpr std::array kOnlyWindow{kWindow};
constexpr std::array kOnlyDestination{kDestination};
constexpr std::array kOnlyAnce{kAnce};
constexpr std::array kOnlyNegativeAnce{kNegativeAnce};
constexpr std::array kOnlyKeepalive{kKeepalive};
constexpr std::array kOnlyPingTraffic{kPingTraffic};
constexpr std::array kOnlyAck{kAck};

// clang-format off
constexpr std::array<RtsForm, kRtsPduKinds> kForms{{
    {Kind::ConnA1,   "CONN/A1",    "2.2.4.2",  0x0000, kConnA1},
    {Kind::ConnA2,   "CONN/A2",    "2.2.4.3",  0x0010, kConnA2},
    {Kind::ConnA3,   "CONN/A3",    "2.2.4.4",  0x0000, kOnlyTimeout},
    {Kind::ConnB1,   "CONN/B1",    "2.2.4.5",  0x0000, kConnB1},
    {Kind::ConnB2,   "CONN/B2",    "2.2.4.6",  0x0008, kConnB2},
    {Kind::ConnB3,   "CONN/B3",    "2.2.4.7",  0x0000, kConnB3},
    {Kind::ConnC1,   "CONN/C1",    "2.2.4.8",  0x0000, kConnC},
    {Kind::ConnC2,   "CONN/C2",    "2.2.4.9",  0x0000, kConnC},
    {Kind::InR1A1,   "IN_R1/A1",   "2.2.4.10", 0x0004, kInA1},
    {Kind::InR1A2,   "IN_R1/A2",   "2.2.4.11", 0x000C, kInR1A2},
    {Kind::InR1A3,   "IN_R1/A3",   "2.2.4.12", 0x0000, kInR1A3},
    {Kind::InR1A4,   "IN_R1/A4",   "2.2.4.13", 0x0000, kInR1A3},
    {Kind::InR1A5,   "IN_R1/A5",   "2.2.4.14", 0x0000, kOnlySuccessor},
    {Kind::InR1A6,   "IN_R1/A6",   "2.2.4.15", 0x0000, kOnlySuccessor},
    {Kind::InR1B1,   "IN_R1/B1",   "2.2.4.16", 0x0000, kOnlyEmpty},
    {Kind::InR1B2,   "IN_R1/B2",   "2.2.4.17", 0x0000, kOnlyWindow},
    {Kind::InR2A1,   "IN_R2/A1",   "2.2.4.18", 0x0004, kInA1},
    {Kind::InR2A2,   "IN_R2/A2",   "2.2.4.19", 0x0000, kOnlySuccessor},
    {Kind::InR2A3,   "IN_R2/A3",   "2.2.4.20", 0x0000, kOnlyDestination},
    {Kind::InR2A4,   "IN_R2/A4",   "2.2.4.21", 0x0000, kOnlyDestination},
    {Kind::InR2A5,   "IN_R2/A5",   "2.2.4.22", 0x0000, kOnlySuccessor},
    {Kind::OutR1A1,  "OUT_R1/A1",  "2.2.4.23", 0x0004, kOnlyDestination},
    {Kind::OutR1A2,  "OUT_R1/A2",  "2.2.4.24", 0x0004, kOnlyDestination},
    {Kind::OutR1A3,  "OUT_R1/A3",  "2.2.4.25", 0x0004, kOutA3},
    {Kind::OutR1A4,  "OUT_R1/A4",  "2.2.4.26", 0x0014, kOutR1A4},
    {Kind::OutR1A5,  "OUT_R1/A5",  "2.2.4.27", 0x0010, kOutR1A5},
    {Kind::OutR1A6,  "OUT_R1/A6",  "2.2.4.28", 0x0010, kOutR1A5},
    {Kind::OutR1A7,  "OUT_R1/A7",  "2.2.4.29", 0x0010, kOutA7},
    {Kind::OutR1A8,  "OUT_R1/A8",  "2.2.4.30", 0x0010, kOutA7},
    {Kind::OutR1A9,  "OUT_R1/A9",  "2.2.4.31", 0x0000, kOnlyAnce},
    {Kind::OutR1A10, "OUT_R1/A10", "2.2.4.32", 0x0000, kOnlyAnce},
    {Kind::OutR1A11, "OUT_R1/A11", "2.2.4.33", 0x0000, kOnlyAnce},
    {Kind::OutR2A1,  "OUT_R2/A1",  "2.2.4.34", 0x0004, kOnlyDestination},
    {Kind::OutR2A2,  "OUT_R2/A2",  "2.2.4.35", 0x0004, kOnlyDestination},
    {Kind::OutR2A3,  "OUT_R2/A3",  "2.2.4.36", 0x0004, kOutA3},
    {Kind::OutR2A4,  "OUT_R2/A4",  "2.2.4.37", 0x0000, kOnlySuccessor},
    {Kind::OutR2A5,  "OUT_R2/A5",  "2.2.4.38", 0x0000, kOutR2A5},
    {Kind::OutR2A6,  "OUT_R2/A6",  "2.2.4.39", 0x0000, kOutR2A5},
    {Kind::OutR2A7,  "OUT_R2/A7",  "2.2.4.40", 0x0010, kOutR2A7},
    {Kind::OutR2A8,  "OUT_R2/A8",  "2.2.4.41", 0x0010, kOutA7},
    {Kind::OutR2B1,  "OUT_R2/B1",  "2.2.4.42", 0x0000, kOnlyAnce},
    {Kind::OutR2B2,  "OUT_R2/B2",  "2.2.4.43", 0x0000, kOnlyNegativeAnce},
    {Kind::OutR2B3,  "OUT_R2/B3",  "2.2.4.44", 0x0020, kOnlyAnce},
    {Kind::OutR2C1,  "OUT_R2/C1",  "2.2.4.45", 0x0001, kOnlyEmpty},
    {Kind::KeepAlive,             "Keep-Alive",            "2.2.4.46", 0x0002, kOnlyKeepalive},
    {Kind::PingTrafficSentNotify, "PingTrafficSentNotify", "2.2.4.47", 0x0002, kOnlyPingTraffic},
    {Kind::Echo,                  "Echo",                  "2.2.4.48", 0x0040, {}},
    {Kind::Ping,                  "Ping",                  "2.2.4.49", 0x0001, {}},
    {Kind::FlowControlAck,        "FlowControlAck",        "2.2.4.50", 0x0002, kOnlyAck},
    {Kind::FlowControlAckWithDestination, "FlowControlAckWithDestination", "2.2.4.51", 0x0002,
     kRoutedAck},
}};

// clang-format on

constexpr bool indexed_by_kind() {
  for (std::size_t i = 0; i < kForms.size(); ++i) {
    if (kForms[i].kind != static_cast<Kind>(i)) {
      return false;
    }
  }
  return true;
}

static_assert(indexed_by_kind());

bool has_types(RtsPdu const& pdu, std::span<RtsSlot const> slots) {
  return std::equal(
      slots.begin(), slots.end(), pdu.commands.begin(), pdu.commands.end(),
      [](RtsSlot const& slot, RtsCommand const& command) { return slot.type == type_of(command); });
}

}  // namespace

std::span<RtsForm const> rts_forms() {
  return kForms;
}

RtsForm const& form_of(RtsPduKind kind) {
  return kForms[static_cast<std::size_t>(kind)];
}

RtsForm const* find_form(std::string_view name) {
  auto const* const found = std::find_if(kForms.begin(), kForms.end(),
                                         [&](auto const& form) { return form.name == name; });
  return found == kForms.end() ? nullptr : &*found;
}

std::span<RtsSlot const> slots_of(RtsPdu const& pdu, RtsPduKind kind) {
  static constexpr std::array kOnlyPadding{RtsSlot{Type::Padding, "Padding"}};
  if (kind == Kind::OutR2C1 && has_types(pdu, kOnlyPadding)) {
    return kOnlyPadding;
  }
  if (kind == Kind::OutR2A8 && has_types(pdu, kOutR2A7)) {
    return kOutR2A7;
  }
  return form_of(kind).slots;
}

bool has_form(RtsPdu const& pdu, RtsPduKind kind) {
  return pdu.flags == form_of(kind).flags && has_types(pdu, slots_of(pdu, kind));
}

std::vector<RtsPduKind> identify(RtsPdu const& pdu) {
  std::vector<RtsPduKind> kinds;
  for (auto const& form : kForms) {
    if (has_form(pdu, form.kind)) {
      kinds.push_back(form.kind);
    }
  }
  return kinds;
}

}  // namespace rpchspec::wire
