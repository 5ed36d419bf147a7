// The heads that the roles of MS-RPCH send (2.1.1.1, 2.1.2.1), and what a request head asks for.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/wire/http_headers.hpp"

namespace rpchspec::wire {

inline constexpr std::string_view kInMethod = "RPC_IN_DATA";
inline constexpr std::string_view kOutMethod = "RPC_OUT_DATA";
inline constexpr std::string_view kV1Method = "RPC_CONNECT";
inline constexpr std::string_view kRpcContentType = "application/rpc";

inline constexpr std::uint64_t kMinChannelLength = std::uint64_t{128} * 1024;  // bytes, inclusive
inline constexpr std::uint64_t kMaxChannelLength = 0x80000000;  // bytes, inclusive (AMB-19)
inline constexpr std::uint64_t kDefaultChannelLength = std::uint64_t{1} << 30;  // what Windows uses
inline constexpr std::uint64_t kFirstOutLength = 76;                            // CONN/A1
inline constexpr std::uint64_t kReplacementOutLength = 120;  // OUT_R*/A3 and A11 or C1
inline constexpr std::uint64_t kMaxEchoLength = 16;
inline constexpr std::uint64_t kEchoResponseLength = 20;  // the Echo RTS PDU

/// What varies in a request head. HTTP/1.1 as real clients send it; the text's SHOULD is 1.0.
struct RequestOptions {
  std::string target;  // see rpc_uri.hpp
  std::string host;
  std::uint64_t content_length = 0;
  int version = kHttp11;
  Pragmas pragmas{true, {}, {}, {}};
  HeaderList extra;  // appended, for instance Authorization
};

/// Any method with the headers that 2.1.2.1.1, 2.1.2.1.2 and 2.1.2.1.5 ask for.
[[nodiscard]] RequestHead channel_request(std::string_view method, RequestOptions const& options);

/// RPC_IN_DATA; content_length 0 in the options stands for 1 GiB.
[[nodiscard]] RequestHead in_channel_request(RequestOptions options);

/// RPC_OUT_DATA; content_length 0 in the options stands for 76, a first OUT channel.
[[nodiscard]] RequestHead out_channel_request(RequestOptions options);

/// RPC_CONNECT with what 2.1.1.1.1 asks for, and neither type, length nor coding of the body.
/// `content_length` and `pragmas` of the options are not looked at.
[[nodiscard]] RequestHead v1_connect_request(RequestOptions const& options);

/// "HTTP/1.1 200 OK" (2.1.1.1.2): the body is the stream of PDUs, to the end of the connection.
[[nodiscard]] ResponseHead v1_success();

/// "HTTP/1.1 200 Success", application/rpc (2.1.2.1.4). Content-Length is the channel's lifetime.
[[nodiscard]] ResponseHead out_success(std::uint64_t content_length = kDefaultChannelLength);

/// "200 Success" for the 20-byte Echo PDU (2.1.2.1.6), in the request's HTTP version.
[[nodiscard]] ResponseHead echo_success(int version = kHttp11);

/// Whose request it is: the method decides (2.1.2.1.5, 3.1.2.3). Methods have case.
enum class ProxyRole { inbound, outbound, mixed, none };

enum class RequestPurpose {
  channel,              // an IN channel of legal length, or a first OUT channel
  replacement_channel,  // an OUT channel that succeeds another
  echo,                 // Content-Length 0 to 16
  authentication_leg,   // Content-Length 0 with the first leg of NTLM or Negotiate (AMB-21)
  v1_session,           // RPC_CONNECT
  undefined_length,     // a length between the defined ones (AMB-20): treat as a channel or refuse
  no_length,            // no Content-Length where v2 needs one
  other_method,
};

struct RequestClass {
  ProxyRole role = ProxyRole::none;
  RequestPurpose purpose = RequestPurpose::other_method;
  std::uint64_t content_length = 0;  // 0 when there is none
  friend bool operator==(RequestClass const&, RequestClass const&) = default;
};

/// Method, Content-Length and Authorization alone; the URI is not looked at. An IN or OUT channel
/// (its Content-Length SHOULD be ignored: 3.2.3.5.1, 3.2.4.5.1) is also what undefined_length may
/// be taken for. @return the error of content_length().
[[nodiscard]] Result<RequestClass> classify(RequestHead const& head);

[[nodiscard]] std::string_view to_string(RequestPurpose purpose);

}  // namespace rpchspec::wire
