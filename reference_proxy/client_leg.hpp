// A client's HTTP connection that carries a channel.

#pragma once

#include <memory>
#include <optional>

#include "net/buffer.hpp"
#include "net/event.hpp"
#include "net/send_gate.hpp"
#include "net/stream.hpp"
#include "reference_proxy/leg_writer.hpp"

namespace rpchspec::proxy {

/// Kept by the connection's tasks and by the virtual channel that it is part of: either may need
/// its memory after the other is done with it. The stream is the connection's.
struct ClientLeg {
  ClientLeg(net::Stream& stream_, net::ReadBuffer in_, Framing framing)
      : stream(stream_),
        in(std::move(in_)),
        out(stream_, framing),
        closed(stream_.executor()),
        room(stream_.executor()) {}

  /// It is to be closed after what was written before. The first reason counts.
  void close(net::CloseHow how) {
    if (!closing) {
      closing = how;
    }
    closed.notify();
    room.notify();
  }

  net::Stream& stream;
  net::ReadBuffer in;
  LegWriter out;
  net::Event closed;  // closing was set
  net::Event room;    // the channel may take bytes that it left
  std::optional<net::CloseHow> closing;
  bool answered = false;                // the head of a response went out
  std::shared_ptr<net::SendGate> gate;  // null: nobody watches
};

}  // namespace rpchspec::proxy
