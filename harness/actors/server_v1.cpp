// The server's steps on a v1 session (MS-RPCH 3.1.3).

#include "harness/actors/server.hpp"
#include "harness/actors/step_values.hpp"

namespace rpchspec::actors {

namespace scn = scenario::v1;

net::Task<Result<std::shared_ptr<backend::V1Connection>>> Server::v1_connection(
    std::uint32_t vc, net::Deadline deadline) {
  auto found = co_await backend_.wait_for_v1(vc, deadline);
  if (!found) {
    co_return fail({ErrorCode::deadline, 0, "", "MS-RPCH 3.1.2.5.1",
                    "the server never got a connection for v1 session " + std::to_string(vc)});
  }
  co_return found;
}

net::Task<Result<void>> Server::send_v1(std::uint32_t vc, scn::Send step, net::Deadline deadline) {
  auto const there = co_await v1_connection(vc, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  auto const& connection = *there;
  if (is_payload(step)) {
    constexpr std::uint8_t kResponse = 2;
    auto const order = payload_order(step, kResponse);
    if (!order) {
      co_return tl::unexpected(order.error());
    }
    co_return co_await connection->send_payload(*order, deadline);
  }
  auto const bytes = bytes_of(step, MeaningValues());
  if (!bytes) {
    co_return tl::unexpected(bytes.error());
  }
  auto const pieces = net::Pieces(step.split(), to_duration(step.gap()));
  for (std::uint32_t i = 0; i < std::max(step.count(), 1U); ++i) {
    if (!co_await connection->leg()->send_pieces(*bytes, pieces, deadline)) {
      co_return fail({ErrorCode::io, 0, "", "", "the connection ended before all of it was sent"});
    }
  }
  co_return Result<void>();
}

net::Task<Result<void>> Server::close_v1(std::uint32_t vc,
                                         scn::Close step,
                                         net::Deadline deadline) {
  auto const there = co_await v1_connection(vc, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  auto const of = (*there)->leg();
  if (step.cause() == scn::HALF_CLOSE) {
    co_await of->half_close(deadline);
  } else {
    (void)co_await of->outbox().drained(deadline);
    of->stream().close_now(close_how(step.cause()));
  }
  co_return Result<void>();
}

net::Task<Result<void>> Server::greet_v1(std::uint32_t vc, net::Deadline deadline) {
  auto const there = co_await v1_connection(vc, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  (*there)->greet();
  (void)co_await (*there)->leg()->outbox().drained(deadline);
  co_return Result<void>();
}

}  // namespace rpchspec::actors
