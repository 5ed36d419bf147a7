#include "protocol/session/rts_reader.hpp"

namespace rpchspec::session {

bool RtsReader::forgives(std::string_view requirement) const {
  auto const is_range = requirement.starts_with("RPCH-2.2.3.5.1-") ||
                        requirement.starts_with("RPCH-2.2.3.5.5-") ||
                        requirement.starts_with("RPCH-2.2.3.5.6-");
  return requirement.starts_with("RPCH-2.2.3.5.3-") || (is_range && ranges_ == Ranges::ignored);
}

Result<wire::RtsPdu const*> RtsReader::read(ByteView bytes) {
  if (auto decoded = wire::decode_rts_into(bytes, pdu_); !decoded) {
    return tl::unexpected(decoded.error());
  }
  for (auto const& violation : wire::validate(pdu_)) {
    if (!forgives(violation.requirement)) {
      return fail({ErrorCode::bad_value, violation.offset, "RTS", "MS-RPCH 3.2.3.5",
                   std::string(violation.requirement) + ": " + violation.detail});
    }
  }
  return &pdu_;
}

}  // namespace rpchspec::session
