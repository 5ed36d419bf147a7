#include "tests/mock_backend/rpc_runtime_support.hpp"

namespace rpchspec::backend {
namespace {

using testing::Client;
using testing::serving;

TEST(Rfr, RefersRpcOverHttpToTheExchangeServerItself) {
  Client client(serving(Service::Referral));
  client.bind_to({wire::kReferralInterface});
  auto const response = client.call<wire::RfrGetNewDSA>(0, {0, "/cn=jane", {}, {true, ""}});
  EXPECT_EQ(response.return_value, 0u);
  EXPECT_EQ(response.server.text, "exchange.example.com");
  EXPECT_FALSE(response.unused.present);
}

TEST(Rfr, RefersTcpToAGlobalCatalog) {
  auto environment = serving(Service::Referral);
  environment.transport = RpcTransport::Tcp;
  Client client(environment);
  client.bind_to({wire::kReferralInterface});
  auto const response = client.call<wire::RfrGetNewDSA>(0, {0, "/cn=jane"});
  EXPECT_EQ(response.server.text, "gc.example.com");
}

TEST(Rfr, LeavesANullOuterPointerNull) {
  Client client(serving(Service::Referral));
  client.bind_to({wire::kReferralInterface});
  auto const response = client.call<wire::RfrGetNewDSA>(0, {0, "/cn=jane", {}, {}});
  EXPECT_FALSE(response.server.present);
  EXPECT_EQ(response.return_value, 0u);
}

TEST(Rfr, NamesTheServerOfADnAndOfItsDatabases) {
  auto const environment = serving(Service::Referral);
  Client client(environment);
  client.bind_to({wire::kReferralInterface});
  auto upper = environment.server_dn;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  for (auto const& dn :
       {environment.server_dn, upper, environment.server_dn + "/cn=Microsoft Private MDB"}) {
    auto const response = client.call<wire::RfrGetFQDNFromServerDN>(0, {0, dn});
    EXPECT_EQ(response.server_fqdn, "exchange.example.com") << dn;
    EXPECT_EQ(response.return_value, 0u);
  }
}

TEST(Rfr, DoesNotKnowOtherServers) {
  auto const environment = serving(Service::Referral);
  Client client(environment);
  client.bind_to({wire::kReferralInterface});
  for (auto const& dn : {std::string("/o=other/cn=EX"), environment.server_dn + "2"}) {
    auto const response = client.call<wire::RfrGetFQDNFromServerDN>(0, {0, dn});
    EXPECT_FALSE(response.server_fqdn.has_value()) << dn;
    EXPECT_EQ(response.return_value, wire::kMapiNotFound);
  }
}

TEST(Rfr, AShortDnIsBadStubData) {
  Client client(serving(Service::Referral));
  client.bind_to({wire::kReferralInterface});
  EXPECT_EQ(client.fault_of<wire::RfrGetFQDNFromServerDN>(0, {0, "/cn=a"}), 0x6F7u);
}

}  // namespace
}  // namespace rpchspec::backend
