// Cutting a call's stub into request or response PDUs, and joining them (C706 12.6.3.1, 12.6.4).

#pragma once

#include <map>
#include <optional>
#include <vector>

#include "protocol/wire/dcerpc.hpp"

namespace rpchspec::wire {

/// Cuts a request or response into PDUs of `max_frag` bytes or less.
///
/// The stub of every fragment but the last is a multiple of 8 bytes, so that NDR's alignment holds
/// in each. alloc_hint is what is left of the stub. Flags other than first and last are kept.
/// @param whole a request or response without verifier; its stub may have any size.
/// @return not_supported for other PDUs and for one with a verifier; bad_value when max_frag has no
///         room for 8 bytes of stub.
[[nodiscard]] Result<std::vector<Bytes>> fragment(RpcPdu const& whole, std::uint16_t max_frag);

/// A whole request or response, joined from its fragments.
struct AssembledCall {
  std::uint32_t call_id = 0;
  ByteOrder byte_order = ByteOrder::little;
  Ptype ptype = Ptype::request;
  std::uint16_t p_cont_id = 0;
  std::uint16_t opnum = 0;  // of a request
  std::optional<Uuid> object{};
  Bytes stub;
};

/// Bounds of what a peer can make a Reassembler hold.
struct ReassemblyLimits {
  std::size_t max_stub = 1 << 22;  // bytes, each call
  std::size_t max_calls = 16;      // begun and not ended
};

/// Joins the fragments of concurrent calls, told apart by call_id.
class Reassembler {
 public:
  explicit Reassembler(ReassemblyLimits limits = {}) : limits_(limits) {}

  /// Takes one request or response.
  /// @return the call when this was its last fragment, else an empty optional; unexpected for a
  ///         fragment out of place, bad_value for one that contradicts the first, too_large beyond
  ///         a limit, not_supported for other PDUs. After an error the call is forgotten.
  [[nodiscard]] Result<std::optional<AssembledCall>> add(RpcPdu const& pdu);

  /// Forgets a call (orphaned). @return whether it was there.
  bool abandon(std::uint32_t call_id) { return calls_.erase(call_id) != 0; }

  [[nodiscard]] std::size_t calls_begun() const { return calls_.size(); }

 private:
  Result<void> join(AssembledCall& call, AssembledCall const& fragment, ByteView stub) const;

  ReassemblyLimits limits_;
  std::map<std::uint32_t, AssembledCall> calls_;
};

}  // namespace rpchspec::wire
