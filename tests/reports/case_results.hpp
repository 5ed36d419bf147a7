// Results of cases as the tests of reports begin with them.

#pragma once

#include <string>

#include "model/verdict.hpp"

namespace rpchspec::reports::test {

/// @param id  begins with the category.
inline model::CaseResult case_result(std::string id, model::Verdict verdict, double seconds = 1) {
  model::CaseResult made;
  made.id = std::move(id);
  made.category = made.id.substr(0, made.id.find('/'));
  made.verdict = verdict;
  made.duration_s = seconds;
  return made;
}

}  // namespace rpchspec::reports::test
