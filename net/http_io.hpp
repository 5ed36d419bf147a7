// Reading HTTP heads, and whatever else is buffered, off a stream.

#pragma once

#include <optional>

#include "net/buffer.hpp"
#include "net/stream.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::net {

/// Why there is no head.
struct HeadFailure {
  HeadFailure(std::optional<Ending> ending_, Error error_)
      : ending(ending_), error(std::move(error_)) {}

  std::optional<Ending> ending;  // the stream's; empty: what came is no head, or too large
  Error error;
};

template <class Head>
using HeadResult = tl::expected<Head, HeadFailure>;

/// Reads once, into the space of `buffer`. Precondition: it is not full.
[[nodiscard]] Task<ReadResult> read_more(Stream& stream, ReadBuffer& buffer, Deadline deadline);

/// Reads until `buffer` begins with a whole head, and takes it off; what follows stays in `buffer`.
/// `buffer` and `stream` outlive the call. After a failure, what came is still in `buffer`.
/// @param options  options.limit is at most the buffer's capacity.
[[nodiscard]] Task<HeadResult<wire::RequestHead>> read_request_head(Stream& stream,
                                                                    ReadBuffer& buffer,
                                                                    Deadline deadline,
                                                                    wire::HeadOptions options = {});
[[nodiscard]] Task<HeadResult<wire::ResponseHead>> read_response_head(
    Stream& stream, ReadBuffer& buffer, Deadline deadline, wire::HeadOptions options = {});

}  // namespace rpchspec::net
