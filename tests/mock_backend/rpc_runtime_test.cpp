#include "mock_backend/rpc_runtime.hpp"

#include "tests/mock_backend/rpc_runtime_support.hpp"
#include "tests/wire/dcerpc_support.hpp"

namespace rpchspec::backend {
namespace {

using testing::Client;
using testing::kStart;
using testing::serving;

constexpr std::uint16_t kUnusedOpnum = 2;

wire::RpcPdu request(std::uint32_t call_id, std::uint8_t pfc_flags, ByteView stub = {}) {
  auto pdu = wire::make_pdu(wire::Ptype::request, call_id,
                            wire::RequestBody{0, 0, wire::EcDummyRpc::kOpnum, {}, stub});
  pdu.header.pfc_flags = pfc_flags;
  return pdu;
}

TEST(RpcRuntime, AnswersTheBindOfImpacket) {
  Client client;
  auto const reply = client.send(wire::support::from_hex(wire::support::kImpacketBind));
  EXPECT_EQ(wire::support::hex(reply.pdus.at(0)),
            "05000c03100000005400000001000000"
            "d016d01601000000"
            "05003630303100"
            "00"
            "02000000"
            "00000000045d888aeb1cc9119fe808002b10486002000000"
            "020002000000000000000000000000000000000000000000");
}

TEST(RpcRuntime, AnUnknownOpnumIsARangeError) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  auto const end = client.call(0, kUnusedOpnum, {});
  EXPECT_EQ(end.fault, wire::kNcaOpRngError);
  EXPECT_EQ(end.fault, 0x1C010002u);
  EXPECT_NE(end.pfc_flags & wire::kPfcDidNotExecute, 0);
}

TEST(RpcRuntime, AnUnknownContextIsAnUnknownInterface) {
  Client client;
  client.bind_to({wire::kStoreInterface, wire::kReferralInterface});
  EXPECT_EQ(client.call(7, wire::EcDummyRpc::kOpnum, {}).fault, wire::kNcaUnkIf);
  EXPECT_EQ(client.call(1, wire::EcDummyRpc::kOpnum, {}).fault, wire::kNcaUnkIf)
      << "a context that was rejected";
}

TEST(RpcRuntime, AStubThatDoesNotDecodeIsBadStubData) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  Bytes const stub(8);
  EXPECT_EQ(client.call(0, wire::EcDoConnectEx::kOpnum, stub).fault, 0x6F7u);
}

TEST(RpcRuntime, RequestsInFragmentsAreJoinedAndResponsesCut) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  wire::EcDoRpcExt2::Request exchange;
  exchange.cxh = client.call<wire::EcDoConnectEx>(0, testing::connect_as("/cn=j")).cxh;
  for (std::size_t i = 0; i < 100000; ++i) {
    exchange.in.push_back(static_cast<std::uint8_t>(i * 31 + i / 256));
  }
  auto const stub = wire::encode_stub(exchange);
  auto const whole = wire::make_pdu(wire::Ptype::request, 50,
                                    wire::RequestBody{0, 0, wire::EcDoRpcExt2::kOpnum, {}, stub});
  RuntimeReply reply;
  auto const fragments = wire::fragment(whole, client.runtime.max_recv_frag()).value();
  for (auto const& fragment : fragments) {
    EXPECT_TRUE(reply.pdus.empty()) << "nothing is answered before the last fragment";
    reply = client.send(fragment);
  }
  EXPECT_GT(reply.pdus.size(), 17u);
  for (auto const& pdu : reply.pdus) {
    EXPECT_LE(pdu.size(), 5840u);
  }
  auto const end = Client::read(reply);
  auto const response = wire::decode_stub<wire::EcDoRpcExt2::Response>(end.stub);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->out, exchange.in);
}

TEST(RpcRuntime, BigEndianCallersAreUnderstood) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  auto const stub = wire::encode_stub(testing::connect_as("/cn=j"), ByteOrder::big);
  auto pdu = wire::make_pdu(wire::Ptype::request, 9,
                            wire::RequestBody{0, 0, wire::EcDoConnectEx::kOpnum, {}, stub});
  pdu.header.packed_drep = {0, 0, 0, 0};
  auto const end = Client::read(client.send(pdu));
  auto const response = wire::decode_stub<wire::EcDoConnectEx::Response>(end.stub);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->return_value, 0u);
  EXPECT_FALSE(response->cxh.is_nil());
}

TEST(RpcRuntime, AnOrphanedCallIsForgotten) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  EXPECT_TRUE(client.send(request(9, wire::kPfcFirstFrag)).pdus.empty());
  auto const reply = client.send(wire::make_pdu(wire::Ptype::orphaned, 9, wire::OpaqueBody{}));
  EXPECT_TRUE(reply.pdus.empty());
  EXPECT_EQ(reply.after, AfterReply::keep_open);
  EXPECT_EQ(Client::read(client.send(request(9, 3))).fault, 0u) << "the call_id is free again";
}

TEST(RpcRuntime, CancelOfACallThatDoesNotWaitIsIgnored) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  auto const reply = client.send(wire::make_pdu(wire::Ptype::co_cancel, 9, wire::OpaqueBody{}));
  EXPECT_TRUE(reply.pdus.empty());
  EXPECT_EQ(reply.after, AfterReply::keep_open);
}

TEST(RpcRuntime, WhatAClientMayNotSendIsAProtocolError) {
  Bytes const token(8, 'N');
  auto with_auth = wire::make_pdu(wire::Ptype::auth3, 3, wire::Auth3Body{});
  with_auth.auth = wire::AuthVerifier{{}, 10, 2, {}, 0, 1, token};
  wire::RpcPdu const wrong[] = {
      request(3, 3),  // before a bind, on a fresh connection
      wire::make_pdu(wire::Ptype::response, 3, wire::ResponseBody{}),
      wire::make_pdu(wire::Ptype::bind_ack, 3, wire::BindAckBody{}),
      wire::make_pdu(wire::Ptype::shutdown, 3, wire::OpaqueBody{}),
      wire::make_pdu(static_cast<wire::Ptype>(20), 3, wire::OpaqueBody{}),
      with_auth,
  };
  for (auto const& pdu : wrong) {
    Client client;
    auto const reply = client.send(pdu);
    EXPECT_EQ(reply.after, AfterReply::close);
    EXPECT_FALSE(reply.reason.empty());
    EXPECT_EQ(Client::read(reply).fault, wire::kNcaProtoError);
  }
}

TEST(RpcRuntime, AContinuationWithoutAFirstFragmentIsAProtocolError) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  auto const reply = client.send(request(3, wire::kPfcLastFrag));
  EXPECT_EQ(reply.after, AfterReply::close);
  EXPECT_EQ(Client::read(reply).fault, wire::kNcaProtoError);
}

TEST(RpcRuntime, AFragmentLongerThanNegotiatedIsAProtocolError) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  EXPECT_EQ(client.send(request(3, 3, Bytes(5840 - 24))).after, AfterReply::keep_open);
  EXPECT_EQ(client.send(request(3, 3, Bytes(5840 - 23))).after, AfterReply::close);
}

TEST(RpcRuntime, AStubBeyondTheLimitEndsTheConnection) {
  RuntimeEnvironment environment;
  environment.reassembly.max_stub = 100;
  Client client(environment);
  client.bind_to({wire::kStoreInterface});
  auto const reply = client.send(request(3, wire::kPfcFirstFrag, Bytes(101)));
  EXPECT_EQ(Client::read(reply).fault, wire::kNcaFaultRemoteNoMemory);
  EXPECT_EQ(reply.after, AfterReply::close);
}

TEST(RpcRuntime, ARequestWithAVerifierIsDenied) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  Bytes const token(16, 'N');
  auto pdu = request(3, 3);
  pdu.auth = wire::AuthVerifier{{}, 10, 6, {}, 0, 1, token};
  auto const reply = client.send(pdu);
  EXPECT_EQ(Client::read(reply).fault, 5u);
  EXPECT_EQ(reply.after, AfterReply::keep_open);
}

TEST(RpcRuntime, AMaybeCallRunsAndIsNotAnswered) {
  Client client;
  client.bind_to({wire::kStoreInterface});
  auto const reply = client.send(request(3, 3 | wire::kPfcMaybe));
  EXPECT_TRUE(reply.pdus.empty());
  ASSERT_EQ(reply.calls.size(), 1u);
  EXPECT_EQ(reply.calls[0].operation, "EcDummyRpc");
}

TEST(RpcRuntime, PoliciesFaultOrWithhold) {
  RuntimeEnvironment environment;
  environment.policies.fault_requests = wire::kNcaServerTooBusy;
  Client busy(environment);
  busy.bind_to({wire::kStoreInterface});
  EXPECT_EQ(busy.fault_of<wire::EcDummyRpc>(0, {}), wire::kNcaServerTooBusy);

  environment = {};
  environment.policies.withhold_responses = true;
  Client silent(environment);
  silent.bind_to({wire::kStoreInterface});
  EXPECT_TRUE(silent.send(request(3, 3)).pdus.empty());
}

TEST(RpcRuntime, EveryPduCutOrBentIsAnsweredOrRefusedAndNeverMore) {
  Client maker;
  auto const stub = wire::encode_stub(testing::connect_as("/cn=j"));
  auto const bind = wire::support::from_hex(wire::support::kImpacketBind);
  auto const call = wire::encode(wire::make_pdu(
      wire::Ptype::request, 2, wire::RequestBody{0, 0, wire::EcDoConnectEx::kOpnum, {}, stub}));
  for (auto const& good : {bind, call}) {
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (std::uint8_t const bits : {0x01, 0x80, 0xFF}) {
        auto bent = good;
        bent[at] ^= bits;
        Client client;
        client.send(bind);
        (void)client.send(bent);
      }
    }
  }
}

/// A client that waits for notifications, on contexts 0 (Store) and 1 (asynchronous).
class Waiting : public ::testing::Test {
 protected:
  Waiting() {
    client.bind_to({wire::kStoreInterface, wire::kAsyncStoreInterface});
    session = client.call<wire::EcDoConnectEx>(0, testing::connect_as("/cn=j")).cxh;
    waiter = client.call<wire::EcDoAsyncConnectEx>(0, {session}).acxh;
  }

  RuntimeReply wait(std::uint32_t call_id) {
    auto const stub = wire::encode_stub(wire::EcDoAsyncWaitEx::Request{waiter});
    return client.send(
        wire::make_pdu(wire::Ptype::request, call_id,
                       wire::RequestBody{0, 1, wire::EcDoAsyncWaitEx::kOpnum, {}, stub}),
        kStart);
  }

  static wire::EcDoAsyncWaitEx::Response end_of(RuntimeReply const& reply) {
    auto const end = Client::read(reply);
    EXPECT_EQ(end.fault, 0u);
    return wire::decode_stub<wire::EcDoAsyncWaitEx::Response>(end.stub).value();
  }

  Client client;
  wire::ContextHandle session;
  wire::ContextHandle waiter;
};

TEST_F(Waiting, EndsWithANotification) {
  EXPECT_TRUE(wait(70).pdus.empty());
  EXPECT_EQ(client.runtime.calls_waiting(), 1u);
  auto const reply = client.runtime.notify();
  EXPECT_EQ(end_of(reply).flags_out, 1u);
  EXPECT_EQ(wire::PduView{reply.pdus.at(0)}.call_id(), 70u);
  EXPECT_EQ(client.runtime.calls_waiting(), 0u);
}

TEST_F(Waiting, EndsAfterFiveMinutes) {
  EXPECT_EQ(client.runtime.next_deadline(), kNever);
  (void)wait(70);
  auto const deadline = kStart + std::chrono::minutes(5);
  EXPECT_EQ(client.runtime.next_deadline(), deadline);
  EXPECT_TRUE(client.runtime.on_time(deadline - std::chrono::milliseconds(1)).pdus.empty());
  EXPECT_EQ(end_of(client.runtime.on_time(deadline)).flags_out, 0u);
  EXPECT_EQ(client.runtime.next_deadline(), kNever);
}

TEST_F(Waiting, OtherCallsAreAnsweredMeanwhile) {
  (void)wait(70);
  EXPECT_EQ(client.call<wire::EcDummyRpc>(0, {}).return_value, 0u);
}

TEST_F(Waiting, ACancelledWaitFaults) {
  (void)wait(70);
  auto const reply = client.send(wire::make_pdu(wire::Ptype::co_cancel, 70, wire::OpaqueBody{}));
  EXPECT_EQ(Client::read(reply).fault, wire::kNcaFaultCancel);
  EXPECT_EQ(client.runtime.calls_waiting(), 0u);
}

TEST_F(Waiting, AnOrphanedWaitEndsInSilence) {
  (void)wait(70);
  EXPECT_TRUE(
      client.send(wire::make_pdu(wire::Ptype::orphaned, 70, wire::OpaqueBody{})).pdus.empty());
  EXPECT_EQ(client.runtime.calls_waiting(), 0u);
}

TEST_F(Waiting, ASecondWaitOnOneHandleIsRejected) {
  (void)wait(70);
  EXPECT_EQ(end_of(wait(71)).return_value, 0x7EEu);
  EXPECT_EQ(client.runtime.calls_waiting(), 1u);
}

TEST_F(Waiting, TheCallIdOfAWaitIsTaken) {
  (void)wait(70);
  EXPECT_EQ(wait(70).after, AfterReply::close);
}

TEST_F(Waiting, ItsHandleEndsWithTheSession) {
  client.call<wire::EcDoDisconnect>(0, {session});
  EXPECT_EQ(Client::read(wait(70)).fault, wire::kNcaFaultContextMismatch);
}

}  // namespace
}  // namespace rpchspec::backend
