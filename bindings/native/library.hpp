// The suite's requirements and set-ups, for Python.

#pragma once

#include <optional>
#include <string>

#include "bindings/native/parts.hpp"
#include "harness/loader/load.hpp"

namespace rpchspec::bindings {

/// What scenarios are linted against.
class Library {
 public:
  /// @param directory  empty: as the program finds it.
  explicit Library(std::optional<std::string> const& directory);

  [[nodiscard]] py::list load_text(std::string const& yaml, std::string const& name) const;
  [[nodiscard]] py::list load_path(std::string const& path) const;

  [[nodiscard]] std::string directory() const { return library_.directory.string(); }

  /// The cases of a text; a LoadError in Python.
  [[nodiscard]] loader::Suite read(std::string const& yaml, std::string const& name) const;

 private:
  loader::Library library_;
};

}  // namespace rpchspec::bindings
