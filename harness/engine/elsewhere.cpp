#include "harness/engine/elsewhere.hpp"

#include <random>

#include <fmt/format.h>

#include "net/task_scope.hpp"

namespace rpchspec::engine {
namespace {

std::string made_up_run() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

Frame open_frame(std::string const& token, std::string const& run, targets::Target const& target) {
  Frame frame;
  auto& open = *frame.mutable_open();
  open.set_version(kLinkVersion);
  open.set_token(token);
  open.set_run(run);
  auto const behind_front = target.topology == targets::Topology::http_front;
  auto const topology = behind_front ? targets::Topology::embedded : target.topology;
  open.set_topology(std::string(targets::to_string(topology)));
  for (auto const& url : target.urls) {
    if (!behind_front) {  // whose RPC proxy is played here
      auto& proxy = *open.add_proxy();
      proxy.set_host(url.host);
      proxy.set_port(url.port);
    }
  }
  open.set_server_name(target.server_name);
  open.set_backend_bind(target.backend_bind);
  for (auto const port : target.backend_ports) {
    open.add_backend_ports(port);
  }
  return frame;
}

}  // namespace

Elsewhere::Elsewhere(WayToPeer& way, Duration patience)
    : way_(way), patience_(patience), run_(made_up_run()) {}

Elsewhere::~Elsewhere() {
  if (link_) {
    link_->close();
  }
}

net::Task<Result<void>> Elsewhere::ask(targets::Target target) {
  auto const executor = io_.get_executor();
  auto made = co_await way_.connect(executor, net::Deadline::in(patience_));
  if (!made) {
    co_return fail(
        {ErrorCode::io, 0, "", "",
         "the agent at " + way_.address() + " can't be reached: " + made.error().detail});
  }
  link_ = std::move(*made);
  auto const posted = link_->post(open_frame(way_.token(), run_, target));
  if (!posted) {
    co_return posted;
  }
  Result<Frame> answer;
  co_await net::in_scope([&](net::TaskScope& scope) -> net::Task<> {
    scope.spawn(link_->run());
    answer = co_await link_->receive(net::Deadline::in(patience_));
    (void)co_await link_->sent(net::Deadline::in(patience_));
    scope.cancel();
  });
  if (!answer) {
    co_return fail(
        {ErrorCode::io, 0, "", "",
         "the agent at " + way_.address() + " did not answer: " + answer.error().detail});
  }
  if (!answer->has_opened()) {
    auto const why = answer->has_refused() ? answer->refused().why() : "it says something else";
    co_return fail(
        {ErrorCode::io, 0, "", "", "the agent at " + way_.address() + " refuses: " + why});
  }
  own_address_ = answer->opened().own_address();
  co_return Result<void>();
}

Result<std::unique_ptr<Elsewhere>> Elsewhere::open(WayToPeer& way,
                                                   targets::Target const& target,
                                                   Duration patience) {
  std::unique_ptr<Elsewhere> made(new Elsewhere(way, patience));
  Result<void> asked;
  auto talk = [&]() -> net::Task<> { asked = co_await made->ask(target); };
  net::asio::co_spawn(made->io_, talk(), [](std::exception_ptr error) {
    if (error) {
      std::rethrow_exception(error);
    }
  });
  made->io_.run();
  if (!asked) {
    return tl::unexpected(asked.error());
  }
  return made;
}

}  // namespace rpchspec::engine
