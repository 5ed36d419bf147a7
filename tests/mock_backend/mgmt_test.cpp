#include "tests/mock_backend/rpc_runtime_support.hpp"

namespace rpchspec::backend {
namespace {

using testing::Client;
using testing::serving;

TEST(Mgmt, NamesTheInterfacesOfThePort) {
  Client store(serving(Service::Store));
  store.bind_to({wire::kMgmtInterface});
  auto const at_store = store.call<wire::MgmtInqIfIds>(0, {});
  EXPECT_EQ(at_store.status, 0u);
  ASSERT_TRUE(at_store.if_ids.has_value());
  EXPECT_EQ(*at_store.if_ids, (std::vector{wire::kStoreInterface, wire::kAsyncStoreInterface}));

  Client book(serving(Service::AddressBook));
  book.bind_to({wire::kMgmtInterface});
  EXPECT_EQ(*book.call<wire::MgmtInqIfIds>(0, {}).if_ids, std::vector{wire::kAddressBookInterface});
}

TEST(Mgmt, IsListeningAndDoesNotStop) {
  Client client;
  client.bind_to({wire::kMgmtInterface});
  auto const listening = client.call<wire::MgmtIsServerListening>(0, {});
  EXPECT_EQ(listening.status, 0u);
  EXPECT_EQ(listening.listening, 1u);
  EXPECT_EQ(client.call<wire::MgmtStopServerListening>(0, {}).status, 5u);
}

TEST(Mgmt, CountsCallsAndPdus) {
  Client client;
  client.bind_to({wire::kMgmtInterface});
  (void)client.call<wire::MgmtIsServerListening>(0, {});
  auto const all = client.call<wire::MgmtInqStats>(0, {4});
  EXPECT_EQ(all.statistics, (std::vector<std::uint32_t>{2, 1, 3, 2}));
  EXPECT_EQ(client.call<wire::MgmtInqStats>(0, {2}).statistics.size(), 2u);
  EXPECT_EQ(client.call<wire::MgmtInqStats>(0, {0xFFFFFFFF}).statistics.size(), 4u);
}

TEST(Mgmt, HasNoPrincipalName) {
  Client client;
  client.bind_to({wire::kMgmtInterface});
  auto const answer = client.call<wire::MgmtInqPrincName>(0, {10, 64});
  EXPECT_EQ(answer.princ_name, "");
  EXPECT_EQ(answer.princ_name_size, 64u);
  EXPECT_EQ(answer.status, 1747u);
  EXPECT_EQ(client.fault_of<wire::MgmtInqPrincName>(0, {10, 0}), 0x6F7u);
}

}  // namespace
}  // namespace rpchspec::backend
