#include "net/payload_sender.hpp"

#include <optional>

#include "tests/net/support.hpp"

namespace rpchspec::net {
namespace {

/// A window that lets so many bytes out, again and again.
struct Windowed {
  explicit Windowed(std::size_t let_go) : let_go_(let_go) {}

  PayloadWay way() {
    PayloadWay made;
    made.leg = [this] { return leg; };
    made.send = [this](Bytes pdu) {
      waiting += pdu.size();
      return Result<void>();
    };
    made.queued = [this] {
      if (waiting > 0 && let_go_ > 0) {
        asio::post(changed->executor(), [this] {
          waiting -= std::min(waiting, let_go_);
          changed->notify();
        });
      }
      return waiting;
    };
    return made;
  }

  std::shared_ptr<PduLeg> leg = std::make_shared<PduLeg>(Stream());
  std::optional<Event> changed = std::nullopt;
  std::size_t waiting = 0;

 private:
  std::size_t let_go_;
};

/// Sends 1 MiB, with patience for 50 ms and none for the whole.
Result<void> sent_through(Windowed& window) {
  Result<void> result;
  run_net([&]() -> Task<> {
    window.changed.emplace(co_await asio::this_coro::executor);
    PayloadSender sender(*window.changed, 1, {}, window.way());
    PayloadOrder order;
    order.bytes = 1 << 20;
    order.patience = 50ms;
    result = co_await sender.send(order, Deadline::never());
  });
  return result;
}

TEST(PayloadSender, EndsWhenThePeerTakesAWindowAndNoMore) {
  Windowed stalled(0);
  auto const done = sent_through(stalled);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::deadline);
  EXPECT_THAT(done.error().detail,
              ::testing::HasSubstr("of 1048576 bytes still wait for the window"));
}

TEST(PayloadSender, IsPatientWhileSomethingGoes) {
  Windowed slow(1000);
  auto const done = sent_through(slow);
  EXPECT_TRUE(done) << done.error().detail;
}

}  // namespace
}  // namespace rpchspec::net
