// Any bytes as extended error information: what decodes encodes to what decodes to the same.

#include <cstdlib>

#include "protocol/wire/ee_info.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  using namespace rpchspec;
  auto const decoded = wire::decode_ee_info({bytes, size});
  if (decoded) {
    auto const again = wire::decode_ee_info(wire::encode(*decoded));
    if (!again || *again != *decoded) {
      std::abort();
    }
    static_cast<void>(wire::to_string(*decoded));
  }
  return 0;
}
