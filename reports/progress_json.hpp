// `run --progress json`: what happens in a run, one JSON object with one key a line.
//
//   {"estimate":{"cases":2,"seconds":0.5,"bytes":4096,"jobs":2,"target":"..."}}
//   {"started":"echo/in-echo@empty"}
//   {"case":{...}}       as in "cases" of results.json; waivers are not applied yet
//   {"note":"..."}       the preflight's words, warnings
//   {"end":{"exit_code":1,"results":"rpchspec-out/results.json"}}

#pragma once

#include <string>
#include <string_view>

#include "model/verdict.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports {

// Each is a whole line with its end.
[[nodiscard]] std::string estimate_line(Estimate const& estimate);
[[nodiscard]] std::string started_line(std::string_view id);
[[nodiscard]] std::string case_line(model::CaseResult const& result);
[[nodiscard]] std::string note_line(std::string_view text);
[[nodiscard]] std::string end_line(FinalFacts const& facts);

}  // namespace rpchspec::reports
