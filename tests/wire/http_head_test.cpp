#include "protocol/wire/http_head.hpp"

#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

constexpr std::string_view kRequest =
    "RPC_IN_DATA /rpc/rpcproxy.dll?server:6001 HTTP/1.1\r\n"
    "Pragma: No-cache\r\n"
    "host:  proxy \r\n"
    "X-Empty:\r\n"
    "PRAGMA: MinConnTimeout=120\r\n"
    "Content-Length: 2147483648\r\n"
    "\r\n";

RequestHead request() {
  RequestHead head;
  head.method = "RPC_IN_DATA";
  head.target = "/rpc/rpcproxy.dll?server:6001";
  head.headers = {{"Pragma", "No-cache"},
                  {"host", "proxy"},
                  {"X-Empty", ""},
                  {"PRAGMA", "MinConnTimeout=120"},
                  {"Content-Length", "2147483648"}};
  return head;
}

Error request_error(std::string_view text, HeadOptions options = {}) {
  auto const parsed = parse_request_head(as_bytes(text), options);
  EXPECT_FALSE(parsed) << text;
  return parsed ? Error{} : parsed.error();
}

TEST(HttpHead, KeepsOrderCaseAndDuplicatesOfHeaders) {
  auto const parsed = parse_request_head(as_bytes(kRequest));
  ASSERT_TRUE(parsed) << to_string(parsed.error());
  ASSERT_TRUE(*parsed);
  EXPECT_EQ((*parsed)->head, request());
  EXPECT_EQ((*parsed)->size, kRequest.size());
}

TEST(HttpHead, LeavesTheBodyAloneEvenWhenItIsBinary) {
  auto text = std::string("RPC_OUT_DATA /x HTTP/1.0\r\nContent-Length: 76\r\n\r\n");
  auto const size = text.size();
  text += std::string("\x05\x00\x14\x03", 4);
  auto const parsed = parse_request_head(as_bytes(text));
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->size, size);
  EXPECT_EQ((*parsed)->head.version, kHttp10);
}

TEST(HttpHead, AsksForMoreAtEveryCut) {
  for (std::size_t size = 0; size < kRequest.size(); ++size) {
    auto const parsed = parse_request_head(as_bytes(kRequest.substr(0, size)));
    ASSERT_TRUE(parsed) << size << " " << to_string(parsed.error());
    EXPECT_FALSE(*parsed) << size;
  }
}

TEST(HttpHead, EncodesLiterallyWhatItParsed) {
  auto const parsed = parse_request_head(encode(request()));
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->head, request());
  RequestHead illegal;
  illegal.method = "RPC IN";
  illegal.target = "";
  illegal.version = 99;
  illegal.headers = {{"a b", "\x01\r\nc"}};
  EXPECT_EQ(as_text(encode(illegal)), "RPC IN  HTTP/9.9\r\na b: \x01\r\nc\r\n\r\n");
}

TEST(HttpHead, ReadsTheReasonPhraseVerbatim) {
  constexpr std::string_view kText =
      "HTTP/1.0 503 RPC Error: 6BA, EEInfo: AAEC=\r\nContent-Length: 0\r\n\r\n";
  auto const parsed = parse_response_head(as_bytes(kText));
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->head.status, 503U);
  EXPECT_EQ((*parsed)->head.reason, "RPC Error: 6BA, EEInfo: AAEC=");
  EXPECT_EQ((*parsed)->head.version, kHttp10);
  EXPECT_EQ(as_text(encode((*parsed)->head)), kText);
  auto const empty = parse_response_head(as_bytes("HTTP/1.1 200 \r\n\r\n"));
  ASSERT_TRUE(empty && *empty);
  EXPECT_EQ((*empty)->head.reason, "");
}

TEST(HttpHead, WritesStatusCodesWithThreeDigits) {
  ResponseHead head;
  head.status = 7;
  EXPECT_EQ(as_text(encode(head)), "HTTP/1.1 007 \r\n\r\n");
  EXPECT_EQ((*parse_response_head(encode(head)))->head, head);
}

TEST(HttpHead, NoticesAPduWhereAHeadWasExpected) {
  std::string const pdu("\x05\x00\x14\x03\x10", 5);
  EXPECT_EQ(request_error(pdu).code, ErrorCode::bad_syntax);
  EXPECT_EQ(parse_response_head(as_bytes(pdu)).error().code, ErrorCode::bad_syntax);
  EXPECT_EQ(parse_response_head(as_bytes("ncacn_http/1.0")).error().offset, 0U);
}

TEST(HttpHead, IsBounded) {
  HeadOptions options;
  options.limit = 100;
  auto const name = std::string("GET / HTTP/1.1\r\nA: ");
  auto const fits = name + std::string(100 - name.size() - 4, 'x') + "\r\n\r\n";
  EXPECT_EQ(fits.size(), 100U);
  EXPECT_TRUE(parse_request_head(as_bytes(fits), options));
  auto const tight = name + std::string(100 - name.size() - 3, 'x') + "\r\n\r\n";
  EXPECT_EQ(request_error(tight, options).code, ErrorCode::too_large);
  EXPECT_EQ(request_error(std::string(100, 'A'), options).code, ErrorCode::too_large);
  EXPECT_TRUE(parse_request_head(as_bytes(std::string(99, 'A')), options));
  auto const large = name + std::string(60000, 'x') + "\r\n\r\n";
  auto const parsed = parse_request_head(as_bytes(large));
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->head.headers[0].second.size(), 60000U);
}

TEST(HttpHead, SkipsLeadingLineEndsOnlyWhenTold) {
  auto const text = "\r\n\r\n" + std::string(kRequest);
  EXPECT_EQ(request_error(text).code, ErrorCode::bad_syntax);
  HeadOptions options;
  options.leading_crlf = LeadingCrlf::skip;
  auto const parsed = parse_request_head(as_bytes(text), options);
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->size, text.size());
  EXPECT_FALSE(*parse_request_head(as_bytes("\r\n\r\n"), options));
}

TEST(HttpHead, NamesTheFieldThatBreaksTheGrammar) {
  EXPECT_EQ(request_error("G(T / HTTP/1.1\r\n\r\n").field, "method");
  EXPECT_EQ(request_error("GET  HTTP/1.1\r\n\r\n").field, "request-target");
  EXPECT_EQ(request_error("GET / HTTP/2.0\r\n\r\n").field, "HTTP-version");
  EXPECT_EQ(request_error("GET / HTTP/1.1\r\nA b: c\r\n\r\n").field, "field-line");
  EXPECT_EQ(request_error("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n").field, "Content-Length");
  EXPECT_EQ(request_error("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").field,
            "Content-Length");
  EXPECT_EQ(parse_response_head(as_bytes("HTTP/1.1 2x0 OK\r\n\r\n")).error().field, "status-code");
}

}  // namespace
}  // namespace rpchspec::wire
