// A stream cut into PDUs at once and byte by byte gives the same PDUs and the same end.

#include <cstdlib>
#include <vector>

#include "protocol/wire/pdu_stream.hpp"

namespace {

using namespace rpchspec;

struct Cut {
  std::vector<std::size_t> sizes;
  bool broken = false;
  friend bool operator==(Cut const&, Cut const&) = default;
};

/// Takes PDUs while there are any; answers how many bytes they took.
std::size_t drain(ByteView buffered, Cut& cut) {
  auto left = buffered;
  while (true) {
    auto const next = wire::next_pdu(left);
    if (!next || !*next) {
      cut.broken = !next;
      return buffered.size() - left.size();
    }
    cut.sizes.push_back((*next)->bytes.size());
    (void)(*next)->call_id();
  }
}

Cut byte_by_byte(ByteView bytes) {
  Cut cut;
  std::size_t start = 0;
  for (std::size_t end = 1; end <= bytes.size() && !cut.broken; ++end) {
    start += drain(bytes.subspan(start, end - start), cut);
  }
  return cut;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  ByteView bytes(data, size);
  (void)wire::take_legacy_response(bytes);
  Cut at_once;
  drain(bytes, at_once);
  if (at_once != byte_by_byte(bytes)) {
    std::abort();
  }
  return 0;
}
