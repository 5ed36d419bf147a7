// Any bytes as a protocol tower: what decodes encodes to the same bytes, and what it says of an
// interface makes a tower that says the same.

#include <algorithm>
#include <cstdlib>

#include "protocol/wire/tower.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  using namespace rpchspec;
  auto const tower = wire::decode_tower({bytes, size});
  if (!tower) {
    return 0;
  }
  auto const again = wire::encode(*tower);
  if (!std::equal(again.begin(), again.end(), bytes, bytes + size)) {
    std::abort();
  }
  auto const binding = wire::binding_of(*tower);
  if (binding && wire::binding_of(wire::make_tower(*binding)) != *binding) {
    std::abort();
  }
  return 0;
}
