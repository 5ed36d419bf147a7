// Any bytes as a request and as a response head: limits hold, a head once read is written so that
// it reads the same again, and cutting it short never makes a complete head of it.

#include <cstdlib>

#include "protocol/wire/role_heads.hpp"
#include "protocol/wire/rpc_error.hpp"

namespace {

using namespace rpchspec;

constexpr std::size_t kLimit = 2048;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check_fields(wire::HeaderList const& headers) {
  (void)wire::content_length(headers);
  (void)wire::parse_pragmas(headers);
  (void)wire::keeps_alive(wire::kHttp11, headers);
  for (auto const& [name, value] : headers) {
    require(wire::find_header(headers, name) != nullptr);
    (void)wire::list_elements(headers, name);
  }
}

template <class Parse>
auto check(ByteView bytes, Parse parse) {
  wire::HeadOptions options;
  options.limit = kLimit;
  auto parsed = parse(bytes, options);
  if (!parsed) {
    require(parsed.error().offset <= bytes.size());
  } else if (!*parsed) {
    require(bytes.size() < kLimit);
  } else {
    auto const size = (*parsed)->size;
    require(size <= bytes.size() && size <= kLimit);
    auto const shorter = parse(bytes.first(size - 1), options);
    require(shorter.has_value() && !*shorter);
    check_fields((*parsed)->head.headers);
    auto const again = parse(wire::encode((*parsed)->head), wire::HeadOptions{});
    require(again.has_value() && *again && (*again)->head == (*parsed)->head);
  }
  return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  ByteView const bytes(data, size);
  auto const request = check(bytes, wire::parse_request_head);
  if (request && *request) {
    (void)wire::classify((*request)->head);
  }
  auto const response = check(bytes, wire::parse_response_head);
  if (response && *response) {
    auto const reason = wire::parse_rpc_error_reason((*response)->head.reason);
    if (reason) {
      require(wire::parse_rpc_error_reason(wire::to_string(*reason)) == reason);
    }
  }
  (void)wire::parse_rpc_error_body(as_text(bytes));
  return 0;
}
