#include "harness/engine/stage.hpp"

#include <future>
#include <mutex>
#include <thread>

#include "harness/engine/address_block.hpp"
#include "harness/engine/case_place.hpp"
#include "harness/engine/case_world.hpp"
#include "harness/engine/executor.hpp"
#include "harness/engine/local_servers.hpp"
#include "harness/engine/proxy_use.hpp"
#include "harness/engine/shared_listeners.hpp"
#include "harness/engine/stage_reading.hpp"
#include "net/task_scope.hpp"
#include "reports/steps.hpp"

namespace rpchspec::engine {
namespace {

/// Says that a step is over also where it never got its turn.
class Told {
 public:
  explicit Told(Stage::Done done) : done_(std::move(done)) {}

  ~Told() {
    if (done_) {
      say({Error{ErrorCode::unexpected, 0, "", "", "the session is closed"}});
    }
  }

  Told(Told const&) = delete;
  Told& operator=(Told const&) = delete;

  void say(StepEnd end) { std::exchange(done_, nullptr)(std::move(end)); }

 private:
  Stage::Done done_;
};

}  // namespace

struct Stage::Impl {
  explicit Impl(StageOptions given)
      : options(std::move(given)),
        closing(io.get_executor()),
        recorder({Clock::now(), options.seed, options.journal}),
        reading(io.get_executor(), recorder, options.timeout_scale) {}

  [[nodiscard]] Result<void> prepare();
  void start();
  [[nodiscard]] net::Task<Result<void>> raise();
  [[nodiscard]] net::Task<> main();
  [[nodiscard]] net::Task<> play_steps();
  void tell_start();
  [[nodiscard]] net::Task<> perform(std::shared_ptr<StepOrder const> order,
                                    std::shared_ptr<Told> told);
  [[nodiscard]] net::Task<StepEnd> act(StepOrder const& order);

  StageOptions options;
  model::RequirementRegistry registry{};  // nothing is judged here
  CaseNumbers numbers;
  net::asio::io_context io;
  net::Event closing;
  journal::Recorder recorder;
  StageReading reading;
  std::optional<SharedListeners> shared;
  std::optional<Surroundings> surroundings;
  CaseOrder order;
  std::optional<LocalServers> servers;
  std::optional<CaseWorld> world;
  std::optional<Executor> executor;
  net::TaskScope* scope = nullptr;  // of the steps; null: closed
  std::uint32_t steps = 0;
  bool leave = false;
  bool take_leave = false;
  std::promise<Result<void>> opened;
  std::mutex mutex;
  bool closed = false;  // under the mutex: nothing is posted any more
  std::thread thread;
};

Result<void> Stage::Impl::prepare() {
  auto const& target = options.target;
  if (!target.start.empty()) {
    return fail({ErrorCode::not_supported, 0, "", "",
                 "a session starts no proxy: start it, and give its URL"});
  }
  auto const certificates = make_certificates();
  if (!certificates) {
    return tl::unexpected(certificates.error());
  }
  auto listening = SharedListeners::open(target);
  if (!listening) {
    return tl::unexpected(listening.error());
  }
  shared.emplace(std::move(*listening));
  surroundings.emplace(Surroundings{target, registry, options.seed, options.timeout_scale, false,
                                    options.tool_version, *certificates, shared->own_address(),
                                    shared->server_legs(), shared->upstream(),
                                    shared->upstream_binding(), shared->tls_upstream()});
  if (target.forward_proxy) {
    auto const use = determine_proxy_use(*surroundings);
    if (!use) {
      return tl::unexpected(use.error());
    }
    surroundings->indirect = *use == session::ProxyUse::indirect;
  }
  order.scenario = &options.scenario;
  order.number = numbers.next();
  order.alone = shared->server_legs() != nullptr && ends_unattributed(options.scenario);
  recorder.listen([this](journal::Event const& event) { reading.on_event(event); });
  servers.emplace(io, *surroundings, order, recorder);
  world.emplace(io, *surroundings, order, *servers, recorder);
  return {};
}

void Stage::Impl::start() {
  thread = std::thread([this] {
    net::asio::co_spawn(io, main(), [](std::exception_ptr error) {
      if (error) {
        std::rethrow_exception(error);
      }
    });
    io.run();
    recorder.flush();
  });
}

net::Task<Result<void>> Stage::Impl::raise() {
  auto const place = co_await servers->raise();
  if (!place) {
    co_return tl::unexpected(place.error());
  }
  co_return world->raise(*place);
}

net::Task<> Stage::Impl::main() {
  tell_start();
  auto const raised = co_await raise();
  if (raised) {
    executor.emplace(io.get_executor(), options.scenario,
                     Executor::Cast{world->client(), *servers, recorder, {}},
                     options.timeout_scale);
    try {
      co_await play_steps();
    } catch (std::exception const&) {
      scope = nullptr;  // as of no memory: what was asked for and not done is told so
    }
    if (take_leave) {
      co_await world->client().leave();
    }
  }
  co_await world->strike();
  co_await servers->strike();
  if (!raised) {
    opened.set_value(tl::unexpected(raised.error()));
  }
}

net::Task<> Stage::Impl::play_steps() {
  co_await net::in_scope([this](net::TaskScope& ours) -> net::Task<> {
    scope = &ours;
    opened.set_value({});
    auto const leaving = [this] { return leave; };
    (void)co_await closing.wait(leaving, net::Deadline::never());
    scope = nullptr;
    ours.cancel();
  });
}

void Stage::Impl::tell_start() {
  journal::Event event;
  auto* started = event.mutable_started();
  started->set_scenario(options.scenario.id());
  started->set_topology(std::string(targets::to_string(options.target.topology)));
  started->set_seed(options.seed);
  started->set_version(options.tool_version);
  started->set_timeout_scale(options.timeout_scale);
  recorder.append(event, recorder.start());
}

net::Task<> Stage::Impl::perform(std::shared_ptr<StepOrder const> ordered,
                                 std::shared_ptr<Told> told) {
  auto end = co_await act(*ordered);
  told->say(std::move(end));
}

net::Task<StepEnd> Stage::Impl::act(StepOrder const& ordered) {
  auto const& step = ordered.step;
  auto const index = steps++;
  auto const label = step.label().empty() ? std::string(reports::action_name(step)) : step.label();
  reading.begin(index, label);
  StepEnd end;
  if (step.has_await()) {
    auto expectation = step.await();
    if (expectation.vc() == 0) {
      expectation.set_vc(step.vc());
    }
    end = co_await reading.await(expectation, index, ordered.patience);
  } else {
    tell_step(recorder, index, label, nullptr);
    auto const deadline = ordered.patience   ? net::Deadline::in(*ordered.patience)
                          : step.has_pause() ? net::Deadline::never()
                                             : executor->deadline_of(step);
    auto const done = co_await executor->play(step, deadline);
    if (!done) {
      end.error = done.error();
    }
  }
  tell_step(recorder, index, label, &end);
  co_return end;
}

Stage::Stage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Stage::~Stage() {
  close(false);
}

Result<std::unique_ptr<Stage>> Stage::open(StageOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto const prepared = impl->prepare(); !prepared) {
    return tl::unexpected(prepared.error());
  }
  auto future = impl->opened.get_future();
  impl->start();
  std::unique_ptr<Stage> stage(new Stage(std::move(impl)));
  if (auto const result = future.get(); !result) {
    return tl::unexpected(result.error());
  }
  return stage;
}

void Stage::play(StepOrder ordered, Done done) {
  auto const order = std::make_shared<StepOrder const>(std::move(ordered));
  auto const told = std::make_shared<Told>(std::move(done));
  std::lock_guard const lock(impl_->mutex);
  if (impl_->closed) {
    return;
  }
  net::asio::post(impl_->io, [impl = impl_.get(), order, told] {
    if (impl->scope != nullptr) {
      impl->scope->spawn(impl->perform(order, told));
    }
  });
}

void Stage::close(bool take_leave) {
  {
    std::lock_guard const lock(impl_->mutex);
    if (!impl_->closed) {
      impl_->closed = true;
      net::asio::post(impl_->io, [impl = impl_.get(), take_leave] {
        impl->leave = true;
        impl->take_leave = take_leave;
        impl->closing.notify();
      });
    }
  }
  if (impl_->thread.joinable()) {
    impl_->thread.join();
  }
}

}  // namespace rpchspec::engine
