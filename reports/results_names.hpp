// Verdicts and levels as results.json spells them. Private to reports.

#pragma once

#include <array>
#include <string>

#include "model/verdict.hpp"

namespace rpchspec::reports {

inline constexpr std::array kVerdicts{
    model::Verdict::pass, model::Verdict::warn,    model::Verdict::fail,    model::Verdict::waived,
    model::Verdict::skip, model::Verdict::not_run, model::Verdict::blocked, model::Verdict::error};
inline constexpr std::array kLevels{model::Level::must, model::Level::should, model::Level::may,
                                    model::Level::product, model::Level::not_applicable};

/// Fields of the summary are words of a program: not_run, as JSON keys have no hyphens here.
inline std::string summary_key(model::Verdict verdict) {
  return verdict == model::Verdict::not_run ? "not_run" : std::string(model::to_string(verdict));
}

}  // namespace rpchspec::reports
