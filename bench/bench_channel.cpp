// Bytes per second of one channel through a relay: one line of JSON.

#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "bench/proxy_world.hpp"
#include "bench/straight_world.hpp"
#include "net/event.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::bench {
namespace {

constexpr auto kPatience = std::chrono::minutes(10);

struct Arguments {
  std::string relay = "proxy";  // proxy: a thread of its own; embedded; straight: over relay_port
  Direction direction = Direction::in;
  std::uint64_t bytes = 1ULL << 30;
  std::uint32_t window = 262144;
  std::uint32_t pdu_size = 5840;
  StraightWorld::Ports ports{};
  std::string journal;
};

double cpu_seconds() {
  rusage used = {};
  getrusage(RUSAGE_SELF, &used);
  auto const seconds = [](timeval const& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Figures {
  double seconds = 0;
  double cpu = 0;
  std::string error;
};

class Run {
 public:
  explicit Run(Arguments const& arguments)
      : arguments_(arguments),
        recorder_(journal::RecorderOptions{Clock::now(), 0x5EED, arguments.journal}),
        meter_(recorder_, arguments.direction),
        arrived_(io_.get_executor()) {
    recorder_.listen([this](journal::Event const&) {
      if (meter_.arrived() >= arguments_.bytes) {
        arrived_.notify();
      }
    });
    make_world();
  }

  int play() {
    net::asio::co_spawn(io_, main(), [](std::exception_ptr error) {
      if (error) {
        std::rethrow_exception(error);
      }
    });
    io_.run();
    return tell();
  }

 private:
  void make_world() {
    WorldOptions options;
    options.direction = arguments_.direction;
    options.window = ReceiveWindowSize(arguments_.window);
    options.pdu_size = arguments_.pdu_size;
    auto const executor = io_.get_executor();
    if (arguments_.relay == "straight") {
      world_ = std::make_unique<StraightWorld>(executor, recorder_, options, arguments_.ports);
    } else {
      auto const place =
          arguments_.relay == "embedded" ? ProxyPlace::embedded : ProxyPlace::own_thread;
      world_ = std::make_unique<ProxyWorld>(executor, recorder_, options, place);
    }
  }

  net::Task<> main() {
    auto const deadline = net::Deadline::in(kPatience);
    auto const opened = co_await world_->open(deadline);
    auto const begin = Clock::now();
    auto const cpu = cpu_seconds();
    auto done = opened;
    if (opened) {
      done = co_await world_->send(arguments_.bytes, deadline);
    }
    auto const whole = [this] { return meter_.arrived() >= arguments_.bytes; };
    if (done) {
      auto const in_time = co_await arrived_.wait(whole, deadline);
      figures_.error = in_time ? "" : "not all of it arrived";
    }
    figures_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    figures_.cpu = cpu_seconds() - cpu;
    if (!done) {
      figures_.error = to_string(done.error());
    }
    co_await world_->strike();
  }

  int tell() {
    auto const rate = static_cast<double>(meter_.arrived()) / figures_.seconds;
    fmt::print(
        "{{\"relay\": \"{}\", \"direction\": \"{}\", \"window\": {}, \"pdu_size\": {}, \"bytes\": "
        "{}, \"wrong\": {}, \"seconds\": {:.4f}, \"cpu_seconds\": {:.4f}, \"bytes_per_second\": "
        "{:.0f}}}\n",
        arguments_.relay, arguments_.direction == Direction::in ? "in" : "out", arguments_.window,
        arguments_.pdu_size, meter_.arrived(), meter_.wrong(), figures_.seconds, figures_.cpu,
        rate);
    auto const through_proxy = arguments_.relay != "straight";
    auto const objections = through_proxy ? meter_.objections() : std::string();
    std::fputs(objections.c_str(), stderr);
    std::fputs(figures_.error.c_str(), stderr);
    auto const good = figures_.error.empty() && meter_.wrong() == 0 && objections.empty();
    return good ? 0 : 1;
  }

  Arguments const& arguments_;
  net::asio::io_context io_;
  journal::Recorder recorder_;
  Meter meter_;
  net::Event arrived_;
  std::unique_ptr<World> world_;
  Figures figures_;
};

int run(int argc, char** argv) {
  Arguments arguments;
  std::map<std::string, Direction> const directions = {{"in", Direction::in},
                                                       {"out", Direction::out}};
  CLI::App app("Bytes per second of one channel through a relay, as one line of JSON.");
  app.add_option("--relay", arguments.relay, "proxy, embedded or straight")
      ->check(CLI::IsMember({"proxy", "embedded", "straight"}));
  app.add_option("--direction", arguments.direction, "in or out")
      ->transform(CLI::CheckedTransformer(directions));
  app.add_option("--bytes", arguments.bytes, "payload, in whole RPC PDUs");
  app.add_option("--window", arguments.window, "every receive window, in bytes");
  app.add_option("--pdu-size", arguments.pdu_size, "of each RPC PDU, in bytes");
  app.add_option("--listen-port", arguments.ports.listen, "straight: of the far end");
  app.add_option("--relay-port", arguments.ports.relay, "straight: where the near end connects to");
  app.add_option("--journal", arguments.journal, "file to record into; none: memory");
  CLI11_PARSE(app, argc, argv);
  return Run(arguments).play();
}

}  // namespace
}  // namespace rpchspec::bench

int main(int argc, char** argv) {
  return rpchspec::bench::run(argc, argv);
}
