#include "harness/cli/library.hpp"

#include <filesystem>

#include "harness/cli/command.hpp"
#include "harness/loader/data_dir.hpp"
#include "harness/loader/selector.hpp"
#include "harness/targets/needed_fact.hpp"

namespace rpchspec::cli {

namespace {

/// True for a file of the suite itself, which a selector may name as well.
bool is_below(std::filesystem::path const& file, std::filesystem::path const& directory) {
  auto const relative = std::filesystem::weakly_canonical(file).lexically_relative(
      std::filesystem::weakly_canonical(directory));
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

template <class T>
T loaded(loader::Loaded<T> result) {
  if (!result) {
    auto text = loader::to_string(result.error());
    while (text.ends_with('\n')) {
      text.pop_back();
    }
    throw UsageError{text};
  }
  return std::move(*result);
}

template loader::Library loaded(loader::Loaded<loader::Library> result);
template loader::Suite loaded(loader::Loaded<loader::Suite> result);

loader::Library open_library() {
  auto const directory = loader::find_data_dir();
  if (!directory) {
    throw UsageError{to_string(directory.error())};
  }
  return loaded(loader::load_library(*directory, targets::wrong_fact));
}

loader::Suite open_suite(loader::Library const& library,
                         std::vector<std::string> const& selectors) {
  std::vector<loader::Suite> parts;
  parts.push_back(loaded(loader::load_suite(library.directory, library)));
  for (auto const& selector : selectors) {
    if (loader::names_a_file(selector) && !is_below(selector, library.directory)) {
      parts.push_back(loaded(loader::load_file(selector, library)));
    }
  }
  return loaded(loader::merge(std::move(parts)));
}

std::string const* replacement_of(std::string_view id, loader::Library const& library) {
  auto const found = library.retired.find(std::string(id.substr(0, id.find('@'))));
  return found == library.retired.end() ? nullptr : &found->second;
}

std::vector<scenario::v1::Scenario const*> selected_of(loader::Suite const& suite,
                                                       loader::Selection const& selection,
                                                       loader::Library const& library) {
  auto selected = loader::select(suite, selection, library.requirements);
  if (selected) {
    return *std::move(selected);
  }
  for (auto const& selector : selection.selectors) {
    if (auto const* replacement = replacement_of(selector, library)) {
      throw UsageError{"scenario '" + selector + "' is retired: " + *replacement,
                       reports::kExitNothing};
    }
  }
  throw UsageError{selected.error().detail, reports::kExitNothing};
}

}  // namespace rpchspec::cli
