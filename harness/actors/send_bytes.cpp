#include "harness/actors/send_bytes.hpp"

#include <array>
#include <charconv>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::actors {
namespace {

namespace scn = scenario::v1;

struct PtypeName {
  std::string_view name;
  std::uint8_t ptype;
};

constexpr std::array kPtypes = {
    PtypeName{"request", 0},        PtypeName{"response", 2},
    PtypeName{"fault", 3},          PtypeName{"bind", 11},
    PtypeName{"bind_ack", 12},      PtypeName{"bind_nak", 13},
    PtypeName{"alter_context", 14}, PtypeName{"alter_context_resp", 15},
    PtypeName{"auth3", 16},         PtypeName{"shutdown", 17},
    PtypeName{"co_cancel", 18},     PtypeName{"orphaned", 19},
};

Result<std::uint32_t> number(std::string_view text) {
  auto digits = text;
  auto base = 10;
  if (digits.starts_with("0x")) {
    digits.remove_prefix(2);
    base = 16;
  }
  std::uint32_t value = 0;
  auto const end = digits.data() + digits.size();
  auto const [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc{} || stop != end || digits.empty()) {
    return fail(
        {ErrorCode::bad_value, 0, "", "", "'" + std::string(text) + "' is no number of 32 bits"});
  }
  return value;
}

Result<void> set_header_field(wire::RtsPdu& pdu, std::string_view field, std::uint32_t value) {
  auto const byte = static_cast<std::uint8_t>(value);
  auto const half = static_cast<std::uint16_t>(value);
  if (field == "rpc_vers") {
    pdu.header.rpc_vers = byte;
  } else if (field == "rpc_vers_minor") {
    pdu.header.rpc_vers_minor = byte;
  } else if (field == "ptype") {
    pdu.header.ptype = byte;
  } else if (field == "pfc_flags") {
    pdu.header.pfc_flags = byte;
  } else if (field == "packed_drep") {
    store<std::uint32_t>(pdu.header.packed_drep, 0, value, ByteOrder::big);
  } else if (field == "frag_length") {
    pdu.header.frag_length = half;
  } else if (field == "auth_length") {
    pdu.header.auth_length = half;
  } else if (field == "call_id") {
    pdu.header.call_id = value;
  } else if (field == "number_of_commands") {
    pdu.header.number_of_commands = half;
  } else if (field == "flags") {
    pdu.flags = half;
  } else {
    return fail({ErrorCode::not_found, 0, "", "",
                 "no header field '" + std::string(field) +
                     "'; allowed: rpc_vers, rpc_vers_minor, ptype, pfc_flags, packed_drep, "
                     "frag_length, auth_length, call_id, number_of_commands, flags"});
  }
  return {};
}

Result<std::string> resolve(std::string const& value, MeaningValues const& values) {
  if (!value.starts_with('$')) {
    return value;
  }
  auto const at = values.find(std::string_view(value).substr(1));
  if (at == values.end()) {
    return fail({ErrorCode::not_found, 0, "", "", "nothing is known yet of " + value});
  }
  return at->second;
}

Result<void> override_value(wire::RtsPdu& pdu,
                            wire::RtsPduKind kind,
                            std::string const& name,
                            std::string const& value) {
  constexpr std::string_view kHeader = "header.";
  if (!name.starts_with(kHeader)) {
    return wire::set_by_meaning(pdu, kind, name, value);
  }
  auto const parsed = number(value);
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  return set_header_field(pdu, std::string_view(name).substr(kHeader.size()), *parsed);
}

Result<Bytes> rts_bytes(scn::Send const& step, MeaningValues const& values) {
  auto const* form = wire::find_form(step.pdu());
  if (form == nullptr) {
    return fail({ErrorCode::not_found, 0, "", "MS-RPCH 2.2.4",
                 "no RTS PDU is called '" + step.pdu() + "'"});
  }
  auto pdu = wire::make(form->kind);
  for (auto const& slot : form->slots) {
    if (auto const at = values.find(slot.meaning); at != values.end()) {
      (void)wire::set_by_meaning(pdu, form->kind, slot.meaning, at->second);
    }
  }
  if (auto const cookie = values.find("ChannelCookie"); cookie != values.end()) {
    (void)wire::set_by_meaning(pdu, form->kind, "ChannelCookie", cookie->second);
  }
  for (auto const& [name, value] : step.with()) {
    auto const resolved = resolve(value, values);
    if (!resolved) {
      return tl::unexpected(resolved.error());
    }
    if (auto const set = override_value(pdu, form->kind, name, *resolved); !set) {
      return tl::unexpected(set.error());
    }
  }
  auto bytes = wire::encode(pdu);
  if (!step.append_hex().empty()) {
    auto extra = from_hex(step.append_hex());
    if (!extra) {
      return extra;
    }
    append(bytes, *extra);
    if (!pdu.header.frag_length) {
      store<std::uint16_t>(bytes, 8, static_cast<std::uint16_t>(bytes.size()));
    }
  }
  return bytes;
}

}  // namespace

bool is_payload(scn::Send const& step) {
  return step.pdu().empty() && step.hex().empty();
}

Result<Bytes> from_hex(std::string_view text) {
  Bytes bytes;
  int high = -1;
  for (auto const c : text) {
    if (c == ' ' || c == '\n' || c == '\t') {
      continue;
    }
    auto const digit = c >= '0' && c <= '9'   ? c - '0'
                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
    if (digit < 0) {
      return fail({ErrorCode::bad_syntax, 0, "hex", "",
                   std::string("'") + c + "' is no hexadecimal digit"});
    }
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  if (high >= 0) {
    return fail({ErrorCode::bad_syntax, 0, "hex", "", "an odd number of hexadecimal digits"});
  }
  return bytes;
}

Result<std::uint8_t> ptype_of(std::string_view name) {
  std::string names;
  for (auto const& known : kPtypes) {
    if (known.name == name) {
      return known.ptype;
    }
    names += names.empty() ? "" : ", ";
    names += known.name;
  }
  return fail({ErrorCode::not_found, 0, "ptype", "C706 12.6.4.1",
               "'" + std::string(name) + "' is no RPC PDU; allowed: " + names});
}

Result<Bytes> bytes_of(scn::Send const& step, MeaningValues const& values) {
  auto bytes = step.pdu().empty() ? from_hex(step.hex()) : rts_bytes(step, values);
  if (!bytes) {
    return bytes;
  }
  for (auto const& next : step.then()) {
    auto more = bytes_of(next, values);
    if (!more) {
      return more;
    }
    append(*bytes, *more);
  }
  if (step.cut() != 0 && step.cut() < bytes->size()) {
    bytes->resize(step.cut());
  }
  return bytes;
}

}  // namespace rpchspec::actors
