// A diagnosis for people, and for programs.

#pragma once

#include <string>

#include <boost/json.hpp>

#include "harness/diagnosis/diagnosis.hpp"

namespace rpchspec::diagnosis {

/// Lines of text: each step, then what broke, why that may be so, and what to check.
[[nodiscard]] std::string in_words(Diagnosis const& diagnosis);

/// {"schema":1, "url", "server", "port", "result", "steps":[], "symptom", "causes":[],
/// "warnings":[]}. Fields are only ever added within a schema number.
[[nodiscard]] boost::json::object to_json(Diagnosis const& diagnosis);

}  // namespace rpchspec::diagnosis
