#include "tests/mock_backend/rpc_runtime_support.hpp"

namespace rpchspec::backend {
namespace {

using testing::Client;
using testing::serving;

class Nspi : public ::testing::Test {
 protected:
  Nspi() { client.bind_to({wire::kAddressBookInterface}); }

  Client client{serving(Service::AddressBook)};
};

TEST_F(Nspi, BindGivesAHandleAndTheServersGuid) {
  auto const response = client.call<wire::NspiBind>(0, {});
  EXPECT_EQ(response.return_value, 0u);
  EXPECT_FALSE(response.context.is_nil());
  EXPECT_EQ(response.server_guid, RuntimeEnvironment{}.address_book_guid);
}

TEST_F(Nspi, BindDoesNotGiveAGuidThatNobodyAsksFor) {
  wire::NspiBind::Request request;
  request.server_guid.reset();
  EXPECT_FALSE(client.call<wire::NspiBind>(0, request).server_guid.has_value());
}

TEST_F(Nspi, BindRefusesUnicodeAsACodePage) {
  wire::NspiBind::Request request;
  request.stat.code_page = wire::kCpWinUnicode;
  auto const response = client.call<wire::NspiBind>(0, request);
  EXPECT_EQ(response.return_value, wire::kInvalidCodepage);
  EXPECT_TRUE(response.context.is_nil());
}

TEST_F(Nspi, UnbindReturnsOneAndAZeroHandle) {
  auto const handle = client.call<wire::NspiBind>(0, {}).context;
  auto const response = client.call<wire::NspiUnbind>(0, {handle, 0});
  EXPECT_EQ(response.return_value, 1u);
  EXPECT_TRUE(response.context.is_nil());
  EXPECT_EQ(client.fault_of<wire::NspiUnbind>(0, {handle, 0}), wire::kNcaFaultContextMismatch);
}

TEST(NspiHandles, AreNotSessionsOfTheStore) {
  RuntimeEnvironment environment = serving(Service::Store);
  environment.groups = std::make_shared<AssociationGroups>();
  Client store(environment);
  auto const group = store.bind_to({wire::kStoreInterface}).assoc_group_id;
  environment.service = Service::AddressBook;
  Client book(environment);
  book.bind_to({wire::kAddressBookInterface}, group);
  auto const handle = book.call<wire::NspiBind>(0, {}).context;
  EXPECT_EQ(store.fault_of<wire::EcDoDisconnect>(0, {handle}), wire::kNcaFaultContextMismatch);
}

}  // namespace
}  // namespace rpchspec::backend
