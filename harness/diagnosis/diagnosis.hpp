// What looking at one live endpoint, step by step, came to.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/diagnosis/causes.hpp"
#include "protocol/base/time.hpp"

namespace rpchspec::diagnosis {

/// In the order in which they are taken.
enum class StepName {
  name,
  tcp,
  tls,
  authentication,
  echo,
  out_channel,
  in_channel,
  conn,
  bind,
  call,
};

inline constexpr std::size_t kSteps = 10;

[[nodiscard]] std::string_view to_string(StepName step);  // "out-channel"

/// What the step looks at, in words: "OUT channel to CONN/A3".
[[nodiscard]] std::string_view title_of(StepName step);

enum class StepVerdict {
  well,
  broke,
  left_out,     // does not apply, or could not be told; the words say which
  not_reached,  // an earlier one broke
};

[[nodiscard]] std::string_view to_string(StepVerdict verdict);  // "not-reached"

struct Step {
  StepName name = StepName::name;
  StepVerdict verdict = StepVerdict::not_reached;
  std::vector<std::string> seen;  // one fact a line
  Duration took{};
};

struct Diagnosis {
  std::string url;
  std::string server;  // as in the URI
  std::uint16_t port = 0;
  std::vector<Step> steps;            // all of them, in order
  Symptom symptom = Symptom::none;    // of the step that broke
  std::vector<Cause const*> causes;   // of the symptom, the most likely first
  std::vector<std::string> warnings;  // what works and should not stay so
  std::string could_not_run;          // why nothing could be looked at; empty: it could

  /// The step that broke, or null.
  [[nodiscard]] Step const* broken() const;
};

}  // namespace rpchspec::diagnosis
