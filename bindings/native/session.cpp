#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>
#include <unordered_map>

#include "bindings/native/library.hpp"
#include "bindings/native/waiting.hpp"
#include "harness/cli/run_words.hpp"
#include "harness/engine/stage.hpp"
#include "harness/loader/lint_play.hpp"
#include "reports/ladder.hpp"

namespace rpchspec::bindings {

namespace {

constexpr std::size_t kMostKnown = 4096;  // steps whose words were read before

// The type is the module's for as long as Python runs.
PyObject* step_error = nullptr;

[[noreturn]] void raise_step_error(Error const& error) {
  auto thrown = py::reinterpret_borrow<py::object>(step_error)(error.detail);
  thrown.attr("code") = std::string(to_string(error.code));
  PyErr_SetObject(step_error, thrown.ptr());
  throw py::error_already_set();
}

/// One step that is under way; the stage's thread tells how it ended.
struct Pending {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<engine::StepEnd> end;

  void tell(engine::StepEnd told) {
    std::lock_guard const lock(mutex);
    end = std::move(told);
    changed.notify_all();
  }

  [[nodiscard]] bool wait(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, [this] { return end.has_value(); });
  }
};

class Session {
 public:
  using Target = std::pair<std::vector<std::string>, std::string>;

  /// @param target  words of a command line, and a password.
  Session(Library const& library, Target target, std::string head, std::string const& journal)
      : library_(library), head_(std::move(head)) {
    auto const settings =
        cli::settings_of(cli::RunWords{std::move(target.first), std::move(target.second)});
    if (!settings) {
      throw py::value_error(settings.error());
    }
    engine::StageOptions options;
    options.target = settings->target;
    options.scenario = scenario_of("pause: 1ms");
    options.scenario.clear_steps();
    options.journal = journal;
    options.seed = settings->seed;
    options.timeout_scale = settings->timeout_scale;
    options.tool_version = RPCHSPEC_VERSION;
    Result<std::unique_ptr<engine::Stage>> stage;
    {
      py::gil_scoped_release const released;
      stage = engine::Stage::open(std::move(options));
    }
    if (!stage) {
      raise_step_error(stage.error());
    }
    stage_ = std::move(*stage);
  }

  /// @return of an `await`: whether it held, what was expected, what was seen.
  py::tuple play(std::string const& step,
                 std::optional<double> patience,
                 std::string const& since) {
    engine::StepOrder order{step_of(step)};
    if (order.step.has_await()) {
      order.step.mutable_await()->set_since(since);  // of a step that the lint did not see
    }
    if (patience) {
      order.patience =
          std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*patience));
    }
    auto const pending = std::make_shared<Pending>();
    stage_->play(std::move(order),
                 [pending](engine::StepEnd end) { pending->tell(std::move(end)); });
    wait_with_signals([&pending](auto tick) { return pending->wait(tick); });
    if (pending->end->error) {
      raise_step_error(*pending->end->error);
    }
    return py::make_tuple(pending->end->held, pending->end->expected, pending->end->seen);
  }

  void close(bool take_leave) {
    py::gil_scoped_release const released;
    stage_->close(take_leave);
  }

 private:
  [[nodiscard]] scenario::v1::Scenario scenario_of(std::string const& step) const {
    auto text = head_ + "steps:\n  - " + step + "\n";
    for (auto const vc : opened_) {  // by steps that the lint does not see
      text += "  - {vc: " + std::to_string(vc) + ", client.open: {}}\n";
    }
    for (auto const& [actor, name] : faults_) {
      text += "  - " + actor + ".fault: {name: " + name + ", drop: rpc}\n";
    }
    auto suite = library_.read(text, "<session>");
    return std::move(suite.scenarios.at(0));
  }

  /// Reading and checking one takes longer than playing it; most are played many times.
  [[nodiscard]] scenario::v1::Step const& step_of(std::string const& text) {
    auto known = known_.find(text);
    if (known == known_.end()) {
      if (known_.size() >= kMostKnown) {
        known_.clear();
      }
      auto const scenario = scenario_of(text);
      known = known_.emplace(text, scenario.steps(0)).first;
      if (loader::opens(known->second)) {
        opened_.insert(std::max(known->second.vc(), 1U));
      }
      note_fault("client", known->second.client_fault().name());
      note_fault("server", known->second.server_fault().name());
    }
    return known->second;
  }

  void note_fault(std::string actor, std::string const& name) {
    if (!name.empty()) {
      faults_.emplace(std::move(actor), name);
    }
  }

  Library const& library_;  // kept by Python
  std::string head_;
  std::unordered_map<std::string, scenario::v1::Step> known_;
  std::set<std::uint32_t> opened_;                        // virtual connections
  std::set<std::pair<std::string, std::string>> faults_;  // actors and names, for `release`
  std::unique_ptr<engine::Stage> stage_;
};

}  // namespace

void add_session(py::module_& module) {
  auto made = py::exception<Error>(module, "StepError", PyExc_RuntimeError);
  made.doc() = "A step that could not be done, or a session that could not be opened; code.";
  step_error = made.release().ptr();
  py::class_<Session, std::unique_ptr<Session, Unlocked<Session>>>(
      module, "Session", "Actors that are told step by step; use rpchspec.session.")
      .def(py::init<Library const&, Session::Target, std::string, std::string const&>(),
           py::arg("library"), py::arg("target"), py::arg("head"), py::arg("journal"),
           py::keep_alive<1, 2>())
      .def("play", &Session::play, py::arg("step"), py::arg("patience") = py::none(),
           py::arg("since") = "",
           "Plays one step, as YAML has it; of an await (held, expected, seen).")
      .def("close", &Session::close, py::arg("take_leave"),
           "Ends all that goes on; the client closes in good order, or resets.");
  module.def(
      "ladder",
      [](std::string const& journal) {
        py::gil_scoped_release const released;
        auto text = reports::ladder(std::filesystem::path(journal));
        py::gil_scoped_acquire const held;
        return value_of(std::move(text));
      },
      py::arg("journal"), "A journal as ladder.txt has it.");
}

}  // namespace rpchspec::bindings
