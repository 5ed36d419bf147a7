#include "protocol/wire/rpc_calls.hpp"

#include <gtest/gtest.h>

#include "tests/wire/dcerpc_support.hpp"

namespace rpchspec::wire {
namespace {

using support::from_hex;
using support::hex;

ContextHandle const kHandle{0, parse_uuid("00112233-4455-6677-8899-aabbccddeeff").value()};
Bytes const kAuxiliary{0, 0, 4, 0, 8, 0, 8, 0, 1, 2, 3};

/// Reads `parameters` back in both byte orders, and checks that no shorter stub is accepted.
template <class Parameters>
void survives(Parameters const& parameters) {
  for (auto const order : {ByteOrder::little, ByteOrder::big}) {
    auto const bytes = encode_stub(parameters, order);
    auto const again = decode_stub<Parameters>(bytes, order);
    ASSERT_TRUE(again.has_value()) << to_string(again.error());
    EXPECT_EQ(hex(encode_stub(*again, order)), hex(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_stub<Parameters>(ByteView(bytes).first(size), order).has_value()) << size;
    }
  }
}

TEST(RpcCalls, EveryStubSurvivesARoundTripAndRefusesACut) {
  EcDoConnectEx::Request connect;
  connect.user_dn = "/o=First Organization/cn=Recipients/cn=jane";
  connect.aux_in = kAuxiliary;
  survives(connect);
  survives(EcDoConnectEx::Response{
      kHandle, 60000, 6, 10000, 3, "", "Jane", {15, 1, 2}, {15, 3, 4}, 9, kAuxiliary, 0});
  survives(EcDoDisconnect::Request{kHandle});
  survives(EcDoDisconnect::Response{{}, 0});
  survives(EcDoRpcExt2::Request{kHandle, 3, kAuxiliary, 32775, kAuxiliary, 8});
  survives(EcDoRpcExt2::Response{kHandle, 0, kAuxiliary, {}, 5, 0});
  survives(EcDoAsyncConnectEx::Request{kHandle});
  survives(EcDoAsyncConnectEx::Response{kHandle, 0});
  survives(EcDoAsyncWaitEx::Request{kHandle, 0});
  survives(EcDoAsyncWaitEx::Response{1, 0});
  survives(EcDummyRpc::Request{});
  survives(EcDummyRpc::Response{});
  survives(RfrGetNewDSA::Request{0, "/cn=jane", {true, std::nullopt}, {true, "x"}});
  survives(RfrGetNewDSA::Response{{}, {true, "exchange.example.com"}, 0});
  survives(RfrGetFQDNFromServerDN::Request{0, "/o=org/cn=EX1"});
  survives(RfrGetFQDNFromServerDN::Response{"exchange.example.com", 0});
  survives(RfrGetFQDNFromServerDN::Response{std::nullopt, kMapiNotFound});
  survives(NspiBind::Request{});
  survives(NspiBind::Response{FlatUid{1, 2, 3}, kHandle, 0});
  survives(NspiUnbind::Request{kHandle, 0});
  survives(NspiUnbind::Response{});
  survives(MgmtInqIfIds::Response{{{kStoreInterface, kMgmtInterface}}, 0});
  survives(MgmtInqIfIds::Response{std::nullopt, 5});
  survives(MgmtInqStats::Request{});
  survives(MgmtInqStats::Response{{1, 2, 3, 4}, 0});
  survives(MgmtIsServerListening::Response{});
  survives(MgmtStopServerListening::Response{5});
  survives(MgmtInqPrincName::Request{});
  survives(MgmtInqPrincName::Response{"name", 5, 0});
  survives(EptLookup::Request{});
  survives(EptLookup::Request{1, Uuid(), kStoreInterface, 2, kHandle, 500});
  survives(EptLookup::Response{kHandle, {{{}, kAuxiliary, "Store"}, {{}, {}, ""}}, 500, 0});
  survives(EptMap::Request{});
  survives(EptMap::Request{Uuid(), kAuxiliary, kHandle, 1});
  survives(EptMap::Response{kHandle, {kAuxiliary, std::nullopt, Bytes{1}}, 4, 0});
  survives(EptLookupHandleFree::Request{kHandle});
  survives(EptLookupHandleFree::Response{{}, 0});
}

// The hexadecimal requests below are what impacket 0.10.0 sends: <Call>().getData() of its classes.

TEST(RpcCalls, ReadsRfrGetNewDsaOfImpacket) {
  auto const bytes = from_hex(
      "000000000d000000000000000d0000002f6f3d782f636e3d7573657200bfbfbf"
      "0000000071b80000e4d2000001000000000000000100000000");
  auto const call = decode_stub<RfrGetNewDSA::Request>(bytes);
  ASSERT_TRUE(call.has_value()) << to_string(call.error());
  EXPECT_EQ(call->user_dn, "/o=x/cn=user");
  EXPECT_FALSE(call->unused.present);
  EXPECT_TRUE(call->server.present);
  EXPECT_EQ(call->server.text, "");
}

TEST(RpcCalls, ReadsRfrGetFqdnFromServerDnOfImpacket) {
  auto const bytes = from_hex(
      "000000001c0000001c000000000000001c0000002f6f3d4669727374204f7267616e697a6174696f6e2f636e3d"
      "455800");
  auto const call = decode_stub<RfrGetFQDNFromServerDN::Request>(bytes);
  ASSERT_TRUE(call.has_value()) << to_string(call.error());
  EXPECT_EQ(call->mailbox_server_dn, "/o=First Organization/cn=EX");
  EXPECT_EQ(hex(encode_stub(*call)), hex(bytes));
}

TEST(RpcCalls, ReadsNspiBindOfImpacket) {
  auto const bytes = from_hex(
      "00000000000000000000000000000000000000000000000000000000254f00000904000000000000"
      "bee1000011111111111111111111111111111111");
  auto const call = decode_stub<NspiBind::Request>(bytes);
  ASSERT_TRUE(call.has_value()) << to_string(call.error());
  EXPECT_EQ(call->stat.code_page, 0x4F25u);
  EXPECT_EQ(call->stat.template_locale, 0x409u);
  ASSERT_TRUE(call->server_guid.has_value());
  EXPECT_EQ(call->server_guid->at(15), 0x11);
}

TEST(RpcCalls, ReadsNspiUnbindOfImpacket) {
  auto const bytes = from_hex("00000000000102030405060708090a0b0c0d0e0f00000000");
  auto const call = decode_stub<NspiUnbind::Request>(bytes);
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(to_string(call->context.uuid), "03020100-0504-0706-0809-0a0b0c0d0e0f");
}

TEST(RpcCalls, ReadsEptMapOfImpacket) {
  auto const bytes = from_hex(
      "0100000000000000000000000000000000000000020000004b0000004b000000050013000d00dbf1a447ca6710b3"
      "1f00dd010662da00000200510013000d045d888aeb1cc9119fe808002b10486002000200000001000b0200000001"
      "001f0200177101000904000a010203ab000000000000000000000000000000000000000001000000");
  auto const call = decode_stub<EptMap::Request>(bytes);
  ASSERT_TRUE(call.has_value()) << to_string(call.error());
  EXPECT_EQ(call->object, Uuid());
  ASSERT_TRUE(call->map_tower.has_value());
  EXPECT_EQ(call->map_tower->size(), 75U);
  EXPECT_TRUE(call->entry_handle.is_nil());
  EXPECT_EQ(call->max_towers, 1U);
}

TEST(RpcCalls, ReadsEptLookupOfImpacket) {
  auto const bytes = from_hex(
      "0100000000000000fc84000000dbf1a447ca6710b31f00dd010662da000000000200000000000000000000000000"
      "00000000000000000000f4010000");
  auto const call = decode_stub<EptLookup::Request>(bytes);
  ASSERT_TRUE(call.has_value()) << to_string(call.error());
  EXPECT_EQ(call->inquiry_type, 1U);
  EXPECT_FALSE(call->object.has_value());
  EXPECT_EQ(call->interface_id.value().uuid, kStoreInterface.uuid);
  EXPECT_EQ(call->vers_option, 2U);
  EXPECT_EQ(call->max_ents, 500U);
}

TEST(RpcCalls, ATowerWhoseLengthDiffersFromItsArrayIsRefused) {
  auto bytes = encode_stub(EptMap::Request{{}, kAuxiliary, {}, 1});
  bytes[12] -= 1;  // behind a null pointer, a referent and the maximum count
  auto const call = decode_stub<EptMap::Request>(bytes);
  ASSERT_FALSE(call.has_value());
  EXPECT_EQ(call.error().field, "tower_length");
}

TEST(RpcCalls, AnAnnotationBeyondItsArrayIsRefused) {
  std::string const longest(kEptMaxAnnotation - 1, 'x');
  auto const with = [](std::string text) {
    return decode_stub<EptLookup::Response>(
        encode_stub(EptLookup::Response{{}, {{{}, {}, std::move(text)}}, 1, 0}));
  };
  EXPECT_TRUE(with(longest).has_value());
  EXPECT_FALSE(with(longest + "x").has_value());
}

TEST(RpcCalls, MoreElementsThanThereAreBytesForAreRefused) {
  auto bytes = encode_stub(EptMap::Response{{}, {}, 1 << 20, 0});
  bytes[32] = 0xFF;  // the actual count: behind a handle, a count, maximum and offset
  auto const call = decode_stub<EptMap::Response>(bytes);
  ASSERT_FALSE(call.has_value());
  EXPECT_EQ(call.error().field, "ITowers");
}

// The responses below were read back by impacket 0.10.0, which showed the values they are made of.

TEST(RpcCalls, WritesTheReferralThatImpacketReads) {
  EXPECT_EQ(hex(encode_stub(RfrGetFQDNFromServerDN::Response{"exchange.example.com", 0})),
            "00000200"
            "15000000"
            "00000000"
            "15000000"
            "65786368616e67652e6578616d706c652e636f6d00000000"
            "00000000");
}

TEST(RpcCalls, WritesTheInterfacesThatImpacketReads) {
  EXPECT_EQ(hex(encode_stub(MgmtInqIfIds::Response{{{kStoreInterface, kAsyncStoreInterface}}, 0})),
            "00000200"
            "02000000"
            "02000000"
            "04000200"
            "08000200"
            "00dbf1a447ca6710b31f00dd010662da"
            "00005100"
            "4a576152"
            "7245"
            "6e20"
            "b2686b199213b4e4"
            "00000100"
            "00000000");
}

TEST(RpcCalls, AServerDnOutsideItsRangeIsRefused) {
  auto const shortest = encode_stub(RfrGetFQDNFromServerDN::Request{0, "12345678"});
  auto const refused = decode_stub<RfrGetFQDNFromServerDN::Request>(shortest);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().field, "cbMailboxServerDN");
  auto const ten = encode_stub(RfrGetFQDNFromServerDN::Request{0, "123456789"});
  EXPECT_TRUE(decode_stub<RfrGetFQDNFromServerDN::Request>(ten).has_value());
  auto const longest = encode_stub(RfrGetFQDNFromServerDN::Request{0, std::string(1024, 'x')});
  EXPECT_FALSE(decode_stub<RfrGetFQDNFromServerDN::Request>(longest).has_value());
}

TEST(RpcCalls, AServerDnWhoseCountDiffersIsRefused) {
  auto bytes = encode_stub(RfrGetFQDNFromServerDN::Request{0, "/o=org/cn=EX1"});
  bytes[4] = 20;
  EXPECT_FALSE(decode_stub<RfrGetFQDNFromServerDN::Request>(bytes).has_value());
}

TEST(RpcCalls, ASizeThatDiffersFromItsArrayIsRefused) {
  EcDoConnectEx::Request connect;
  connect.aux_in = kAuxiliary;
  auto bytes = encode_stub(connect);
  bytes[bytes.size() - 8] = 3;
  auto const call = decode_stub<EcDoConnectEx::Request>(bytes);
  ASSERT_FALSE(call.has_value());
  EXPECT_EQ(call.error().field, "cbAuxIn");
}

TEST(RpcCalls, ARoomForAuxiliaryBytesAboveItsRangeIsRefused) {
  EcDoConnectEx::Request connect;
  connect.cb_aux_out = kMaxAuxiliaryBuffer + 1;
  EXPECT_FALSE(decode_stub<EcDoConnectEx::Request>(encode_stub(connect)).has_value());
}

TEST(RpcCalls, EcDoConnectExHasItsParametersInTheOrderOfTheIdl) {
  EcDoConnectEx::Request connect;
  connect.user_dn = "/cn=j";
  connect.flags = 1;
  connect.con_mod = 2;
  connect.time_stamp = 3;
  EXPECT_EQ(hex(encode_stub(connect)),
            "06000000"
            "00000000"
            "06000000"
            "2f636e3d6a00"
            "0000"
            "01000000"
            "02000000"
            "00000000"
            "e4040000"
            "09040000"
            "09040000"
            "ffffffff"
            "0100"
            "0f0000100010"
            "03000000"
            "00000000"
            "00000000"
            "08100000");
}

}  // namespace
}  // namespace rpchspec::wire
