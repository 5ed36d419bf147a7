// Any bytes as any call's stub: what decodes encodes to a stub that decodes to the same.

#include <cstdlib>

#include "protocol/wire/rpc_calls.hpp"

namespace {

using namespace rpchspec;

template <class Parameters>
void check(ByteView stub, ByteOrder order) {
  auto const decoded = wire::decode_stub<Parameters>(stub, order);
  if (!decoded) {
    return;
  }
  auto const bytes = wire::encode_stub(*decoded, order);
  auto const again = wire::decode_stub<Parameters>(bytes, order);
  // A server DN that was cut at a NUL inside may fall below the IDL's range when written again.
  if (again && wire::encode_stub(*again, order) != bytes) {
    std::abort();
  }
}

template <class... Calls>
void check_all(std::uint8_t which, ByteView stub, ByteOrder order) {
  std::uint8_t index = 0;
  ((which / 2 % sizeof...(Calls) == index++ ? (check<typename Calls::Request>(stub, order),
                                               check<typename Calls::Response>(stub, order))
                                            : void()),
   ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  if (size > 0) {
    check_all<wire::EcDoConnectEx, wire::EcDoDisconnect, wire::EcDoRpcExt2,
              wire::EcDoAsyncConnectEx, wire::EcDoAsyncWaitEx, wire::RfrGetNewDSA,
              wire::RfrGetFQDNFromServerDN, wire::NspiBind, wire::NspiUnbind, wire::MgmtInqIfIds,
              wire::MgmtInqStats, wire::MgmtIsServerListening, wire::MgmtInqPrincName,
              wire::EptLookup, wire::EptMap, wire::EptLookupHandleFree>(
        bytes[0], {bytes + 1, size - 1}, (bytes[0] & 1) != 0 ? ByteOrder::big : ByteOrder::little);
  }
  return 0;
}
