#include "net/http_io.hpp"

#include <algorithm>

namespace rpchspec::net {

namespace {

HeadFailure ended_early(Stream const& stream, Ending ending, std::size_t bytes) {
  Error error;
  error.code = ending == Ending::deadline ? ErrorCode::deadline : ErrorCode::truncated;
  error.offset = bytes;
  error.section = "RFC 9112 2.1";
  error.detail = "the connection with " + stream.remote() + " came to " +
                 std::string(to_string(ending)) + " after " + std::to_string(bytes) +
                 " bytes of a head";
  return HeadFailure(ending, std::move(error));
}

template <class Head, auto kParse>
Task<HeadResult<Head>> read_head(Stream& stream,
                                 ReadBuffer& buffer,
                                 Deadline deadline,
                                 wire::HeadOptions options) {
  options.limit = std::min(options.limit, buffer.capacity() - 1);
  for (;;) {
    auto parsed = kParse(buffer.data(), options);
    if (!parsed) {
      co_return tl::unexpected(HeadFailure(std::nullopt, parsed.error()));
    }
    if (auto& whole = *parsed) {
      buffer.consume(whole->size);
      co_return std::move(whole->head);
    }
    auto const result = co_await read_more(stream, buffer, deadline);
    if (result.ending) {
      co_return tl::unexpected(ended_early(stream, *result.ending, buffer.data().size()));
    }
  }
}

}  // namespace

Task<ReadResult> read_more(Stream& stream, ReadBuffer& buffer, Deadline deadline) {
  auto const result = co_await stream.read_some(buffer.prepare(), deadline);
  buffer.commit(result.bytes);
  co_return result;
}

Task<HeadResult<wire::RequestHead>> read_request_head(Stream& stream,
                                                      ReadBuffer& buffer,
                                                      Deadline deadline,
                                                      wire::HeadOptions options) {
  co_return co_await read_head<wire::RequestHead, wire::parse_request_head>(stream, buffer,
                                                                            deadline, options);
}

Task<HeadResult<wire::ResponseHead>> read_response_head(Stream& stream,
                                                        ReadBuffer& buffer,
                                                        Deadline deadline,
                                                        wire::HeadOptions options) {
  co_return co_await read_head<wire::ResponseHead, wire::parse_response_head>(stream, buffer,
                                                                              deadline, options);
}

}  // namespace rpchspec::net
