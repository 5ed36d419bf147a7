#include "mock_backend/script.hpp"

#include "rpc_runtime_support.hpp"

namespace rpchspec::backend::testing {
namespace {

wire::SyntaxId const kMine = wire::syntax_id("12345678-1234-abcd-ef00-0123456789ab", 1);
wire::SyntaxId const kOther = wire::syntax_id("87654321-4321-abcd-ef00-0123456789ab", 3);

ScriptedAnswer answer(ScriptedAnswer::Kind kind, Bytes reply = {}) {
  ScriptedAnswer made;
  made.kind = kind;
  made.reply = std::move(reply);
  return made;
}

/// Opnum 0 replies, 1 echoes, 2 is held; others are out of range.
ScriptedInterface one() {
  ScriptedInterface made;
  made.uuid = kMine.uuid;
  made.operations[0] = answer(ScriptedAnswer::Kind::reply, {1, 2, 3});
  made.operations[1] = answer(ScriptedAnswer::Kind::echo);
  made.operations[2] = answer(ScriptedAnswer::Kind::hold);
  return made;
}

struct Scripted {
  Scripted() { script->serve({one()}); }

  RuntimeEnvironment environment() const {
    auto made = serving(Service::Script);
    made.script = script;
    return made;
  }

  std::shared_ptr<Script> script = std::make_shared<Script>();
};

TEST(Script, RepliesEchoesAndFaults) {
  Scripted const scripted;
  Client client(scripted.environment());
  client.bind_to({kMine});
  EXPECT_EQ(client.call(0, 0, {}).stub, (Bytes{1, 2, 3}));
  Bytes const stub(100, 7);
  EXPECT_EQ(client.call(0, 1, stub).stub, stub);
  EXPECT_EQ(client.call(0, 3, {}).fault, wire::kNcaOpRngError);
}

TEST(Script, RefusesOtherInterfacesWhereItNamesItsOwn) {
  Scripted const scripted;
  Client client(scripted.environment());
  auto const ack = client.bind_to({kOther});
  EXPECT_EQ(ack.results.at(0).result,
            static_cast<std::uint16_t>(wire::ContextResult::provider_rejection));
}

TEST(Script, TakesAnyInterfaceUntilItIsToldOne) {
  Scripted const scripted;
  scripted.script->serve({});
  Client client(scripted.environment());
  client.bind_to({kOther});
  EXPECT_EQ(client.call(0, 0, {}).fault, wire::kNcaOpRngError);
}

TEST(Script, PrefersTheInterfaceThatNamesTheUuid) {
  Scripted const scripted;
  ScriptedInterface any;
  any.otherwise = answer(ScriptedAnswer::Kind::reply, {9});
  scripted.script->serve({any, one()});
  Client client(scripted.environment());
  client.bind_to({kMine, kOther});
  EXPECT_EQ(client.call(0, 0, {}).stub, (Bytes{1, 2, 3}));
  EXPECT_EQ(client.call(1, 0, {}).stub, (Bytes{9}));
}

TEST(Script, KeepsVersionsApart) {
  Scripted const scripted;
  auto later = one();
  later.version = ScriptedVersion{2, 0};
  scripted.script->serve({later});
  Client client(scripted.environment());
  EXPECT_NE(client.bind_to({kMine}).results.at(0).result, 0);
}

TEST(Script, HoldsACallUntilItIsReleased) {
  Scripted const scripted;
  Client client(scripted.environment());
  client.bind_to({kMine});
  Bytes const stub{5, 6};
  wire::RequestBody const body{0, 0, 2, {}, stub};
  EXPECT_TRUE(client.send(wire::make_pdu(wire::Ptype::request, 77, body)).pdus.empty());
  EXPECT_TRUE(scripted.script->calls().back().held);
  EXPECT_EQ(client.call(0, 0, {}).stub, (Bytes{1, 2, 3}));  // others go on
  EXPECT_TRUE(client.runtime.on_time(kStart).pdus.empty());
  EXPECT_EQ(scripted.script->release(0, answer(ScriptedAnswer::Kind::echo)), 1U);
  auto const reply = client.runtime.on_time(kStart);
  ASSERT_EQ(reply.pdus.size(), 1U);
  EXPECT_EQ(wire::decode_dcerpc(reply.pdus.front())->header.call_id, 77U);
  EXPECT_EQ(Client::read(reply).stub, stub);
  EXPECT_EQ(scripted.script->release(0, answer(ScriptedAnswer::Kind::echo)), 0U);
}

TEST(Script, AnswersACancelledCallAtOnce) {
  Scripted const scripted;
  Client client(scripted.environment());
  client.bind_to({kMine});
  wire::RequestBody const body{0, 0, 2, {}, {}};
  (void)client.send(wire::make_pdu(wire::Ptype::request, 78, body));
  auto const reply = client.send(wire::make_pdu(wire::Ptype::co_cancel, 78, wire::OpaqueBody{}));
  EXPECT_EQ(Client::read(reply).fault, wire::kNcaFaultCancel);
  EXPECT_FALSE(scripted.script->calls().back().held);
}

TEST(Script, ForgetsWhatAConnectionThatIsGoneHeld) {
  Scripted const scripted;
  {
    Client client(scripted.environment());
    client.bind_to({kMine});
    wire::RequestBody const body{0, 0, 2, {}, {}};
    (void)client.send(wire::make_pdu(wire::Ptype::request, 79, body));
  }
  EXPECT_EQ(scripted.script->release(0, answer(ScriptedAnswer::Kind::echo)), 0U);
}

TEST(Script, RemembersTheLastCalls) {
  Scripted const scripted;
  Client client(scripted.environment());
  client.bind_to({kMine});
  Bytes const stub(5000, 1);
  (void)client.call(0, 1, stub);
  auto const& call = scripted.script->calls().back();
  EXPECT_EQ(call.opnum, 1);
  EXPECT_EQ(call.size, 5000U);
  EXPECT_EQ(call.stub.size(), Script::kStubKept);
  for (std::size_t i = 0; i < Script::kCallsKept + 10; ++i) {
    (void)scripted.script->on_call(kMine, 0, {});
  }
  EXPECT_EQ(scripted.script->calls().size(), Script::kCallsKept);
}

}  // namespace
}  // namespace rpchspec::backend::testing
