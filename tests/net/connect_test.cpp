#include "net/connect.hpp"

#include "support.hpp"

namespace rpchspec::net {
namespace {

Task<std::uint16_t> closed_port() {
  auto const listener = *Listener::bind(co_await asio::this_coro::executor, ListenOptions());
  co_return listener.local_port();
}

TEST(Connect, ToAPortWhereNobodyListensIsRefusedAndToldToTheTap) {
  run_net([]() -> Task<> {
    journal::Recorder recorder(from_now());
    std::optional<journal::ConnectionTap> tap(std::in_place, recorder, journal::TapOptions());
    ConnectOptions options("127.0.0.1", co_await closed_port());
    auto const stream = co_await connect(options, std::move(tap), soon());
    EXPECT_EQ(stream.error().ending, Ending::refused);
    EXPECT_THAT(stream.error().error.detail, testing::HasSubstr("nothing listens there"));
    auto const events = events_of(recorder);
    EXPECT_FALSE(events.empty());
    EXPECT_EQ(events.back().ended().ending(), journal::v1::REFUSED);
  });
}

TEST(Connect, ReachesANameThroughAnOverride) {
  run_net([]() -> Task<> {
    auto listener = *Listener::bind(co_await asio::this_coro::executor, ListenOptions());
    ConnectOptions options("Mail.Example.COM", listener.local_port());
    options.resolve.push_back({"other.example.com", 0, "192.0.2.1"});
    options.resolve.push_back({"mail.example.com", 1, "192.0.2.1"});
    options.resolve.push_back({"mail.example.com", 0, "127.0.0.1"});
    options.local_address = "127.0.0.9";
    auto const stream = co_await connect(options, soon());
    EXPECT_TRUE(stream.has_value());
    EXPECT_THAT(stream->local(), testing::StartsWith("127.0.0.9:"));
    auto const accepted = co_await listener.accept(soon());
    EXPECT_EQ(accepted->remote(), stream->local());
    EXPECT_EQ(stream->remote(), listener.local());
  });
}

TEST(Connect, CallsANameThatDoesNotResolveUnreachable) {
  run_net([]() -> Task<> {
    ConnectOptions const options("no-such-name.invalid", 80);
    auto const stream = co_await connect(options, soon());
    EXPECT_EQ(stream.error().ending, Ending::unreachable);
    EXPECT_THAT(stream.error().error.detail, testing::HasSubstr("no-such-name.invalid"));
  });
}

TEST(Connect, CallsALocalAddressThatIsNotOursUnreachable) {
  run_net([]() -> Task<> {
    ConnectOptions options("127.0.0.1", 80);
    options.local_address = "192.0.2.1";
    auto const stream = co_await connect(options, soon());
    EXPECT_EQ(stream.error().ending, Ending::unreachable);
    EXPECT_THAT(stream.error().error.detail, testing::HasSubstr("from 192.0.2.1"));
  });
}

// A full backlog: the SYN is dropped, as by a firewall.
TEST(Connect, KeepsItsDeadlineWhereNobodyAnswers) {
  run_net([]() -> Task<> {
    ListenOptions listen;
    listen.backlog = 0;
    auto listener = *Listener::bind(co_await asio::this_coro::executor, listen);
    ConnectOptions const options("127.0.0.1", listener.local_port());
    std::vector<Stream> waiting;
    std::optional<Ending> ending;
    for (int i = 0; i < 10 && !ending; ++i) {
      auto stream = co_await connect(options, Deadline::in(20ms));
      if (stream) {
        waiting.push_back(std::move(*stream));
      } else {
        ending = stream.error().ending;
      }
    }
    EXPECT_EQ(ending, Ending::deadline);
  });
}

TEST(Listener, SaysWhichAddressIsInUseAndWhatToDo) {
  run_net([]() -> Task<> {
    auto executor = co_await asio::this_coro::executor;
    auto const first = *Listener::bind(executor, ListenOptions());
    auto const second = Listener::bind(executor, ListenOptions("127.0.0.1", first.local_port()));
    EXPECT_FALSE(second.has_value());
    EXPECT_THAT(second.error().detail, testing::AllOf(testing::HasSubstr(first.local()),
                                                      testing::HasSubstr("already in use"),
                                                      testing::HasSubstr("another port")));
  });
}

TEST(Listener, RefusesWhatIsNoAddressOrNotOurs) {
  run_net([]() -> Task<> {
    auto executor = co_await asio::this_coro::executor;
    EXPECT_THAT(Listener::bind(executor, ListenOptions("mail", 0)).error().detail,
                testing::HasSubstr("not an IP address"));
    EXPECT_THAT(Listener::bind(executor, ListenOptions("192.0.2.1", 0)).error().detail,
                testing::HasSubstr("no interface"));
  });
}

TEST(Listener, AcceptKeepsItsDeadlineAndEndsWithTheListener) {
  run_net([]() -> Task<> {
    auto executor = co_await asio::this_coro::executor;
    auto listener = *Listener::bind(executor, ListenOptions());
    auto const seen_1 = co_await listener.accept(Deadline::in(1ms));
    EXPECT_EQ(seen_1.error().ending, Ending::deadline);
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      scope.spawn([&]() -> Task<> {
        auto const seen_2 = co_await listener.accept(soon());
        EXPECT_EQ(seen_2.error().ending, Ending::cancelled);
      });
      (void)co_await sleep_until(Deadline::in(1ms));
      listener.close();
    });
  });
}

}  // namespace
}  // namespace rpchspec::net
