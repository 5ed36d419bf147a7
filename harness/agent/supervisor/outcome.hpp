// What an agent answers: a value, or why not.

#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "harness/agent/proto/rpchspec/v1/agent.pb.h"

namespace rpchspec::supervisor {

namespace api = rpchspec::v1;

/// One gRPC status each (agent.proto says when).
enum class Why { invalid, not_found, exists, not_now, exhausted, unavailable };

struct Refused {
  Why why = Why::invalid;
  std::string text;
  std::vector<api::Problem> problems{};
  std::size_t more = 0;  // problems besides
};

template <class T>
using Outcome = tl::expected<T, Refused>;

[[nodiscard]] tl::unexpected<Refused> refuse(Why why, std::string text);

/// A field of the request that cannot be as it is. `text` says what is allowed.
[[nodiscard]] tl::unexpected<Refused> refuse_field(std::string field, std::string text);

/// Several problems as one refusal, the first of them in its text, and how many more there are. Of
/// very many, the first ones alone are kept.
[[nodiscard]] tl::unexpected<Refused> refuse_all(std::vector<api::Problem> problems,
                                                 std::size_t more = 0);

[[nodiscard]] api::Problem problem(std::string field, std::string text);

}  // namespace rpchspec::supervisor
