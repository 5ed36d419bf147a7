#include "harness/agent/script_message.hpp"

#include <charconv>
#include <cstdlib>

#include "protocol/wire/dcerpc.hpp"

namespace rpchspec::agent {

namespace {

constexpr std::uint32_t kLargestOpnum = 65535;

std::optional<std::uint8_t> digit(char c) {
  return c >= '0' && c <= '9'   ? std::optional<std::uint8_t>(c - '0')
         : c >= 'a' && c <= 'f' ? std::optional<std::uint8_t>(c - 'a' + 10)
         : c >= 'A' && c <= 'F' ? std::optional<std::uint8_t>(c - 'A' + 10)
                                : std::nullopt;
}

std::optional<Bytes> from_hex(std::string const& text) {
  Bytes bytes;
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < text.size(); i += 2) {
    auto const high = digit(text[i]);
    auto const low = digit(text[i + 1]);
    if (!high || !low) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return bytes;
}

std::string hex_of(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::vector<std::uint32_t> known_faults() {
  return {wire::kNcaOpRngError,         wire::kNcaUnkIf,       wire::kNcaProtoError,
          wire::kNcaServerTooBusy,      wire::kNcaFaultCancel, wire::kNcaFaultContextMismatch,
          wire::kNcaFaultRemoteNoMemory};
}

Answer<std::uint32_t> fault_status(std::string const& text) {
  std::vector<std::string> allowed;
  for (auto const status : known_faults()) {
    allowed.emplace_back(wire::name_of_fault(status));
    if (allowed.back() == text) {
      return status;
    }
  }
  auto const is_hex = text.starts_with("0x");
  auto const digits = std::string_view(text).substr(is_hex ? 2 : 0);
  std::uint32_t status = 0;
  auto const [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), status, is_hex ? 16 : 10);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return refuse(400, "'fault': '" + text + "' is no status; a number, as in 0x1c010003, or",
                  allowed, text);
  }
  return status;
}

Answer<backend::ScriptedVersion> version_of(std::string const& text) {
  auto const dot = text.find('.');
  backend::ScriptedVersion version;
  auto const read = [](std::string_view part, std::uint16_t& to) {
    auto const [end, error] = std::from_chars(part.data(), part.data() + part.size(), to);
    return !part.empty() && error == std::errc() && end == part.data() + part.size();
  };
  if (dot == std::string::npos || !read(std::string_view(text).substr(0, dot), version.major) ||
      !read(std::string_view(text).substr(dot + 1), version.minor)) {
    return refuse(400, "'version': '" + text + "' is no version, as in 1.0");
  }
  return version;
}

Answer<backend::ScriptedInterface> to_interface(api::ScriptedInterface const& message) {
  backend::ScriptedInterface out;
  if (!message.uuid().empty()) {
    out.uuid = wire::parse_uuid(message.uuid());
    if (!out.uuid) {
      return refuse(400, "'uuid': '" + message.uuid() +
                             "' is no UUID, as in 12345678-1234-abcd-ef00-0123456789ab");
    }
  }
  if (!message.version().empty()) {
    auto const version = version_of(message.version());
    if (!version) {
      return tl::unexpected(version.error());
    }
    out.version = *version;
  }
  for (auto const& operation : message.operations()) {
    auto answer = to_answer(operation, {});
    if (!answer) {
      return tl::unexpected(answer.error());
    }
    auto const opnum = operation.opnum();
    if (opnum > kLargestOpnum) {
      return refuse(400, "'opnum': " + std::to_string(opnum) + "; allowed: 0 to 65535");
    }
    if (!out.operations.emplace(static_cast<std::uint16_t>(opnum), *std::move(answer)).second) {
      return refuse(400, "'operations': opnum " + std::to_string(opnum) + " is there twice");
    }
  }
  auto otherwise = to_answer(message.otherwise(), {});
  if (!otherwise) {
    return tl::unexpected(otherwise.error());
  }
  out.otherwise = *std::move(otherwise);
  return out;
}

std::string version_text(wire::SyntaxId const& syntax) {
  return std::to_string(syntax.major_version()) + "." + std::to_string(syntax.minor_version());
}

}  // namespace

Answer<backend::ScriptedAnswer> to_answer(api::ScriptedOperation const& operation,
                                          backend::ScriptedAnswer const& fallback) {
  using Kind = backend::ScriptedAnswer::Kind;
  auto answer = fallback;
  switch (operation.answer_case()) {
    case api::ScriptedOperation::kReply: {
      auto bytes = from_hex(operation.reply());
      if (!bytes) {
        return refuse(400, "'reply' wants hexadecimal digits, two a byte");
      }
      answer.kind = Kind::reply;
      answer.reply = *std::move(bytes);
      return answer;
    }
    case api::ScriptedOperation::kEcho:
      answer.kind = Kind::echo;
      return answer;
    case api::ScriptedOperation::kFault: {
      auto const status = fault_status(operation.fault());
      if (!status) {
        return tl::unexpected(status.error());
      }
      answer.kind = Kind::fault;
      answer.fault = *status;
      return answer;
    }
    case api::ScriptedOperation::kHold:
      answer.kind = Kind::hold;
      return answer;
    case api::ScriptedOperation::ANSWER_NOT_SET:
      break;
  }
  return answer;
}

Answer<std::vector<backend::ScriptedInterface>> to_interfaces(api::Script const& script) {
  std::vector<backend::ScriptedInterface> interfaces;
  for (auto const& message : script.interfaces()) {
    auto interface = to_interface(message);
    if (!interface) {
      return tl::unexpected(interface.error());
    }
    interfaces.push_back(*std::move(interface));
  }
  return interfaces;
}

api::ScriptedCalls calls_of(backend::Script const& script) {
  api::ScriptedCalls calls;
  for (auto const& each : script.calls()) {
    auto& call = *calls.add_calls();
    call.set_number(each.number);
    call.set_uuid(to_string(each.interface.uuid));
    call.set_version(version_text(each.interface));
    call.set_opnum(each.opnum);
    call.set_stub(hex_of(each.stub));
    call.set_size(static_cast<std::uint32_t>(each.size));
    call.set_held(each.held);
  }
  return calls;
}

}  // namespace rpchspec::agent
