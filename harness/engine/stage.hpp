// The actors of a case whose steps come one by one from outside, on a thread of their own.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/targets/target.hpp"
#include "model/scenario.pb.h"
#include "protocol/base/error.hpp"
#include "protocol/base/time.hpp"

namespace rpchspec::engine {

struct StageOptions {
  targets::Target target;           // with a URL it is there already: nothing is started
  scenario::v1::Scenario scenario;  // how the actors play, what the embedded proxy is like
  std::filesystem::path journal;    // file; its folder is there
  std::uint64_t seed = 0;
  double timeout_scale = 1;
  std::string tool_version;
};

/// How a step ended.
struct StepEnd {
  std::optional<Error> error;  // it could not be done; `detail` has the words
  // Of an `await` only:
  bool held = true;  // seen within its time
  std::string expected = {};
  std::string seen = {};
};

struct StepOrder {
  scenario::v1::Step step;                // of the client, of the server, `pause` or `await`
  std::optional<Duration> patience = {};  // empty: as long as a step of a scenario may take
};

/// Any thread may call it. Steps that are begun side by side go on side by side.
class Stage {
 public:
  /// Called once, on the stage's thread; must not call the stage.
  using Done = std::function<void(StepEnd)>;

  /// Raises the peers, and blocks until they are there. An error says what is not.
  [[nodiscard]] static Result<std::unique_ptr<Stage>> open(StageOptions options);

  /// close(), without taking leave.
  ~Stage();
  Stage(Stage const&) = delete;
  Stage& operator=(Stage const&) = delete;

  /// Begins a step. `since` of an `await` names the label of an earlier one, or "start"; without,
  /// it reads on where the last `await` on its subject ended, as those of a scenario do. Behind
  /// close(), and where close() comes before its end, that is its error.
  void play(StepOrder order, Done done);

  /// Breaks off what goes on, and returns when the thread has ended. Twice is as good as once.
  /// @param take_leave  the client closes its connections in good order; else they are reset.
  void close(bool take_leave);

 private:
  struct Impl;
  explicit Stage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rpchspec::engine
