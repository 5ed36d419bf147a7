// The referral service (MS-OXABREF 3.1.4).

#include <algorithm>

#include "mock_backend/interface_table.hpp"

namespace rpchspec::backend {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_dn(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// A DN may go on to name a database of the server: "<server DN>/cn=Microsoft Private MDB".
bool names_server(std::string_view dn, std::string_view server_dn) {
  return same_dn(dn.substr(0, server_dn.size()), server_dn) &&
         (dn.size() == server_dn.size() || dn[server_dn.size()] == '/');
}

CallOutcome new_dsa(CallContext& context, wire::RfrGetNewDSA::Request const& request) {
  auto const& environment = context.environment;
  wire::RfrGetNewDSA::Response response;
  response.unused.present = request.unused.present;
  response.server.present = request.server.present;
  if (request.server.present) {
    // A client outside reaches only what the RPC proxy reaches: the Exchange server itself.
    response.server.text = environment.transport == RpcTransport::RpcOverHttp
                               ? environment.server_name
                               : environment.global_catalog_name;
  }
  return wire::encode_stub(response);
}

CallOutcome fqdn_from_dn(CallContext& context,
                         wire::RfrGetFQDNFromServerDN::Request const& request) {
  wire::RfrGetFQDNFromServerDN::Response response;
  if (names_server(request.mailbox_server_dn, context.environment.server_dn)) {
    response.server_fqdn = context.environment.server_name;
  } else {
    response.return_value = wire::kMapiNotFound;
  }
  return wire::encode_stub(response);
}

constexpr Operation kOperations[] = {
    {wire::RfrGetNewDSA::kOpnum, "RfrGetNewDSA", decoded<wire::RfrGetNewDSA, new_dsa>},
    {wire::RfrGetFQDNFromServerDN::kOpnum, "RfrGetFQDNFromServerDN",
     decoded<wire::RfrGetFQDNFromServerDN, fqdn_from_dn>},
};

}  // namespace

Interface const& referral_interface() {
  static constexpr Interface kInterface{wire::kReferralInterface, "RFR", kOperations};
  return kInterface;
}

}  // namespace rpchspec::backend
