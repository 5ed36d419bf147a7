// Time of one small RPC round trip through the proxy, and of a TCP echo of the same size: JSON.

#include <algorithm>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

#include "bench/proxy_world.hpp"
#include "net/connect.hpp"
#include "net/listener.hpp"
#include "net/task_scope.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::bench {
namespace {

constexpr auto kPatience = std::chrono::minutes(2);
constexpr std::size_t kSmallCall = 24;  // bytes: EcDummyRpc's request, which has no parameters

struct Percentiles {
  double p50 = 0;
  double p99 = 0;
};

/// In microseconds.
Percentiles percentiles(std::vector<Duration> times) {
  std::sort(times.begin(), times.end());
  auto const at = [&times](double share) {
    auto const index = static_cast<std::size_t>(share * static_cast<double>(times.size() - 1));
    return std::chrono::duration<double, std::micro>(times[index]).count();
  };
  return {at(0.5), at(0.99)};
}

net::Task<> echo(net::Stream stream) {
  Bytes buffer(4096);
  auto got = co_await stream.read_some(buffer, net::Deadline::never());
  while (!got.ending) {
    (void)co_await stream.write_all(ByteView(buffer).first(got.bytes), net::Deadline::never());
    got = co_await stream.read_some(buffer, net::Deadline::never());
  }
}

/// Round trips of a bare TCP echo over the same streams, on the same thread.
net::Task<std::vector<Duration>> echo_times(std::size_t rounds) {
  std::vector<Duration> times;
  auto const executor = co_await net::asio::this_coro::executor;
  auto listener = net::Listener::bind(executor, net::ListenOptions("127.0.0.1", 0));
  net::ConnectOptions options("127.0.0.1", listener->local_port());
  auto const deadline = net::Deadline::in(kPatience);
  auto near = co_await net::connect(std::move(options), deadline);
  auto far = co_await listener->accept(deadline);
  net::TaskScope scope(executor, "echo_times");
  scope.spawn(echo(std::move(*far)));
  Bytes buffer(kSmallCall);
  for (std::size_t i = 0; i < rounds; ++i) {
    auto const begin = Clock::now();
    (void)co_await near->write_all(ByteView(buffer), net::Deadline::never());
    for (std::size_t read = 0; read < buffer.size();) {
      auto const rest = MutableByteView(buffer).subspan(read);
      auto const got = co_await near->read_some(rest, net::Deadline::never());
      read += got.bytes;
    }
    times.push_back(Clock::now() - begin);
  }
  near->close_now(net::CloseHow::fin);
  co_await scope.join();
  co_return times;
}

/// Round trips of EcDummyRpc over one open virtual connection; empty with a message on failure.
net::Task<std::vector<Duration>> call_times(ProxyWorld& world, std::size_t rounds) {
  std::vector<Duration> times;
  auto const deadline = net::Deadline::in(kPatience);
  auto done = co_await world.open(deadline);
  if (done) {
    done = co_await world.call("bind", deadline);
  }
  for (std::size_t i = 0; done && i < rounds; ++i) {
    auto const begin = Clock::now();
    done = co_await world.call("EcDummyRpc", deadline);
    times.push_back(Clock::now() - begin);
  }
  if (!done) {
    std::fputs((to_string(done.error()) + "\n").c_str(), stderr);
    times.clear();
  }
  co_await world.strike();
  co_return times;
}

int run(int argc, char** argv) {
  std::size_t rounds = 2000;
  CLI::App app("Latency of one RPC round trip beside a bare TCP echo, as one line of JSON.");
  app.add_option("--rounds", rounds, "of each")->check(CLI::Range(10, 1000000));
  CLI11_PARSE(app, argc, argv);

  net::asio::io_context io;
  journal::Recorder recorder(journal::RecorderOptions{Clock::now(), 0x5EED, {}});
  Meter meter(recorder, Direction::in);
  ProxyWorld world(io.get_executor(), recorder, WorldOptions(), ProxyPlace::embedded);
  std::vector<Duration> calls;
  std::vector<Duration> echoes;
  auto const both = [&]() -> net::Task<> {
    echoes = co_await echo_times(rounds);
    calls = co_await call_times(world, rounds);
  };
  net::asio::co_spawn(io, both, [](std::exception_ptr error) {
    if (error) {
      std::rethrow_exception(error);
    }
  });
  io.run();
  if (calls.size() != rounds) {
    return 1;
  }
  auto const call = percentiles(calls);
  auto const bare = percentiles(echoes);
  fmt::print(
      "{{\"rounds\": {}, \"call_p50_us\": {:.1f}, \"call_p99_us\": {:.1f}, \"echo_p50_us\": "
      "{:.1f}, "
      "\"echo_p99_us\": {:.1f}}}\n",
      rounds, call.p50, call.p99, bare.p50, bare.p99);
  return 0;
}

}  // namespace
}  // namespace rpchspec::bench

int main(int argc, char** argv) {
  return rpchspec::bench::run(argc, argv);
}
