// The first bytes say what to read, the rest is the stub: no order of reads leaves the bytes, and
// memory stays in proportion to them.

#include <cstdlib>

#include "protocol/wire/ndr.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  using namespace rpchspec;
  if (size < 17) {
    return 0;
  }
  ByteView const program(bytes + 1, 16);
  ByteView const stub(bytes + 17, size - 17);
  wire::NdrReader reader(stub, (bytes[0] & 1) != 0 ? ByteOrder::big : ByteOrder::little);
  for (auto const step : program) {
    std::size_t taken = 0;
    switch (step % 10) {
      case 0:
        reader.u8("u8");
        break;
      case 1:
        reader.u64("u64");
        break;
      case 2:
        taken = reader.string("string").size();
        break;
      case 3:
        taken = reader.wide_string("wide_string").size();
        break;
      case 4:
        taken = reader.conformant_array<std::uint32_t>("conformant").size();
        break;
      case 5:
        taken = reader.varying_array<std::uint16_t>("varying").size();
        break;
      case 6:
        taken = reader.conformant_varying_array<std::uint8_t>("both").size();
        break;
      case 7:
        reader.context_handle("handle");
        break;
      case 8:
        reader.full_pointer("full");
        break;
      default:
        reader.u16("u16");
        break;
    }
    if (taken > stub.size() || reader.offset() > stub.size()) {
      std::abort();
    }
  }
  (void)reader.finish();
  return 0;
}
