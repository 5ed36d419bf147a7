#include "harness/engine/relay.hpp"

#include <vector>

namespace rpchspec::engine {
namespace {

constexpr auto kWriteBound = std::chrono::seconds(15);
constexpr std::size_t kRelayBuffer = std::size_t{64} * 1024;

net::Task<> relay(net::Stream& from, net::Stream& to) {
  std::vector<std::uint8_t> buffer(kRelayBuffer);
  for (;;) {
    auto const got = co_await from.read_some(buffer, net::Deadline::never());
    if (got.ending == net::Ending::rst) {
      to.abort();
      co_return;
    }
    if (got.ending == net::Ending::tls_truncated) {
      to.close_now(net::CloseHow::tls_truncate);
      co_return;
    }
    if (got.ending) {
      (void)co_await to.shutdown_send(net::Deadline::in(kWriteBound));
      co_return;
    }
    auto const bytes = ByteView(buffer).first(got.bytes);
    auto const put = co_await to.write_all(bytes, net::Deadline::never());
    if (put.ending) {
      from.close_now(*put.ending == net::Ending::rst ? net::CloseHow::rst : net::CloseHow::fin);
      co_return;
    }
  }
}

}  // namespace

net::Task<> relay_both(net::Stream& one, net::Stream& other) {
  co_await net::in_scope([&](net::TaskScope& scope) -> net::Task<> {
    scope.spawn([&]() -> net::Task<> { co_await relay(one, other); });
    co_await relay(other, one);
  });
}

}  // namespace rpchspec::engine
