// How late this thread is, for the lag guard of the judge.

#pragma once

#include "journal/recorder.hpp"
#include "net/asio.hpp"

namespace rpchspec::engine {

/// Waits for 50 ms, and notes in the journal where it was noticeably more.
[[nodiscard]] net::Task<> tick(journal::Recorder& recorder);

}  // namespace rpchspec::engine
