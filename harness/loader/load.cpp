#include "harness/loader/load.hpp"

#include <algorithm>
#include <map>

#include "harness/loader/case_builder.hpp"
#include "harness/loader/sugar.hpp"
#include "model/strict_yaml.hpp"

namespace rpchspec::loader {
namespace {

namespace fs = std::filesystem;
using model::TextErrors;
using model::YamlNode;

void append(std::vector<LoadError>& to, std::vector<LoadError> const& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Retired read_retired(YamlNode const& root, TextErrors& errors) {
  Retired retired;
  if (!root.is_mapping() && !root.is_null()) {
    errors.add(root.mark, "the file wants a mapping of retired ids to what replaced them");
  }
  for (auto const& entry : root.entries) {
    if (!entry.value.is_scalar() || entry.value.text.empty()) {
      errors.add(entry.mark, "'" + entry.key + "' does not say what replaced it");
    }
    retired.emplace(entry.key, entry.value.text);
  }
  return retired;
}

/// Reads a file of the library that may be absent.
template <class T, class Read>
void read_optional(fs::path const& file, T& into, std::vector<LoadError>& errors, Read read) {
  if (!fs::exists(file)) {
    return;
  }
  auto const root = model::load_strict_yaml(file);
  if (!root) {
    errors.push_back(root.error());
    return;
  }
  TextErrors found(file.string());
  into = read(*root, found);
  append(errors, found.sorted());
}

/// Files that hold scenarios: below the folder, not in it, where the library's own files stand.
std::vector<fs::path> scenario_files(fs::path const& directory) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (auto const& entry : fs::recursive_directory_iterator(directory, ignored)) {
    bool const top = entry.path().parent_path() == directory;
    if (!top && entry.is_regular_file() && entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void check_folder(fs::path const& file, Suite const& suite, std::vector<LoadError>& errors) {
  auto const folder = file.parent_path().filename().string();
  for (auto const& scenario : suite.scenarios) {
    if (scenario.category() != folder) {
      errors.push_back({file.string(), 1, 1,
                        "id '" + scenario.id() + "' belongs in the folder " + scenario.category() +
                            "/, this is " + folder + "/"});
      return;
    }
  }
}

}  // namespace

scenario::v1::Scenario const* Suite::find(std::string_view id) const {
  auto const found = std::find_if(scenarios.begin(), scenarios.end(),
                                  [&](auto const& scenario) { return scenario.id() == id; });
  return found == scenarios.end() ? nullptr : &*found;
}

Loaded<Library> load_library(fs::path const& directory, FactCheck wrong_fact) {
  Library library;
  library.wrong_fact = wrong_fact;
  library.directory = directory;
  std::vector<LoadError> errors;
  auto requirements = model::RequirementRegistry::load(directory / "requirements.yaml");
  if (requirements) {
    library.requirements = std::move(*requirements);
  } else {
    append(errors, model::parse_errors(requirements.error().detail));
  }
  read_optional(directory / "given.yaml", library.set_ups, errors, read_set_ups);
  read_optional(directory / "retired.yaml", library.retired, errors, read_retired);
  if (!errors.empty()) {
    return tl::unexpected(std::move(errors));
  }
  return library;
}

Loaded<Suite> load_text(std::string_view yaml, std::string const& name, Library const& library) {
  auto const root = model::parse_strict_yaml(yaml, name);
  if (!root) {
    return tl::unexpected(std::vector<LoadError>{root.error()});
  }
  TextErrors errors(name);
  Suite suite;
  suite.scenarios = build_cases(*root, library, errors);
  if (!errors.empty()) {
    return tl::unexpected(errors.sorted());
  }
  return suite;
}

Loaded<Suite> load_file(fs::path const& file, Library const& library) {
  auto const text = model::read_text(file);
  if (!text) {
    return tl::unexpected(std::vector<LoadError>{text.error()});
  }
  return load_text(*text, file.string(), library);
}

Loaded<Suite> merge(std::vector<Suite> suites) {
  Suite all;
  std::vector<LoadError> errors;
  std::map<std::string, std::string> first;
  for (auto& suite : suites) {
    for (auto& scenario : suite.scenarios) {
      auto const [at, fresh] = first.try_emplace(scenario.id(), scenario.file());
      if (fresh) {
        all.scenarios.push_back(std::move(scenario));
      } else {
        errors.push_back(
            {scenario.file(), 1, 1, "id '" + scenario.id() + "' is also in " + at->second});
      }
    }
  }
  if (!errors.empty()) {
    return tl::unexpected(std::move(errors));
  }
  return all;
}

Loaded<Suite> load_suite(fs::path const& directory, Library const& library) {
  std::vector<Suite> suites;
  std::vector<LoadError> errors;
  for (auto const& file : scenario_files(directory)) {
    auto suite = load_file(file, library);
    if (!suite) {
      append(errors, suite.error());
      continue;
    }
    check_folder(file, *suite, errors);
    suites.push_back(std::move(*suite));
  }
  auto all = merge(std::move(suites));
  if (!all) {
    append(errors, all.error());
  }
  if (!errors.empty()) {
    return tl::unexpected(std::move(errors));
  }
  return all;
}

std::string to_string(std::vector<LoadError> const& errors) {
  std::string text;
  for (auto const& error : errors) {
    text += model::to_string(error) + "\n";
  }
  return text;
}

}  // namespace rpchspec::loader
