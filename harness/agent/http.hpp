// HTTP/1.1 of the control API: requests read off a stream, answers written to it.

#pragma once

#include <map>
#include <optional>
#include <string>

#include <boost/beast/core/string.hpp>

#include "net/stream.hpp"

namespace rpchspec::agent {

inline constexpr std::size_t kMostBody = std::size_t{1} << 20;  // bytes
inline constexpr std::uint32_t kMostHead = 16 * 1024;           // bytes

/// By their names, in whatever case these are written.
using HttpFields = std::map<std::string, std::string, boost::beast::iless>;

struct HttpRequest {
  std::string method;
  std::string path;                          // decoded, without the query
  std::map<std::string, std::string> query;  // decoded
  HttpFields fields;
  std::string body;
  bool keep_alive = true;

  /// Empty where there is none.
  [[nodiscard]] std::string field(std::string const& name) const;
};

struct HttpReply {
  unsigned status = 200;
  std::string body;   // JSON
  std::string allow;  // methods, for 405
};

/// A request, or what is answered instead; empty: the peer has ended, or said nothing for too long.
struct HttpRead {
  std::optional<HttpRequest> request;
  std::optional<HttpReply> refusal;
};

/// Reads one request. `pending` keeps what came behind it; both outlive the call.
[[nodiscard]] net::Task<HttpRead> read_request(net::Stream& stream, std::string& pending);

/// False: the stream ended.
[[nodiscard]] net::Task<bool> write_reply(net::Stream& stream, HttpReply reply, bool keep_alive);

}  // namespace rpchspec::agent
