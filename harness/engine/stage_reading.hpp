// What the steps of a stage await of what happens there.

#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>

#include "harness/engine/past.hpp"
#include "harness/engine/stage.hpp"
#include "journal/recorder.hpp"
#include "net/event.hpp"

namespace rpchspec::engine {

/// Tells in the journal that a step begins (`end` is null) or how it ended.
void tell_step(journal::Recorder& recorder,
               std::uint32_t index,
               std::string const& label,
               StepEnd const* end);

/// Awaits may go on side by side. One thread.
class StageReading {
 public:
  /// @param recorder  outlives it.
  StageReading(net::Executor executor, journal::Recorder& recorder, double timeout_scale)
      : recorder_(recorder), timeout_scale_(timeout_scale), changed_(std::move(executor)) {}

  /// Of the recorder.
  void on_event(journal::Event const& event);

  /// A step begins: what comes from now on is behind its label.
  void begin(std::uint32_t index, std::string const& label);

  /// @param patience  empty: until it is decided.
  [[nodiscard]] net::Task<StepEnd> await(scenario::v1::Expectation const& expectation,
                                         std::uint32_t index,
                                         std::optional<Duration> patience);

 private:
  /// A step, and the event of its beginning.
  struct Labelled {
    std::uint32_t index = 0;
    std::uint64_t event = 0;
  };

  /// An `await` that is under way, and what it has read.
  struct Reader {
    reports::ExpectationWatch watch;
    std::uint64_t satisfied = 0;
  };

  [[nodiscard]] Result<reports::ExpectationContext> context_of(
      scenario::v1::Expectation const& expectation, std::uint32_t index) const;

  journal::Recorder& recorder_;
  double timeout_scale_;
  net::Event changed_;  // something happened
  Past past_;
  std::list<Reader> readers_;
  std::map<std::string, std::uint64_t> read_to_;  // by subject and virtual connection
  std::map<std::string, Labelled> labels_;
};

}  // namespace rpchspec::engine
