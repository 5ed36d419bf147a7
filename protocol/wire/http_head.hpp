// HTTP request and response heads: start line and header lines, as they stand on the wire.
//
// Order, case and duplicates of headers are kept, and so are unknown methods (RPC_IN_DATA) and the
// reason phrase, which carries the RPC error (MS-RPCH 2.1.2.1.3). Bodies are not looked at.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::wire {

/// Name and value, in the order of the wire. A value has no surrounding white space.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

inline constexpr int kHttp10 = 10;
inline constexpr int kHttp11 = 11;

struct RequestHead {
  std::string method;     // "RPC_IN_DATA", verbatim
  std::string target;     // "/rpc/rpcproxy.dll?server:6001", verbatim
  int version = kHttp11;  // 10 * major + minor
  HeaderList headers;
  friend bool operator==(RequestHead const&, RequestHead const&) = default;
};

struct ResponseHead {
  int version = kHttp11;
  unsigned status = 200;
  std::string reason;  // verbatim; may be empty
  HeaderList headers;
  friend bool operator==(ResponseHead const&, ResponseHead const&) = default;
};

/// A head, and how many of the buffered bytes it took: what follows is the body.
template <class Head>
struct ParsedHead {
  Head head;
  std::size_t size = 0;
};

inline constexpr std::size_t kDefaultHeadLimit = std::size_t{64} * 1024;

enum class LeadingCrlf { refuse, skip };  // RFC 9112 2.2: a server SHOULD skip at least one

struct HeadOptions {
  std::size_t limit = kDefaultHeadLimit;  // bytes of the whole head
  LeadingCrlf leading_crlf = LeadingCrlf::refuse;
};

/// Takes a whole head off the front of `buffered`, which it neither copies nor keeps.
///
/// @return the head; an empty optional when more bytes are needed; too_large above the limit;
///         bad_syntax for what RFC 9112 forbids, as soon as the first bytes cannot begin a head
///         (an RTS PDU where a head was expected), otherwise once the head is complete. Versions
///         other than 1.0 and 1.1, contradictory Content-Length and Content-Length together with
///         Transfer-Encoding are bad_syntax too.
[[nodiscard]] Result<std::optional<ParsedHead<RequestHead>>> parse_request_head(
    ByteView buffered, HeadOptions options = {});
[[nodiscard]] Result<std::optional<ParsedHead<ResponseHead>>> parse_response_head(
    ByteView buffered, HeadOptions options = {});

/// The head as bytes, literally: nothing is checked, added or left out.
[[nodiscard]] Bytes encode(RequestHead const& head);
[[nodiscard]] Bytes encode(ResponseHead const& head);

}  // namespace rpchspec::wire
