// Who comes to a peer before it is known who that is.

#include "harness/engine/peer_listener.hpp"

#include <pthread.h>

#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "harness/engine/frame_buffer.hpp"

namespace rpchspec::engine {
namespace {

constexpr char const* kSecret = "let me in, for I know the word";

/// The other end of a link, which waits for what it reads.
class Caller {
 public:
  explicit Caller(std::uint16_t port) {
    socket_.connect({net::asio::ip::make_address("127.0.0.1"), port});
  }

  void send(Bytes const& bytes) { net::asio::write(socket_, net::asio::buffer(bytes)); }

  void send(Frame const& frame) { send(*to_bytes(frame)); }

  /// Nothing: the link ended.
  std::optional<Frame> receive() {
    for (;;) {
      auto next = arrived_.next(kMostOfAFrame);
      if (!next || *next) {
        return next ? std::move(*next) : std::nullopt;
      }
      auto const room = arrived_.prepare(kMostOfAFrame);
      boost::system::error_code error;
      auto const count = socket_.read_some(net::asio::buffer(room.data(), room.size()), error);
      if (error) {
        return std::nullopt;
      }
      arrived_.commit(count);
    }
  }

 private:
  net::asio::io_context io_;
  net::TcpSocket socket_{io_};
  FrameBuffer arrived_;
};

Frame open_of(std::string const& token) {
  Frame frame;
  auto& open = *frame.mutable_open();
  open.set_version(kLinkVersion);
  open.set_token(token);
  open.set_run("0123456789abcdef");
  open.set_topology("embedded");
  open.set_server_name("auto");
  open.set_backend_bind("auto");
  for (int i = 0; i < 3; ++i) {
    open.add_backend_ports(0);
  }
  return frame;
}

class PeerDoor : public testing::Test {
 protected:
  PeerDoor() : peer_([](std::string_view token) { return token == kSecret; }) {
    PeerListener::Options options;
    options.most_strangers = 2;
    auto listening = PeerListener::start(peer_, options);
    EXPECT_TRUE(listening) << to_string(listening.error());
    listening_ = std::move(*listening);
  }

  Peer peer_;
  std::unique_ptr<PeerListener> listening_;
};

TEST_F(PeerDoor, RefusesALargeFrameOfAStrangerByItsSize) {
  Caller caller(listening_->port());
  caller.send(Bytes{0, 0x7F, 0xFF, 0xFF});
  auto const answer = caller.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refused().why(), "a frame of 8388607 bytes; 8192 are allowed here");
  EXPECT_FALSE(caller.receive());
}

TEST_F(PeerDoor, RefusesACaseOfARunThatNobodyOpened) {
  Caller caller(listening_->port());
  Frame join;
  join.mutable_join()->set_run("fedcba9876543210");
  caller.send(join);
  auto const answer = caller.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refused().why(), "there is no such run");
}

TEST_F(PeerDoor, LetsTheOldestStrangerGiveWayAndNoDriver) {
  Caller driver(listening_->port());
  driver.send(open_of(kSecret));
  auto const opened = driver.receive();
  ASSERT_TRUE(opened && opened->has_opened());
  Caller first(listening_->port());
  Caller second(listening_->port());
  Caller third(listening_->port());
  EXPECT_FALSE(first.receive()) << "it gives way to the third";
  for (auto* const other : {&driver, &second, &third}) {
    other->send(open_of("a word that is wrong"));
    auto const answer = other->receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->refused().why(),
              other == &driver ? "nothing follows Opened" : "the token is missing or wrong");
  }
}

/// While it lives, no thread can be made.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&usual_);
    pthread_attr_t far_too_large;
    pthread_attr_init(&far_too_large);
    pthread_attr_setstacksize(&far_too_large, std::size_t{1} << 50);
    pthread_setattr_default_np(&far_too_large);
    pthread_attr_destroy(&far_too_large);
  }

  ~NoThreads() {
    pthread_setattr_default_np(&usual_);
    pthread_attr_destroy(&usual_);
  }

  NoThreads(NoThreads const&) = delete;
  NoThreads& operator=(NoThreads const&) = delete;

 private:
  pthread_attr_t usual_{};
};

TEST_F(PeerDoor, ClosesALinkThatItHasNoThreadForAndGoesOn) {
  {
    NoThreads const none;
    Caller caller(listening_->port());
    EXPECT_FALSE(caller.receive());
    auto const another = PeerListener::start(peer_, {});
    ASSERT_FALSE(another);
    EXPECT_EQ(another.error().field, "thread");
  }
  Caller caller(listening_->port());
  caller.send(open_of(kSecret));
  auto const answer = caller.receive();
  EXPECT_TRUE(answer && answer->has_opened());
}

}  // namespace
}  // namespace rpchspec::engine
