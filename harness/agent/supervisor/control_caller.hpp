// One request to the control API of a fixture that this agent started.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "harness/agent/supervisor/outcome.hpp"

namespace rpchspec::supervisor {

struct ControlPlace {
  std::uint16_t port = 0;  // of 127.0.0.1
  std::string token;
};

struct ControlCall {
  std::string method;                                            // "GET"
  std::string target;                                            // "/v1/faults"
  std::string body{};                                            // JSON; empty: none
  std::chrono::milliseconds at_most = std::chrono::seconds(30);  // for all of it
};

/// The body of a 200. What else is said becomes a refusal with its words; unavailable: nobody
/// answers within `call.at_most`.
[[nodiscard]] Outcome<std::string> call_control(ControlPlace const& place, ControlCall const& call);

}  // namespace rpchspec::supervisor
