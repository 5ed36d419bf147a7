#include "protocol/session/rts_reader.hpp"

namespace rpchspec::session {

Result<wire::RtsPdu const*> RtsReader::read(ByteView bytes) {
  if (auto decoded = wire::decode_rts_into(bytes, pdu_); !decoded) {
    return tl::unexpected(decoded.error());
  }
  for (auto const& violation : wire::validate(pdu_)) {
    if (!violation.requirement.starts_with("RPCH-2.2.3.5.3-")) {
      return fail({ErrorCode::bad_value, violation.offset, "RTS", "MS-RPCH 3.2.3.5",
                   std::string(violation.requirement) + ": " + violation.detail});
    }
  }
  return &pdu_;
}

}  // namespace rpchspec::session
