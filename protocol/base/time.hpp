// The one clock. Sans-I/O code gets points in time as arguments and never asks a clock itself.

#pragma once

#include <chrono>

namespace rpchspec {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

inline constexpr TimePoint kNever = TimePoint::max();

}  // namespace rpchspec
