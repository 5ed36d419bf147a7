#include "tests/mock_backend/rpc_runtime_support.hpp"

namespace rpchspec::backend {
namespace {

using testing::Client;
using testing::serving;
using wire::ContextResult;
using wire::ProviderReason;
using wire::RejectReason;

std::pair<int, int> outcome(wire::PresentationResult const& result) {
  return {result.result, result.reason};
}

std::pair<int, int> rejected(ProviderReason reason) {
  return {static_cast<int>(ContextResult::provider_rejection), static_cast<int>(reason)};
}

int reject_reason(wire::RpcPdu const& pdu) {
  EXPECT_EQ(pdu.ptype(), wire::Ptype::bind_nak);
  auto const* nak = std::get_if<wire::BindNakBody>(&pdu.body);
  EXPECT_TRUE(nak != nullptr && nak->versions && !nak->versions->empty());
  return nak == nullptr ? -1 : nak->provider_reject_reason;
}

wire::BindBody bind_to_store() {
  wire::BindBody body;
  body.contexts = {{0, wire::kStoreInterface, {wire::kNdr}}};
  return body;
}

TEST(RpcBind, EachContextHasItsOwnResult) {
  Client client;
  wire::BindBody body;
  body.contexts = {{0, wire::kStoreInterface, {wire::kNdr}},
                   {1, wire::kStoreInterface, {wire::kNdr64}},
                   {2, wire::kReferralInterface, {wire::kNdr}},
                   {3, wire::kStoreInterface, {wire::bind_time_features(3)}},
                   {4, wire::kMgmtInterface, {wire::kNdr64, wire::kNdr}}};
  auto const pdu = client.bind(body);
  ASSERT_EQ(pdu.ptype(), wire::Ptype::bind_ack);
  auto const& ack = std::get<wire::BindAckBody>(pdu.body);
  ASSERT_EQ(ack.results.size(), 5u);
  EXPECT_EQ(outcome(ack.results[0]), std::pair(0, 0));
  EXPECT_EQ(ack.results[0].transfer_syntax, wire::kNdr);
  EXPECT_EQ(outcome(ack.results[1]),
            rejected(ProviderReason::proposed_transfer_syntaxes_not_supported));
  EXPECT_EQ(outcome(ack.results[2]), rejected(ProviderReason::abstract_syntax_not_supported));
  EXPECT_EQ(outcome(ack.results[3]), std::pair(3, 2)) << "keeps connections on orphaned calls";
  EXPECT_EQ(outcome(ack.results[4]), std::pair(0, 0));
  EXPECT_EQ(ack.sec_addr, std::string("6001\0", 5));
  EXPECT_TRUE(wire::validate(pdu).empty());
}

TEST(RpcBind, EachPortHasItsInterfacesAndManagement) {
  struct {
    Service service;
    Placement placement;
    std::vector<wire::SyntaxId> accepted;
  } const cases[] = {
      {Service::Store, Placement::Separate, {wire::kStoreInterface, wire::kAsyncStoreInterface}},
      {Service::Referral, Placement::Separate, {wire::kReferralInterface}},
      {Service::AddressBook, Placement::Separate, {wire::kAddressBookInterface}},
      {Service::Store, Placement::CoLocated, {wire::kStoreInterface, wire::kAsyncStoreInterface}},
      {Service::Referral, Placement::CoLocated, {}},
      {Service::AddressBook, Placement::CoLocated, {wire::kAddressBookInterface}},
  };

  std::vector<wire::SyntaxId> const all{wire::kStoreInterface, wire::kAsyncStoreInterface,
                                        wire::kReferralInterface, wire::kAddressBookInterface};
  for (auto const& port : cases) {
    auto environment = serving(port.service);
    environment.placement = port.placement;
    Client client(environment);
    auto asked = all;
    asked.push_back(wire::kMgmtInterface);
    auto const ack = client.bind_to(asked);
    ASSERT_EQ(ack.results.size(), 5u);
    for (std::size_t i = 0; i < all.size(); ++i) {
      bool const expected =
          std::find(port.accepted.begin(), port.accepted.end(), all[i]) != port.accepted.end();
      EXPECT_EQ(ack.results[i].result == 0, expected) << to_string(all[i].uuid);
    }
    EXPECT_EQ(ack.results[4].result, 0) << "management is on each port";
  }
}

TEST(RpcBind, AnInterfacesVersionMustFit) {
  Client client(serving(Service::Store));
  auto older = wire::kStoreInterface;
  older.version = 80 << 16;
  auto newer = wire::kStoreInterface;
  newer.version = 82 << 16;
  auto other = wire::kStoreInterface;
  other.version = 1;
  auto const ack = client.bind_to({older, newer, other});
  EXPECT_EQ(ack.results[0].result, 0);
  EXPECT_NE(ack.results[1].result, 0);
  EXPECT_NE(ack.results[2].result, 0);
}

TEST(RpcBind, FragmentSizesAreTheSmallerOfBoth) {
  Client client;
  auto body = bind_to_store();
  body.max_xmit_frag = 4280;
  body.max_recv_frag = 65535;
  auto const pdu = client.bind(body);
  auto const& ack = std::get<wire::BindAckBody>(pdu.body);
  EXPECT_EQ(ack.max_recv_frag, 4280) << "what the client sends";
  EXPECT_EQ(ack.max_xmit_frag, 5840) << "what we send";
  EXPECT_EQ(client.runtime.max_xmit_frag(), 5840);
  EXPECT_EQ(client.runtime.max_recv_frag(), 4280);
}

TEST(RpcBind, FragmentSizesAreNeverBelowWhatEveryPeerMustTake) {
  Client client;
  auto body = bind_to_store();
  body.max_recv_frag = 0;
  client.bind(body);
  EXPECT_EQ(client.runtime.max_xmit_frag(), 1432);
}

TEST(RpcBind, AVerifierIsAnsweredWithAuthenticationTypeNotRecognized) {
  Client client;
  Bytes const token(12, 'N');
  auto pdu = wire::make_pdu(wire::Ptype::bind, 1, bind_to_store());
  pdu.auth = wire::AuthVerifier{{}, 10, 2, {}, 0, 1, token};
  auto const reply = client.send(pdu);
  ASSERT_EQ(reply.pdus.size(), 1u);
  EXPECT_EQ(reject_reason(wire::decode_dcerpc(reply.pdus[0]).value()), 8);
  EXPECT_FALSE(client.runtime.bound());
  EXPECT_EQ(client.bind_to({wire::kStoreInterface}).results.at(0).result, 0)
      << "another bind may follow";
}

TEST(RpcBind, AnotherVersionIsAnsweredWithTheVersionsSpoken) {
  Client client;
  auto pdu = wire::make_pdu(wire::Ptype::bind, 1, bind_to_store());
  pdu.header.rpc_vers_minor = 2;
  auto const reply = client.send(pdu);
  EXPECT_EQ(reject_reason(wire::decode_dcerpc(reply.pdus.at(0)).value()), 4);
}

TEST(RpcBind, ASecondBindAnEmptyOneAndAMalformedOneAreRefused) {
  Client client;
  EXPECT_EQ(reject_reason(client.bind({})), 0);
  client.bind_to({wire::kStoreInterface});
  EXPECT_EQ(reject_reason(client.bind(bind_to_store())), 0);
  auto bytes = wire::encode(wire::make_pdu(wire::Ptype::bind, 9, bind_to_store()));
  bytes[24] = 7;
  auto const reply = client.send(bytes);
  EXPECT_EQ(reject_reason(wire::decode_dcerpc(reply.pdus.at(0)).value()), 0);
  EXPECT_NE(reply.reason.find("truncated"), std::string::npos) << reply.reason;
}

TEST(RpcBind, ThePolicyRefusesWithAnyReason) {
  for (int reason = 0; reason <= 9; ++reason) {
    RuntimeEnvironment environment;
    environment.policies.refuse_bind = static_cast<RejectReason>(reason);
    Client client(environment);
    EXPECT_EQ(reject_reason(client.bind(bind_to_store())), reason);
  }
}

TEST(RpcBind, TooManyContextsExceedTheLocalLimit) {
  RuntimeEnvironment environment;
  environment.max_contexts = 1;
  Client client(environment);
  auto body = bind_to_store();
  body.contexts.push_back({1, wire::kStoreInterface, {wire::kNdr}});
  EXPECT_EQ(reject_reason(client.bind(body)), 2);
}

TEST(RpcBind, AConnectionJoinsTheAssociationThatItNames) {
  RuntimeEnvironment environment;
  environment.groups = std::make_shared<AssociationGroups>(7);
  Client first(environment);
  Client second(environment);
  Client third(environment);
  auto const group = first.bind_to({wire::kStoreInterface}).assoc_group_id;
  EXPECT_NE(group, 0u);
  EXPECT_EQ(second.bind_to({wire::kStoreInterface}, group).assoc_group_id, group);
  EXPECT_NE(third.bind_to({wire::kStoreInterface}).assoc_group_id, group);

  auto const session = first.call<wire::EcDoConnectEx>(0, testing::connect_as("/cn=j")).cxh;
  EXPECT_EQ(third.fault_of<wire::EcDoDisconnect>(0, {session}), wire::kNcaFaultContextMismatch);
  EXPECT_TRUE(second.call<wire::EcDoDisconnect>(0, {session}).cxh.is_nil());
}

TEST(RpcBind, AnUnknownAssociationIsRefused) {
  Client client;
  auto body = bind_to_store();
  body.assoc_group_id = 99;
  EXPECT_EQ(reject_reason(client.bind(body)), 0);
}

TEST(RpcBind, AnAssociationEndsWithItsLastConnection) {
  AssociationGroups groups;
  auto const id = groups.create()->id();
  EXPECT_EQ(groups.find(id), nullptr);
}

TEST(RpcAlterContext, AddsAContext) {
  Client client;
  auto const group = client.bind_to({wire::kStoreInterface}).assoc_group_id;
  wire::BindBody body;
  body.contexts = {{5, wire::kMgmtInterface, {wire::kNdr}},
                   {6, wire::kReferralInterface, {wire::kNdr}},
                   {0, wire::kMgmtInterface, {wire::kNdr}}};
  auto const pdu = client.bind(body, wire::Ptype::alter_context);
  ASSERT_EQ(pdu.ptype(), wire::Ptype::alter_context_resp);
  auto const& response = std::get<wire::BindAckBody>(pdu.body);
  EXPECT_EQ(response.assoc_group_id, group);
  EXPECT_EQ(outcome(response.results.at(0)), std::pair(0, 0));
  EXPECT_EQ(outcome(response.results.at(1)),
            rejected(ProviderReason::abstract_syntax_not_supported));
  EXPECT_EQ(outcome(response.results.at(2)), rejected(ProviderReason::reason_not_specified))
      << "context 0 means the Store";
  EXPECT_EQ(client.call<wire::MgmtIsServerListening>(5, {}).listening, 1u);
}

TEST(RpcAlterContext, IsAProtocolErrorBeforeABind) {
  Client client;
  client.bind(bind_to_store(), wire::Ptype::alter_context);
  EXPECT_EQ(client.last().after, AfterReply::close);
}

}  // namespace
}  // namespace rpchspec::backend
