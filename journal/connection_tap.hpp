// Records one TCP connection: its heads, PDUs, stray bytes and end, seen from one of its ends.
//
// Frames the bytes on its own, apart from the roles' code, and keeps no payload: a PDU costs a
// running digest and a short prefix, whatever its size.
//
// `Raw.is` is one of: "legacy-response" (one record, 14 bytes), "body" (of an echo request, an
// error page), "chunked" (a whole chunked body, with its framing), "garbage" (no head where one was
// due, or no PDU: rpc_vers is not 5, or frag_length below 16; what follows cannot be framed). Stray
// bytes make one record a call; after 64 of them, one for each 64 KiB. PDUs beyond the
// Content-Length are recorded as PDUs: their offset tells. `Mismatch.offset` is that in the keyed
// stream; it follows the record of its PDU.

#pragma once

#include <functional>
#include <memory>

#include "journal/recorder.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::journal {

/// What the bytes of a direction are.
enum class Stream {
  http_then_pdus,  // heads, then bodies of PDUs by Content-Length (IN and OUT channels, echo)
  pdus,            // PDUs from the first byte, after an optional legacy server response
};

struct TapOptions {
  v1::Source source = v1::CLIENT;
  v1::Leg leg = v1::LEG_UNKNOWN;
  std::uint32_t virtual_connection = 0;
  Stream stream = Stream::pdus;

  /// Of connections that were accepted for servers (leg still unknown): the scenario's number of
  /// the virtual connection with this cookie, 0 where there is none. The tap then learns leg and
  /// number from the first PDU, so that the very record of that PDU carries them. Of an upstream
  /// behind a front the number is learnt alone.
  std::function<std::uint32_t(VirtualConnectionCookie const&)> number_of = {};
};

/// One per connection. Cheap to copy nowhere: held by the stream that owns the socket.
class ConnectionTap {
 public:
  /// @param recorder  outlives the tap.
  ConnectionTap(Recorder& recorder, TapOptions const& options);
  ~ConnectionTap();
  ConnectionTap(ConnectionTap&&) noexcept;
  ConnectionTap& operator=(ConnectionTap&&) noexcept;

  [[nodiscard]] std::uint32_t connection() const;
  [[nodiscard]] Recorder& recorder() const;

  /// The server learns leg and virtual connection from the first PDU; later events carry them.
  void identify(v1::Leg leg,
                std::uint32_t virtual_connection,
                std::string virtual_connection_cookie,
                TimePoint now);

  void opened(v1::Opened opened, TimePoint now);
  void tls(v1::Tls tls, TimePoint now);

  /// Bytes that were written to, or read from, the connection, above TLS. Any segmentation.
  void sent(ByteView bytes, TimePoint now);
  void received(ByteView bytes, TimePoint now);

  /// The end of one direction (RECEIVED: the peer's; SENT: ours) or, NO_DIRECTION, of both.
  /// A PDU that was under way is recorded in `Ended.cut_pdu` with the bytes it had got.
  void ended(v1::Direction direction, v1::Ending ending, std::string detail, TimePoint now);

  /// A leg of a log-on goes out next, which is no request of the scenario: its head, and the head
  /// that answers it with 401 or with success, are marked (Head.log_on).
  void log_on_leg();

  void fault(std::string name, std::string detail, TimePoint now);
  void timer(std::string name, bool fired, std::uint64_t after_ms, TimePoint now);
  void note(std::string text, TimePoint now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rpchspec::journal
