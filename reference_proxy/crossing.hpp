// What the defect rpc-crosses-over takes from one channel to the other.

#pragma once

#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::proxy {

/// The whole RPC PDUs at the front of `bytes`, one behind the other.
[[nodiscard]] inline Bytes rpc_pdus_of(ByteView bytes) {
  Bytes found;
  while (auto const pdu = wire::next_pdu(bytes)) {
    if (!*pdu) {
      break;
    }
    if (!(*pdu)->is_rts()) {
      append(found, (*pdu)->bytes);
    }
  }
  return found;
}

}  // namespace rpchspec::proxy
