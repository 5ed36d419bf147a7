// The address book, as far as sessions go (MS-OXNSPI 3.1.4.1).

#include "mock_backend/interface_table.hpp"

namespace rpchspec::backend {

namespace {

constexpr std::uint32_t kOutOfResources = 0x8004010E;

CallOutcome bind(CallContext& context, wire::NspiBind::Request const& request) {
  wire::NspiBind::Response response;
  if (request.server_guid) {
    response.server_guid = context.environment.address_book_guid;
  }
  if (request.stat.code_page == wire::kCpWinUnicode) {
    response.return_value = wire::kInvalidCodepage;  // 3.1.4.1.1: not a code page for 8-bit strings
    return wire::encode_stub(response);
  }
  if (auto const handle = context.association.open(HandleKind::AddressBook)) {
    response.context = *handle;
  } else {
    response.return_value = kOutOfResources;
  }
  return wire::encode_stub(response);
}

CallOutcome unbind(CallContext& context, wire::NspiUnbind::Request const& request) {
  if (!context.association.close(HandleKind::AddressBook, request.context)) {
    return CallFault{wire::kNcaFaultContextMismatch};
  }
  return wire::encode_stub(wire::NspiUnbind::Response{});
}

constexpr Operation kOperations[] = {
    {wire::NspiBind::kOpnum, "NspiBind", decoded<wire::NspiBind, bind>},
    {wire::NspiUnbind::kOpnum, "NspiUnbind", decoded<wire::NspiUnbind, unbind>},
};

}  // namespace

Interface const& address_book_interface() {
  static constexpr Interface kInterface{wire::kAddressBookInterface, "NSPI", kOperations};
  return kInterface;
}

}  // namespace rpchspec::backend
