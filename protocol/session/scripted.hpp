// What a script wrote past a role's machine.

#pragma once

#include "protocol/base/strong.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::session {

/// Counts bytes of a script against the channel's lifetime, and the RPC PDUs among them, as far as
/// these can be framed: the peer will acknowledge them. `machine` is a Client or a Server.
template <class Machine>
void note_scripted(Machine& machine, ByteView bytes) {
  auto others = bytes.size();
  auto left = bytes;
  for (auto pdu = wire::next_pdu(left); pdu && *pdu; pdu = wire::next_pdu(left)) {
    if (!(*pdu)->is_rts()) {
      auto const size = (*pdu)->bytes.size();
      machine.note_sent_regardless(RpcPduSize(static_cast<std::uint32_t>(size)));
      others -= size;
    }
  }
  machine.note_carried(others);
}

}  // namespace rpchspec::session
