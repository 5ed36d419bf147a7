// The parts of the table of options.

#pragma once

#include <vector>

#include "harness/targets/options.hpp"

namespace rpchspec::targets {

template <class Value>
Value& member_of(Settings& settings, Value Settings::*member) {
  return settings.*member;
}

template <class Value>
Value& member_of(Settings& settings, Value Target::*member) {
  return settings.target.*member;
}

/// Takes a text that is not empty.
template <auto Member>
Result<void> put_text(Settings& settings, std::string const& value) {
  if (value.empty()) {
    return fail({ErrorCode::bad_value, 0, {}, {}, "is empty"});
  }
  member_of(settings, Member) = value;
  return {};
}

template <auto Member>
Result<void> put_flag(Settings& settings, std::string const& value) {
  member_of(settings, Member) = value == "true";
  return {};
}

[[nodiscard]] std::vector<Option> options_what();
[[nodiscard]] std::vector<Option> options_which();
[[nodiscard]] std::vector<Option> options_how();
[[nodiscard]] std::vector<Option> options_output();

}  // namespace rpchspec::targets
