// Script messages, and what they mean to the mock backend.

#pragma once

#include <vector>

#include "harness/agent/message.hpp"
#include "mock_backend/script.hpp"

namespace rpchspec::agent {

/// 400 names the field that is wrong.
[[nodiscard]] Answer<std::vector<backend::ScriptedInterface>> to_interfaces(
    api::Script const& script);

/// `fallback` where the message says nothing.
[[nodiscard]] Answer<backend::ScriptedAnswer> to_answer(api::ScriptedOperation const& operation,
                                                        backend::ScriptedAnswer const& fallback);

[[nodiscard]] api::ScriptedCalls calls_of(backend::Script const& script);

}  // namespace rpchspec::agent
