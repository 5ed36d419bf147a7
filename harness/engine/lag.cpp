#include "harness/engine/lag.hpp"

#include "net/deadline.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kTick = std::chrono::milliseconds(50);
constexpr auto kNoticeableLag = std::chrono::milliseconds(100);

}  // namespace

net::Task<> tick(journal::Recorder& recorder) {
  auto const due = Clock::now() + kTick;
  (void)co_await net::sleep_until(net::Deadline(due));
  auto const now = Clock::now();
  if (now - due > kNoticeableLag) {
    journal::Event event;
    event.set_source(journal::v1::HARNESS);
    event.mutable_note()->set_text("the harness was late");
    event.mutable_note()->set_lag_ms(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now - due).count()));
    recorder.append(event, now);
  }
}

}  // namespace rpchspec::engine
