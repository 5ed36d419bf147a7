// How a fault is refused: what the control API makes a status of, and the loader a line.

#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "model/fault.pb.h"

namespace rpchspec::faults {

namespace api = rpchspec::v1;

struct Refusal {
  enum class Why { wrong, not_there, conflicting };

  Why why = Why::wrong;
  std::string field;                 // "leg", "after.pdu"; empty: the fault as a whole
  std::string text;                  // what is wrong
  std::vector<std::string> allowed;  // there
  std::string said;                  // of which the nearest allowed word may be meant
};

template <class T>
using Checked = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(std::string field, std::string text) {
  return tl::unexpected(Refusal{Refusal::Why::wrong, std::move(field), std::move(text), {}, {}});
}

[[nodiscard]] inline tl::unexpected<Refusal> refuse(std::string field,
                                                    std::string text,
                                                    std::vector<std::string> allowed,
                                                    std::string said) {
  return tl::unexpected(Refusal{Refusal::Why::wrong, std::move(field), std::move(text),
                                std::move(allowed), std::move(said)});
}

[[nodiscard]] inline tl::unexpected<Refusal> refuse(Refusal::Why why,
                                                    std::string text,
                                                    std::vector<std::string> allowed = {},
                                                    std::string said = {}) {
  return tl::unexpected(Refusal{why, {}, std::move(text), std::move(allowed), std::move(said)});
}

}  // namespace rpchspec::faults
