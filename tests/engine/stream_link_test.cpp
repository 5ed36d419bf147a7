#include "harness/engine/stream_link.hpp"

#include <gtest/gtest.h>

#include "net/listener.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

TEST(StreamLink, StaysWhenNothingCameInTime) {
  net::asio::io_context io;
  auto listener = net::Listener::bind(io.get_executor(), net::ListenOptions("127.0.0.1", 0));
  ASSERT_TRUE(listener) << to_string(listener.error());
  std::string late;
  std::string then;
  auto talk = [&]() -> net::Task<> {
    auto there = co_await net::connect(net::ConnectOptions("127.0.0.1", listener->local_port()),
                                       net::Deadline::in(kPatience));
    auto here = co_await listener->accept(net::Deadline::in(kPatience));
    StreamLink link(std::move(*here));
    auto const nothing = co_await link.receive(net::Deadline::in(std::chrono::milliseconds(20)));
    late = nothing ? "a frame" : nothing.error().detail;
    Frame frame;
    frame.mutable_refused()->set_why("no");
    auto const bytes = *to_bytes(frame);
    (void)co_await there->write_all(ByteView(bytes), net::Deadline::in(kPatience));
    auto const came = co_await link.receive(net::Deadline::in(kPatience));
    then = came ? came->refused().why() : came.error().detail;
  };
  net::asio::co_spawn(io, talk(), [](std::exception_ptr error) { EXPECT_FALSE(error); });
  io.run();
  EXPECT_EQ(late, "time-out");
  EXPECT_EQ(then, "no");
}

}  // namespace
}  // namespace rpchspec::engine
