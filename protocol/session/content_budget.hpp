// Bytes that a channel may still carry: its Content-Length, used up by PDUs of either kind.

#pragma once

#include <cstddef>
#include <cstdint>

namespace rpchspec::session {

/// MS-RPCH 2.1.2.1.7-8: a PDU that does not fit whole must not be sent; the channel has expired.
class ContentBudget {
 public:
  explicit ContentBudget(std::uint64_t content_length) : left_(content_length) {}

  /// Takes the bytes of one PDU. False: it doesn't fit, and nothing fits from now on.
  [[nodiscard]] bool take(std::size_t pdu) {
    if (spent_ || pdu > left_) {
      spent_ = true;
      return false;
    }
    left_ -= pdu;
    return true;
  }

  [[nodiscard]] std::uint64_t left() const { return left_; }

  /// A PDU did not fit.
  [[nodiscard]] bool spent() const { return spent_; }

 private:
  std::uint64_t left_;
  bool spent_ = false;
};

}  // namespace rpchspec::session
