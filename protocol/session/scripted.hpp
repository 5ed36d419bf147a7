// What a script wrote past a role's machine.

#pragma once

#include "protocol/base/strong.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::session {

/// Counts the RPC PDUs among bytes of a script, as far as these can be framed: the peer will
/// acknowledge them. `machine` is a Client or a Server.
template <class Machine>
void note_scripted(Machine& machine, ByteView bytes) {
  auto left = bytes;
  for (auto pdu = wire::next_pdu(left); pdu && *pdu; pdu = wire::next_pdu(left)) {
    if (!(*pdu)->is_rts()) {
      machine.note_sent_regardless(RpcPduSize(static_cast<std::uint32_t>((*pdu)->bytes.size())));
    }
  }
}

}  // namespace rpchspec::session
