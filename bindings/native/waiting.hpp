// How Python waits for what goes on without it.

#pragma once

#include <chrono>

#include "bindings/native/parts.hpp"

namespace rpchspec::bindings {

/// How long Ctrl-C may go unnoticed.
inline constexpr std::chrono::milliseconds kTick{50};

/// Until `wait`, which waits for as long as it is told and returns whether it is done. Python's
/// lock is held only between two waits, to see whether a signal came: what that raises is thrown.
template <class Wait>
void wait_with_signals(Wait const& wait) {
  for (;;) {
    bool done = false;
    {
      py::gil_scoped_release const released;
      done = wait(kTick);
    }
    if (done) {
      return;
    }
    if (PyErr_CheckSignals() != 0) {
      throw py::error_already_set();
    }
  }
}

/// Ends what has threads without Python's lock, which the caller of `del` holds.
template <class T>
struct Unlocked {
  void operator()(T* of_threads) const {
    py::gil_scoped_release const released;
    delete of_threads;
  }
};

}  // namespace rpchspec::bindings
