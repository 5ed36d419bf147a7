#include "reports/pdu_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "protocol/wire/client_address.hpp"
#include "protocol/wire/dcerpc.hpp"
#include "reports/matching.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

enum Way : unsigned {
  kClientSends = 1,
  kClientReceives = 2,
  kServerSends = 4,
  kServerReceives = 8
};

struct Travel {
  std::string_view name;
  unsigned ways;
};

constexpr std::array<Travel, 50> kTravels{{
    {"CONN/A1", kClientSends},
    {"CONN/A2", kServerReceives},
    {"CONN/A3", kClientReceives},
    {"CONN/B1", kClientSends},
    {"CONN/B2", kServerReceives},
    {"CONN/B3", kServerSends},
    {"CONN/C1", kServerSends},
    {"CONN/C2", kClientReceives},
    {"IN_R1/A1", kClientSends},
    {"IN_R1/A2", kServerReceives},
    {"IN_R1/A3", kServerSends},
    {"IN_R1/A4", kClientReceives},
    {"IN_R1/A5", kClientSends},
    {"IN_R1/A6", kServerReceives},
    {"IN_R1/B1", kServerReceives},
    {"IN_R1/B2", kServerSends},
    {"IN_R2/A1", kClientSends},
    {"IN_R2/A2", kServerReceives},
    {"IN_R2/A3", kServerSends},
    {"IN_R2/A4", kClientReceives},
    {"IN_R2/A5", kClientSends},
    {"OUT_R1/A1", kServerSends},
    {"OUT_R1/A2", kClientReceives},
    {"OUT_R1/A3", kClientSends},
    {"OUT_R1/A4", kServerReceives},
    {"OUT_R1/A5", kServerSends},
    {"OUT_R1/A6", kClientReceives},
    {"OUT_R1/A7", kClientSends},
    {"OUT_R1/A8", kServerReceives},
    {"OUT_R1/A9", kServerSends},
    {"OUT_R1/A10", kClientReceives},
    {"OUT_R1/A11", kClientSends},
    {"OUT_R2/A1", kServerSends},
    {"OUT_R2/A2", kClientReceives},
    {"OUT_R2/A3", kClientSends},
    {"OUT_R2/A4", kServerReceives},
    {"OUT_R2/A5", kServerSends},
    {"OUT_R2/A6", kClientReceives},
    {"OUT_R2/A7", kClientSends},
    {"OUT_R2/A8", kServerReceives},
    {"OUT_R2/B1", kServerSends},
    {"OUT_R2/B2", kServerSends},
    {"OUT_R2/B3", kClientReceives},
    {"OUT_R2/C1", kClientSends},
    {"Keep-Alive", kClientSends},
    {"PingTrafficSentNotify", kServerReceives},
    {"Echo", kClientReceives},
    {"Ping", kClientSends | kClientReceives},
    {"FlowControlAck", kServerSends | kServerReceives},
    {"FlowControlAckWithDestination",
     kClientSends | kClientReceives | kServerSends | kServerReceives},
}};

unsigned way_of(v1::Event const& event) {
  bool const sent = event.direction() == v1::SENT;
  switch (event.source()) {
    case v1::CLIENT:
      return sent ? kClientSends : kClientReceives;
    case v1::SERVER:
      return sent ? kServerSends : kServerReceives;
    case v1::UPSTREAM:  // it stands where the proxy stands: what it receives, a client sent
      return sent ? kClientReceives : kClientSends;
    default:
      return 0;
  }
}

ByteView bytes_of(v1::Pdu const& pdu) {
  return as_bytes(pdu.prefix());
}

ByteOrder order_of(ByteView bytes) {
  return bytes.size() > 4 && (bytes[4] & 0xF0) == 0 ? ByteOrder::big : ByteOrder::little;
}

template <class Int>
std::optional<std::string> at(ByteView bytes, std::size_t offset, std::string_view format) {
  if (bytes.size() < offset + sizeof(Int)) {
    return std::nullopt;
  }
  return fmt::format(fmt::runtime(format),
                     static_cast<std::uint64_t>(load<Int>(bytes, offset, order_of(bytes))));
}

std::optional<std::string> header_field(ByteView bytes, std::string_view field) {
  if (field == "rpc_vers") {
    return at<std::uint8_t>(bytes, 0, "{}");
  }
  if (field == "rpc_vers_minor") {
    return at<std::uint8_t>(bytes, 1, "{}");
  }
  if (field == "ptype") {
    return at<std::uint8_t>(bytes, 2, "{}");
  }
  if (field == "pfc_flags") {
    return at<std::uint8_t>(bytes, 3, "0x{:02x}");
  }
  if (field == "packed_drep" && bytes.size() >= 8) {  // four bytes, no number: as they stand
    return fmt::format("0x{:08x}", load<std::uint32_t>(bytes, 4, ByteOrder::big));
  }
  if (field == "frag_length") {
    return at<std::uint16_t>(bytes, 8, "{}");
  }
  if (field == "auth_length") {
    return at<std::uint16_t>(bytes, 10, "{}");
  }
  if (field == "call_id") {
    return at<std::uint32_t>(bytes, 12, "{}");
  }
  if (field == "flags") {
    return at<std::uint16_t>(bytes, 16, "0x{:04x}");
  }
  return field == "number_of_commands" ? at<std::uint16_t>(bytes, 18, "{}") : std::nullopt;
}

std::string ack_fields(wire::RtsPdu const& pdu) {
  auto const* ack = wire::find<wire::FlowControlAckCommand>(pdu);
  return fmt::format("BytesReceived {}, AvailableWindow {}", ack->bytes_received.value,
                     ack->available_window.value);
}

}  // namespace

bool is_rpc(v1::Pdu const& pdu) {
  return pdu.ptype() != wire::kPtypeRts;
}

std::string pdu_name(v1::Event const& event) {
  auto const& pdu = event.pdu();
  if (is_rpc(pdu)) {
    auto const name = wire::name_of(static_cast<wire::Ptype>(pdu.ptype()));
    return name == "unknown" ? fmt::format("PDU of type {}", pdu.ptype()) : std::string(name);
  }
  if (pdu.kinds().empty()) {
    return "RTS of no known form";
  }
  auto const way = way_of(event);
  for (auto const& kind : pdu.kinds()) {
    auto const found = std::find_if(kTravels.begin(), kTravels.end(),
                                    [&](Travel const& travel) { return travel.name == kind; });
    if (found != kTravels.end() && (found->ways & way) != 0) {
      return kind;
    }
  }
  return pdu.kinds(0);
}

bool goes_by(v1::Pdu const& pdu, std::string_view name) {
  if (name == "any") {
    return true;
  }
  if (name == "rpc") {
    return is_rpc(pdu);
  }
  if (name == "rts") {
    return !is_rpc(pdu);
  }
  if (is_rpc(pdu)) {
    return wire::name_of(static_cast<wire::Ptype>(pdu.ptype())) == name;
  }
  return std::find(pdu.kinds().begin(), pdu.kinds().end(), name) != pdu.kinds().end();
}

std::optional<wire::RtsPdu> decoded(v1::Pdu const& pdu) {
  if (is_rpc(pdu)) {
    return std::nullopt;
  }
  auto result = wire::decode_rts(bytes_of(pdu));
  return result ? std::optional(std::move(*result)) : std::nullopt;
}

std::optional<std::string> field_of(v1::Pdu const& pdu,
                                    std::string_view name,
                                    std::string_view field) {
  auto const bytes = bytes_of(pdu);
  if (field.substr(0, 7) == "header.") {
    return header_field(bytes, field.substr(7));
  }
  if (field == "size") {
    return std::to_string(pdu.size());
  }
  if (field == "call_id") {
    return std::to_string(pdu.call_id());
  }
  if (field == "ptype") {
    return std::to_string(pdu.ptype());
  }
  if (field == "status" && pdu.ptype() == static_cast<std::uint8_t>(wire::Ptype::fault)) {
    return at<std::uint32_t>(bytes, 24, "0x{:08x}");
  }
  if (field == "reason" && pdu.ptype() == static_cast<std::uint8_t>(wire::Ptype::bind_nak)) {
    return at<std::uint16_t>(bytes, 16, "{}");
  }
  auto const* form = wire::find_form(name);
  auto const rts = decoded(pdu);
  if (form == nullptr || !rts) {
    return std::nullopt;
  }
  if (field == wire::kAddressPadding) {
    auto const* address = wire::find<wire::ClientAddressCommand>(*rts);
    return address == nullptr ? std::nullopt
                              : std::optional(hex(as_text(ByteView(address->padding))));
  }
  auto value = wire::get_by_meaning(*rts, form->kind, field);
  return value ? std::optional(std::move(*value)) : std::nullopt;
}

std::string key_fields(v1::Event const& event) {
  auto const& pdu = event.pdu();
  auto const rts = decoded(pdu);
  if (!rts) {
    return is_rpc(pdu) ? fmt::format("call {}, {} bytes", pdu.call_id(), pdu.size())
                       : fmt::format("{} bytes", pdu.size());
  }
  auto const name = pdu_name(event);
  auto const* form = wire::find_form(name);
  if (form == nullptr) {
    return fmt::format("{} bytes", pdu.size());
  }
  std::string text;
  for (auto const& slot : form->slots) {
    if (slot.type == wire::RtsCommandType::FlowControlAck) {
      text += (text.empty() ? "" : ", ") + ack_fields(*rts);
      continue;
    }
    auto const value = wire::get_by_meaning(*rts, form->kind, slot.meaning);
    if (!value || slot.type == wire::RtsCommandType::Cookie || value->empty()) {
      continue;
    }
    if (slot.type == wire::RtsCommandType::AssociationGroupId ||
        slot.type == wire::RtsCommandType::ClientAddress) {
      continue;
    }
    fmt::format_to(std::back_inserter(text), "{}{} {}", text.empty() ? "" : ", ", slot.meaning,
                   *value);
  }
  return text;
}

}  // namespace rpchspec::reports
