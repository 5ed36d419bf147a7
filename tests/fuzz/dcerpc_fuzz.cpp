// Any bytes: decoding, dissecting and joining never read outside, and a decoded PDU encodes to one
// that decodes to the same bytes.

#include <cstdlib>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/dcerpc_fragments.hpp"
#include "protocol/wire/pdu_stream.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  using namespace rpchspec;
  (void)wire::dissect_dcerpc({bytes, size});
  (void)wire::decode_dcerpc({bytes, size});
  wire::Reassembler reassembler({4096, 4});
  ByteView buffered{bytes, size};
  while (true) {
    auto const next = wire::next_pdu(buffered);
    if (!next || !*next) {
      return 0;
    }
    auto const pdu = wire::decode_dcerpc((*next)->bytes);
    if (!pdu) {
      continue;
    }
    (void)wire::validate(*pdu);
    auto const first = wire::encode(*pdu);
    auto const again = wire::decode_dcerpc(first);
    if (!again || wire::encode(*again) != first) {
      std::abort();
    }
    (void)reassembler.add(*pdu);
  }
}
