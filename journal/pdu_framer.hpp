// Cuts one direction into PDUs, with a digest and a check of the payload of each, without keeping
// more than an RTS PDU or the first 40 bytes of any other.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "journal/digest.hpp"
#include "journal/payload.hpp"
#include "journal/redaction.hpp"

namespace rpchspec::journal {

inline constexpr std::size_t kPduPrefix = 40;   // bytes: a request's header and the payload's mark
inline constexpr std::size_t kRtsPrefix = 512;  // bytes

/// The first byte of payload that is wrong.
struct PayloadFault {
  PayloadPosition position;  // as the mark says
  std::size_t in_stub = 0;   // bytes
  std::size_t in_pdu = 0;    // bytes
};

class PduFramer {
 public:
  enum class Check { off, payload };
  enum class Status { more, whole, broken };

  PduFramer(std::uint64_t key, Check check)
      : key_(key), check_(check), running_(key), verifier_(key) {}

  /// Takes bytes off the front, to the end of one PDU at most.
  ///
  /// broken: rpc_vers is not 5, or frag_length below 16. What was taken of it is `taken()`, and has
  /// not passed the redactor yet.
  /// @param redactor  of the whole direction: frag_length may span a head that somebody sent.
  Status take(ByteView& bytes, Redactor& redactor);

  /// Forgets what is under way; the next byte is the first one of a PDU.
  void restart();

  // Of a PDU just taken whole, valid until the next call of take; the views look into its bytes.
  [[nodiscard]] ByteView front() const { return front_; }  // an RTS PDU: all; secrets blotted out

  [[nodiscard]] std::uint32_t size() const { return size_; }

  [[nodiscard]] std::uint64_t digest() const { return digest_; }

  [[nodiscard]] std::optional<PayloadFault> const& fault() const { return fault_; }

  [[nodiscard]] std::uint64_t under_way() const { return got_; }  // bytes of an unfinished PDU

  [[nodiscard]] ByteView taken() const { return kept_; }  // its first bytes

 private:
  Status cut(ByteView& bytes);
  void blot_front();
  [[nodiscard]] bool read_header(ByteView header);
  Status take_at_once(ByteView& bytes);
  Status take_piece(ByteView& bytes);
  void check_whole(ByteView pdu);
  void check_piece(ByteView piece);
  void finish(ByteView front);

  std::uint64_t key_;
  Check check_;
  RunningDigest running_;
  PayloadVerifier verifier_;
  Bytes kept_;
  std::uint64_t got_ = 0;
  ByteView front_{};
  Redactor at_start_;  // as it was before this PDU
  std::string shown_;  // the front, where something in it was blotted out
  std::uint32_t size_ = 0;
  std::size_t keep_ = 0;     // how much of this PDU
  std::size_t stub_at_ = 0;  // 0: this PDU's payload is not checked
  std::uint64_t digest_ = 0;
  std::optional<PayloadFault> fault_{};
};

}  // namespace rpchspec::journal
