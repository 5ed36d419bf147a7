// What the tests of DCE/RPC, NDR and the RPC runtime share.

#pragma once

#include <cassert>
#include <string>
#include <string_view>

#include "protocol/wire/dcerpc.hpp"

namespace rpchspec::wire::support {

/// Bytes of "0500 0b03"; blanks are ignored.
inline Bytes from_hex(std::string_view text) {
  auto const digit = [](char c) {
    return static_cast<std::uint8_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  Bytes bytes;
  std::optional<std::uint8_t> high;
  for (char const c : text) {
    if (c == ' ') {
      continue;
    }
    if (!high) {
      high = digit(c);
    } else {
      bytes.push_back(static_cast<std::uint8_t>(*high << 4 | digit(c)));
      high.reset();
    }
  }
  assert(!high);
  return bytes;
}

inline std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

inline constexpr SyntaxId kEmsmdb = syntax_id("a4f1db00-ca47-1067-b31f-00dd010662da", 0, 81);

/// The bind of impacket 0.10.0 (rpcrt.MSRPCBind): EMSMDB offered with NDR and with NDR64.
inline constexpr std::string_view kImpacketBind =
    "05000b03100000007400000001000000d016d0160000000002000000"
    "0000010000dbf1a447ca6710b31f00dd010662da00005100045d888aeb1cc9119fe808002b10486002000000"
    "0100010000dbf1a447ca6710b31f00dd010662da0000510033057171babe37498319b5dbef9ccc3601000000";

/// The same with an NTLM verifier: RFR, call 7 (rpcrt.SEC_TRAILER).
inline constexpr std::string_view kImpacketBindNtlm =
    "05000b03100000005c000c0007000000b810b8100000000001000000"
    "00000100e0f544153c61d11193df00c04fd7bd0901000000045d888aeb1cc9119fe808002b10486002000000"
    "0a0200007f3501004e544c4d5353500001000000";

/// A request of impacket 0.10.0 (rpcrt.MSRPCRequestHeader): call 9, context 3, opnum 6, an object.
inline constexpr std::string_view kImpacketRequest =
    "050000831000000030000000090000000000000003000600785634123412cdabef000123456789ab"
    "6162636465666768";

}  // namespace rpchspec::wire::support
