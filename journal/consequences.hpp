// What of an event is a cause, or what can only come of one. Private to the folder.

#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "journal/journal.pb.h"
#include "protocol/wire/rts.hpp"

namespace rpchspec::journal {

/// Why one event comes before another.
enum class Because : std::uint8_t {
  passes,   // a PDU arrives after it was sent
  begins,   // its virtual connection's cookie is known to nobody before the client sent it
  is_made,  // the proxy makes it of another PDU (CONN/A2 of CONN/A1)
  asks,     // servers are connected to when a client asked
  greets,   // a v1 session is answered when the server has sent its legacy response (3.1.2.5.1)
  counts,   // bytes are acknowledged when they were sent
  allows,   // the client gets no more than the server let the proxy know that it may have
  ends      // a virtual connection ends at one end when the other ended it
};

/// Whose order counts: the effect with number N comes after the first cause that has N or more.
struct Thread {
  Because because = Because::passes;
  bool to_client = false;
  std::uint32_t virtual_connection = 0;
  std::uint64_t of = 0;  // what tells it from others of the kind

  auto operator<=>(Thread const&) const = default;
};

/// One end of a thread.
struct Knot {
  Thread thread;
  bool is_effect = false;
  std::uint64_t number = 0;  // grows along a thread
  bool is_certain = false;   // also where a proxy breaks the protocol
};

/// Reads off events what they have to come after, or before. One for each of the two halves.
class Consequences {
 public:
  void of(v1::Event const& event, std::function<void(Knot const&)> const& each);

 private:
  struct Place {
    std::uint32_t virtual_connection = 0;
    v1::Leg leg = v1::LEG_UNKNOWN;
  };

  /// The client's end of one.
  struct OutChannel {
    std::uint64_t cookie = 0;
    std::uint64_t window = 0;
    std::uint64_t received = 0;  // bytes of RPC PDUs
  };

  struct Seen {
    v1::Event const& event;
    Place place;
    std::function<void(Knot const&)> const& each;

    [[nodiscard]] bool of_client() const { return event.source() == v1::CLIENT; }

    [[nodiscard]] bool sent() const { return event.direction() == v1::SENT; }
  };

  void pdu(Seen const& seen);
  void rpc(Seen const& seen);
  void rts(Seen const& seen);
  void announced(std::uint32_t connection);
  void acknowledged(Seen const& seen,
                    wire::FlowControlAckCommand const& ack,
                    wire::ForwardDestination to);
  void made(Seen const& seen);
  void head(Seen const& seen);
  void ended(Seen const& seen);
  void tie(Seen const& seen, Thread const& thread, bool is_effect, bool is_certain);
  void tie_each(Seen const& seen, Thread thread);

  std::map<std::uint32_t, Place> places_;  // of connections
  std::map<std::pair<Thread, bool>, std::uint64_t> numbers_;
  std::map<std::uint32_t, std::uint64_t> sent_;  // bytes of RPC PDUs on IN, by virtual connection
  std::map<std::uint32_t, OutChannel> outs_;     // by connection
  std::set<std::uint32_t> ended_;                // virtual connections of which something ended
  wire::RtsPdu rts_;
};

}  // namespace rpchspec::journal
