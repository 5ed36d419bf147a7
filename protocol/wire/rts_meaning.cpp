// Values of an RTS PDU by what they mean at their position, as text.

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "protocol/wire/client_address.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::string_view kSection = "MS-RPCH 2.2.4";

constexpr std::array<std::string_view, 3> kAckParts{"BytesReceived", "AvailableWindow",
                                                    "ChannelCookie"};

constexpr std::array<std::string_view, 4> kDestinations{"FDClient", "FDInProxy", "FDServer",
                                                        "FDOutProxy"};

/// Other names of the same field that the standard, or the golden vectors, use.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAliases{{
    {"PredecessorChannelCookie", "PredecessorCookie"},
    {"PredecessorINChannelCookie", "PredecessorCookie"},
    {"SuccessorChannelCookie", "SuccessorCookie"},
    {"SuccessorINChannelCookie", "SuccessorCookie"},
    {"SuccessorOUTChannelCookie", "SuccessorCookie"},
    {"PingTrafficSentNotify", "PingTrafficSent"},
}};

std::string_view canonical(std::string_view meaning) {
  auto const* const found = std::find_if(kAliases.begin(), kAliases.end(),
                                         [&](auto const& alias) { return alias.first == meaning; });
  return found == kAliases.end() ? meaning : found->second;
}

bool is_ack_part(std::string_view meaning) {
  return std::find(kAckParts.begin(), kAckParts.end(), meaning) != kAckParts.end();
}

std::string allowed(std::span<RtsSlot const> slots) {
  std::string text;
  auto const add = [&](std::string_view name) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  };
  for (auto const& slot : slots) {
    if (slot.type == RtsCommandType::FlowControlAck) {
      std::for_each(kAckParts.begin(), kAckParts.end(), add);
    } else {
      add(slot.meaning);
    }
  }
  return text.empty() ? "nothing: it has no commands" : text;
}

/// The command that stands for a meaning, or why there is none.
template <class Pdu>
auto locate(Pdu& pdu, RtsPduKind kind, std::string_view meaning)
    -> Result<decltype(pdu.commands.data())> {
  auto const slots = slots_of(pdu, kind);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    auto const part = slots[i].type == RtsCommandType::FlowControlAck && is_ack_part(meaning);
    if (slots[i].meaning != meaning && !part) {
      continue;
    }
    if (i >= pdu.commands.size() || type_of(pdu.commands[i]) != slots[i].type) {
      break;
    }
    return &pdu.commands[i];
  }
  return fail(
      {ErrorCode::not_found, 0, "meaning", kSection,
       std::string(meaning) + "; " + std::string(form_of(kind).name) + " has " + allowed(slots)});
}

Error bad(std::string_view meaning, std::string_view value, std::string_view expected) {
  return {ErrorCode::bad_value, 0, "value", kSection,
          std::string(meaning) + ": found \"" + std::string(value) + "\", expected " +
              std::string(expected)};
}

std::optional<std::uint32_t> number(std::string_view text) {
  auto const hex = text.starts_with("0x") || text.starts_with("0X");
  auto const digits = hex ? text.substr(2) : text;
  std::uint32_t value = 0;
  auto const* const end = digits.data() + digits.size();
  auto const [stop, error] = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

std::optional<std::array<std::uint8_t, 16>> cookie(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  if (text.size() != 2 * bytes.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto const* const from = text.data() + 2 * i;
    auto const [stop, error] = std::from_chars(from, from + 2, bytes[i], 16);
    if (error != std::errc() || stop != from + 2) {
      return std::nullopt;
    }
  }
  return bytes;
}

/// Writes a text into the command that `meaning` names.
class Setter {
 public:
  Setter(std::string_view meaning, std::string_view text) : meaning_(meaning), text_(text) {}

  Result<void> operator()(ReceiveWindowSizeCommand& c) { return set(c.value.value); }

  Result<void> operator()(FlowControlAckCommand& c) {
    if (meaning_ == kAckParts[0]) {
      return set(c.bytes_received.value);
    }
    if (meaning_ == kAckParts[1]) {
      return set(c.available_window.value);
    }
    if (meaning_ == kAckParts[2]) {
      return set(c.channel_cookie.bytes);
    }
    return fail(bad(meaning_, text_, "one of BytesReceived, AvailableWindow, ChannelCookie"));
  }

  Result<void> operator()(ConnectionTimeoutCommand& c) { return set(c.value.value); }

  Result<void> operator()(CookieCommand& c) { return set(c.value.bytes); }

  Result<void> operator()(ChannelLifetimeCommand& c) { return set(c.value.value); }

  Result<void> operator()(ClientKeepaliveCommand& c) { return set(c.value.value); }

  Result<void> operator()(VersionCommand& c) { return set(c.value); }

  Result<void> operator()(EmptyCommand&) { return no_value(); }

  Result<void> operator()(PaddingCommand&) { return no_value(); }

  Result<void> operator()(NegativeAnceCommand&) { return no_value(); }

  Result<void> operator()(AnceCommand&) { return no_value(); }

  Result<void> operator()(ClientAddressCommand& c) {
    auto address = client_address(text_);
    if (!address) {
      return fail(bad(meaning_, text_, "an IPv4 or IPv6 address"));
    }
    c = *address;
    return {};
  }

  Result<void> operator()(AssociationGroupIdCommand& c) { return set(c.value.bytes); }

  Result<void> operator()(DestinationCommand& c) {
    auto const* const named = std::find(kDestinations.begin(), kDestinations.end(), text_);
    if (named != kDestinations.end()) {
      c.value = static_cast<ForwardDestination>(named - kDestinations.begin());
      return {};
    }
    auto const value = number(text_);
    if (!value) {
      return fail(bad(meaning_, text_, "FDClient, FDInProxy, FDServer, FDOutProxy or a number"));
    }
    c.value = static_cast<ForwardDestination>(*value);
    return {};
  }

  Result<void> operator()(PingTrafficSentNotifyCommand& c) { return set(c.ping_traffic_sent); }

  Result<void> operator()(UnknownCommand&) { return no_value(); }

 private:
  Result<void> set(std::uint32_t& field) {
    auto const value = number(text_);
    if (!value) {
      return fail(bad(meaning_, text_, "a decimal or 0x number below 4294967296"));
    }
    field = *value;
    return {};
  }

  Result<void> set(std::array<std::uint8_t, 16>& field) {
    auto const value = cookie(text_);
    if (!value) {
      return fail(bad(meaning_, text_, "32 hexadecimal digits"));
    }
    field = *value;
    return {};
  }

  Result<void> no_value() { return fail(bad(meaning_, text_, "nothing: it carries no value")); }

  std::string_view meaning_;
  std::string_view text_;
};

/// The value of a command as the text that Setter takes.
class Getter {
 public:
  explicit Getter(std::string_view meaning) : meaning_(meaning) {}

  template <class Command>
  std::string operator()(Command const& c) {
    if constexpr (requires { c.value.bytes; }) {
      return to_hex(c.value);
    } else if constexpr (requires { c.value.value; }) {
      return std::to_string(c.value.value);
    } else {
      return {};
    }
  }

  std::string operator()(FlowControlAckCommand const& c) {
    if (meaning_ == kAckParts[2]) {
      return to_hex(c.channel_cookie);
    }
    return std::to_string(meaning_ == kAckParts[0] ? c.bytes_received.value
                                                   : c.available_window.value);
  }

  std::string operator()(VersionCommand const& c) { return std::to_string(c.value); }

  std::string operator()(ClientAddressCommand const& c) { return to_string(c); }

  std::string operator()(DestinationCommand const& c) {
    auto const index = static_cast<std::uint32_t>(c.value);
    return index < kDestinations.size() ? std::string(kDestinations[index]) : std::to_string(index);
  }

  std::string operator()(PingTrafficSentNotifyCommand const& c) {
    return std::to_string(c.ping_traffic_sent);
  }

 private:
  std::string_view meaning_;
};

}  // namespace

Result<void> set_by_meaning(RtsPdu& pdu,
                            RtsPduKind kind,
                            std::string_view meaning,
                            std::string_view value) {
  auto const name = canonical(meaning);
  auto const command = locate(pdu, kind, name);
  if (!command) {
    return fail(command.error());
  }
  return std::visit(Setter(name, value), **command);
}

Result<std::string> get_by_meaning(RtsPdu const& pdu, RtsPduKind kind, std::string_view meaning) {
  auto const name = canonical(meaning);
  auto const command = locate(pdu, kind, name);
  if (!command) {
    return fail(command.error());
  }
  if (std::holds_alternative<FlowControlAckCommand>(**command) && !is_ack_part(name)) {
    return fail({ErrorCode::not_found, 0, "meaning", kSection,
                 "FlowControlAck has three values: " + allowed(slots_of(pdu, kind))});
  }
  return std::visit(Getter(name), **command);
}

}  // namespace rpchspec::wire
