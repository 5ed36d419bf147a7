#include "protocol/wire/rpc_error.hpp"

#include <gtest/gtest.h>

#include "protocol/wire/base64.hpp"

namespace rpchspec::wire {
namespace {

TEST(RpcErrorReason, ReadsCodeAndExtendedInformation) {
  EXPECT_EQ(parse_rpc_error_reason("RPC Error: 6ba"), (RpcErrorReason{0x6BA, {}}));
  EXPECT_EQ(parse_rpc_error_reason("RPC Error: FFFFFFFF, EEInfo: AAEC"),
            (RpcErrorReason{0xFFFFFFFF, "AAEC"}));
  EXPECT_EQ(parse_rpc_error_reason("RPC Error: 000000006bA"), (RpcErrorReason{0x6BA, {}}));
}

TEST(RpcErrorReason, RefusesOtherForms) {
  for (auto const* bad :
       {"", "Service Unavailable", "RPC Error:6ba", "RPC Error: ", "RPC Error: 0x6ba",
        "RPC Error: 6ba ", "RPC Error: 6bg", "rpc error: 6ba", "RPC Error: -1",
        "RPC Error: 6ba,EEInfo: AAEC", "RPC Error: 6ba, EEInfo: A"}) {
    auto const refused = parse_rpc_error_reason(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, ErrorCode::bad_syntax) << bad;
  }
  EXPECT_EQ(parse_rpc_error_reason("RPC Error: 100000000").error().code, ErrorCode::bad_value);
}

TEST(RpcErrorReason, KnowsTheReservedCodes) {
  EXPECT_TRUE(is_reserved_rpc_error(0));
  EXPECT_TRUE(is_reserved_rpc_error(0xC0000420));
  EXPECT_FALSE(is_reserved_rpc_error(kRpcServerUnavailable));
  for (auto const code : reserved_rpc_errors()) {
    EXPECT_TRUE(is_reserved_rpc_error(code));
  }
}

TEST(RpcErrorResponse, SaysTheErrorInTheStatusLine) {
  auto const plain = rpc_error_response({});
  EXPECT_TRUE(as_text(encode(plain.head)).starts_with("HTTP/1.0 503 RPC Error: 6ba\r\n"));
  EXPECT_EQ(plain.body, "");
  EXPECT_EQ(rpc_error_response({0, {}}).head.reason, "RPC Error: 0");
}

TEST(RpcErrorResponse, KeepsTheStatusLineWithin1024Bytes) {
  auto const line = [](RpcErrorResponse const& response) {
    auto const bytes = encode(response.head);
    return as_text(bytes).find("\r\n") + 2;
  };
  auto const base = line(rpc_error_response({kRpcServerUnavailable, ""}));
  auto const longest = std::string((1024 - base) / 4 * 4, 'A');
  auto const fits = rpc_error_response({kRpcServerUnavailable, longest});
  EXPECT_EQ(parse_rpc_error_reason(fits.head.reason), (RpcErrorReason{0x6BA, longest}));
  EXPECT_LE(line(fits), 1024U);
  auto const moved = rpc_error_response({kRpcServerUnavailable, longest + "AAAA"});
  EXPECT_EQ(moved.head.reason, "RPC Error: 6ba");
  EXPECT_EQ(parse_rpc_error_body(moved.body).value(), std::optional(longest + "AAAA"));
  auto const bytes = encode(moved.head);
  auto const written = as_text(bytes);
  EXPECT_NE(written.find("Content-Length: " + std::to_string(moved.body.size()) + "\r\n"),
            std::string_view::npos);
}

TEST(RpcErrorBody, IsEmptyOrExtendedInformation) {
  EXPECT_EQ(parse_rpc_error_body("").value(), std::optional<std::string>());
  EXPECT_EQ(parse_rpc_error_body("RPC EEInfo:AAEC\r\n").value(),
            std::optional<std::string>("AAEC"));
  for (auto const* bad : {"<html>", "RPC EEInfo:AAEC", "RPC EEInfo:A\r\n", "\r\n"}) {
    EXPECT_FALSE(parse_rpc_error_body(bad)) << bad;
  }
}

// RFC 4648 section 10.
TEST(Base64, MatchesTheVectorsOfItsDocument) {
  for (auto const& [plain, coded] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), coded);
    auto const bytes = base64_decode(coded);
    ASSERT_TRUE(bytes) << coded;
    EXPECT_EQ(as_text(*bytes), plain);
  }
}

TEST(Base64, IsStrict) {
  for (auto const* bad :
       {"Z", "Zg", "Zg=", "Zg=a", "Zh==", "Zm9=", "====", "Zg==Zg==", "Zm9v\n", "Zm-v"}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
}

TEST(Base64, CarriesEveryByte) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
}

}  // namespace
}  // namespace rpchspec::wire
