#include "tests/mock_backend/rpc_runtime_support.hpp"

namespace rpchspec::backend {
namespace {

using testing::Client;
using testing::connect_as;

class Emsmdb : public ::testing::Test {
 protected:
  Emsmdb() { client.bind_to({wire::kStoreInterface}); }

  Client client;
};

TEST_F(Emsmdb, ConnectGivesASessionOfItsOwn) {
  auto const one = client.call<wire::EcDoConnectEx>(0, connect_as("/cn=jane"));
  auto const two = client.call<wire::EcDoConnectEx>(0, connect_as("/cn=jane"));
  EXPECT_EQ(one.return_value, 0u);
  EXPECT_FALSE(one.cxh.is_nil());
  EXPECT_NE(one.cxh, two.cxh);
  EXPECT_NE(one.icxr, two.icxr);
  EXPECT_EQ(one.polls_max_ms, 60000u);
  EXPECT_EQ(one.display_name, "Mailbox User");
  EXPECT_EQ(one.server_version[0], 0x0F00);
}

TEST_F(Emsmdb, DisconnectReturnsAZeroHandleAndEndsTheSession) {
  auto const session = client.call<wire::EcDoConnectEx>(0, connect_as("/cn=jane")).cxh;
  auto const end = client.call<wire::EcDoDisconnect>(0, {session});
  EXPECT_TRUE(end.cxh.is_nil());
  EXPECT_EQ(end.return_value, 0u);
  EXPECT_EQ(client.fault_of<wire::EcDoDisconnect>(0, {session}), 0x1C00001Au);
}

TEST_F(Emsmdb, AnUnknownHandleIsAContextMismatch) {
  wire::ContextHandle const unknown{0, wire::kNdr.uuid};
  EXPECT_EQ(client.fault_of<wire::EcDoDisconnect>(0, {unknown}), 0x1C00001Au);
  EXPECT_EQ(client.fault_of<wire::EcDoDisconnect>(0, {}), 0x1C00001Au);
  EXPECT_EQ(client.fault_of<wire::EcDoRpcExt2>(0, {unknown, 0, {}, 0, {}, 0}), 0x1C00001Au);
  EXPECT_EQ(client.fault_of<wire::EcDoAsyncConnectEx>(0, {unknown}), 0x1C00001Au);
}

TEST_F(Emsmdb, DummyReturnsSuccess) {
  EXPECT_EQ(client.call<wire::EcDummyRpc>(0, {}).return_value, 0u);
}

TEST_F(Emsmdb, AnEmptyUserIsDenied) {
  auto const response = client.call<wire::EcDoConnectEx>(0, connect_as(""));
  EXPECT_EQ(response.return_value, wire::kEcAccessDenied);
  EXPECT_TRUE(response.cxh.is_nil());
}

TEST_F(Emsmdb, AuxiliaryBuffersOutsideTheirSizesAreRefused) {
  auto request = connect_as("/cn=jane");
  request.aux_in = Bytes(7);
  EXPECT_EQ(client.call<wire::EcDoConnectEx>(0, request).return_value, wire::kEcRpcFailed);
  request.aux_in = Bytes(0x1008);
  EXPECT_EQ(client.call<wire::EcDoConnectEx>(0, request).return_value, 0u);
  request.aux_in = Bytes(0x1009);
  EXPECT_EQ(client.fault_of<wire::EcDoConnectEx>(0, request), 0x6F7u);
}

TEST_F(Emsmdb, SessionsAreBounded) {
  RuntimeEnvironment environment;
  environment.groups = std::make_shared<AssociationGroups>(0, 2);
  Client bounded(environment);
  bounded.bind_to({wire::kStoreInterface});
  EXPECT_EQ(bounded.call<wire::EcDoConnectEx>(0, connect_as("/cn=a")).return_value, 0u);
  EXPECT_EQ(bounded.call<wire::EcDoConnectEx>(0, connect_as("/cn=b")).return_value, 0u);
  EXPECT_NE(bounded.call<wire::EcDoConnectEx>(0, connect_as("/cn=c")).return_value, 0u);
}

TEST_F(Emsmdb, RopsAreAnsweredByTheEnvironmentWithinTheRoomGiven) {
  RuntimeEnvironment environment;
  environment.answer_rops = [](ByteView in, std::uint32_t room) {
    return Bytes(room, in.empty() ? 0 : in[0]);
  };
  Client other(environment);
  other.bind_to({wire::kStoreInterface});
  auto const session = other.call<wire::EcDoConnectEx>(0, connect_as("/cn=jane")).cxh;
  auto const response = other.call<wire::EcDoRpcExt2>(0, {session, 0, {9}, 70000, {}, 0});
  EXPECT_EQ(response.out, Bytes(70000, 9));
  EXPECT_EQ(response.cxh, session);
}

TEST_F(Emsmdb, RopsThatLackRoomAreTold) {
  auto const session = client.call<wire::EcDoConnectEx>(0, connect_as("/cn=jane")).cxh;
  auto const response = client.call<wire::EcDoRpcExt2>(0, {session, 0, Bytes(10), 9, {}, 0});
  EXPECT_EQ(response.return_value, 0x47Du);
  EXPECT_TRUE(response.out.empty());
}

}  // namespace
}  // namespace rpchspec::backend
