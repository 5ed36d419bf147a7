// Any bytes: decoding, dissecting and validating never read outside, dissection has no gaps, and
// what decodes encodes back to the very same bytes.

#include <cstdlib>
#include <string>

#include "protocol/wire/rts_catalogue.hpp"

namespace {

using namespace rpchspec;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check_dissection(ByteView bytes) {
  std::uint64_t next = 0;
  for (auto const& field : wire::dissect_rts(bytes)) {
    require(field.offset == next);
    next += field.size;
  }
  require(next == bytes.size());
}

void check_meanings(wire::RtsPdu const& pdu) {
  for (auto const kind : wire::identify(pdu)) {
    (void)wire::validate(pdu, kind);
    for (auto const& slot : wire::slots_of(pdu, kind)) {
      auto const text = wire::get_by_meaning(pdu, kind, slot.meaning);
      if (!text || text->empty()) {
        continue;
      }
      auto copy = pdu;
      require(wire::set_by_meaning(copy, kind, slot.meaning, *text).has_value());
      // A ClientAddress loses its padding on the way through text.
      require(slot.type == wire::RtsCommandType::ClientAddress || copy == pdu);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  ByteView const bytes(data, size);
  check_dissection(bytes);
  static wire::RtsPdu reused;
  auto const pdu = wire::decode_rts(bytes);
  auto const again = wire::decode_rts_into(bytes, reused);
  require(pdu.has_value() == again.has_value());
  if (!pdu) {
    require(!wire::requirement_of(pdu.error()).empty());
    require(pdu.error() == again.error());
    require(pdu.error().offset <= size);
    return 0;
  }
  require(*pdu == reused);
  auto const encoded = wire::encode(*pdu);
  require(encoded == Bytes(bytes.begin(), bytes.end()));
  require(wire::encoded_size(*pdu) == size);
  (void)wire::validate(*pdu);
  (void)wire::sender_advice(*pdu);
  check_meanings(*pdu);
  return 0;
}
