// Reads the RTS PDUs that a role receives, and says which of them are protocol errors by syntax.

#pragma once

#include "protocol/wire/rts.hpp"

namespace rpchspec::session {

/// What becomes of values outside the ranges of 2.2.3.5: latitude.
enum class Ranges { enforced, ignored };

/// Decodes into one PDU that is used again and again.
class RtsReader {
 public:
  RtsReader() = default;

  explicit RtsReader(Ranges ranges) : ranges_(ranges) {}

  /// @param bytes  one whole RTS PDU.
  /// @return the PDU, until the next read; or why its syntax is invalid (3.2.3.5, 3.2.4.5): header
  ///         fields, count, lengths, and values outside 2.2.3.5. The Version's value and padding
  ///         are ignored as they must be, and a ConnectionTimeout below 120000 is let pass: a proxy
  ///         that is configured to 30 s lawfully announces it (AMB-08).
  [[nodiscard]] Result<wire::RtsPdu const*> read(ByteView bytes);

 private:
  [[nodiscard]] bool forgives(std::string_view requirement) const;

  wire::RtsPdu pdu_;
  Ranges ranges_ = Ranges::enforced;
};

}  // namespace rpchspec::session
