// YAML files to scenarios.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "harness/loader/given.hpp"
#include "harness/loader/lint.hpp"
#include "model/requirements.hpp"
#include "model/scenario.pb.h"
#include "model/text_error.hpp"

namespace rpchspec::loader {

using LoadError = model::TextError;

/// What was asked for, or every error of every file.
template <class T>
using Loaded = tl::expected<T, std::vector<LoadError>>;

/// What scenarios refer to: the registry, the named set-ups, the retired ids.
struct Library {
  std::filesystem::path directory;
  model::RequirementRegistry requirements;
  SetUps set_ups;
  Retired retired;
  FactCheck wrong_fact = nullptr;  // of a scenario's needs
};

/// Scenarios by id, in the order of their files and matrices.
struct Suite {
  std::vector<scenario::v1::Scenario> scenarios;

  [[nodiscard]] scenario::v1::Scenario const* find(std::string_view id) const;
};

/// requirements.yaml, given.yaml and retired.yaml of a folder; the first must be there.
[[nodiscard]] Loaded<Library> load_library(std::filesystem::path const& directory,
                                           FactCheck wrong_fact);

/// All cases of one file, linted. The folder it stands in may have any name.
[[nodiscard]] Loaded<Suite> load_file(std::filesystem::path const& file, Library const& library);

/// The same from a text; `name` stands in the errors and in Scenario.file.
[[nodiscard]] Loaded<Suite> load_text(std::string_view yaml,
                                      std::string const& name,
                                      Library const& library);

/// All scenarios below a folder, sorted by path; a scenario stands in the folder of its category,
/// and an id is in one file only.
[[nodiscard]] Loaded<Suite> load_suite(std::filesystem::path const& directory,
                                       Library const& library);

/// Puts suites together; an id that is in two of them is an error.
[[nodiscard]] Loaded<Suite> merge(std::vector<Suite> suites);

/// One per line.
[[nodiscard]] std::string to_string(std::vector<LoadError> const& errors);

}  // namespace rpchspec::loader
