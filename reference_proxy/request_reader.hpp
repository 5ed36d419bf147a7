// What a client's connection brings before it carries a channel: heads of requests, and bodies that
// are dropped.

#pragma once

#include <optional>

#include "net/buffer.hpp"
#include "net/stream.hpp"
#include "protocol/wire/http_head.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {

/// How the reading of a head ended. Without any of these the client was done.
struct HeadRead {
  std::optional<wire::RequestHead> head{};
  std::optional<Error> error{};  // what came is no head
  bool anothers = false;         // it is the lender's, and was not taken
  bool late = false;             // the time was over before it was whole
  bool cancelled = false;        // the proxy stops
};

class RequestReader {
 public:
  /// The arguments outlive it.
  RequestReader(net::Stream& stream, ProxyConfig const& config)
      : stream_(stream), config_(config) {}

  /// @param first_byte_within  from now on; the head must be whole a head_timeout after that.
  [[nodiscard]] net::Task<HeadRead> head(Duration first_byte_within);

  /// Reads a body and drops it. False: it did not come whole.
  [[nodiscard]] net::Task<bool> drop_body(std::uint64_t left);

  /// Reads on until the client ends.
  [[nodiscard]] net::Task<> drop_all();

  /// The connection was lent, and can be given back.
  [[nodiscard]] bool lent() const { return config_.lender && !stream_.is_tls(); }

  /// What was read, and is part of nothing above.
  [[nodiscard]] net::ReadBuffer& unread() { return in_; }

 private:
  [[nodiscard]] net::Task<bool> read_more(net::Deadline deadline);
  [[nodiscard]] bool take_head(HeadRead& read);

  net::Stream& stream_;
  ProxyConfig const& config_;
  net::ReadBuffer in_;
  bool is_cancelled_ = false;  // the last read was
};

}  // namespace rpchspec::proxy
