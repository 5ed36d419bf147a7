// The targets that an agent may be asked for by name: its own files say what they are.

#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocol/base/error.hpp"

namespace rpchspec::supervisor {

class TargetsFolder {
 public:
  /// Reads every *.yaml of a folder as an rpchspec.yaml. bad_value: a file is wrong, a name is in
  /// two of them, or is no word that a request may hold; io: there is no such folder.
  [[nodiscard]] static Result<TargetsFolder> load(std::filesystem::path const& folder);

  /// The file that has it; null: none has.
  [[nodiscard]] std::filesystem::path const* file_of(std::string const& target) const;

  [[nodiscard]] std::vector<std::string> names() const;

  /// Requests in the clear to it go through an HTTP proxy, which takes them to whom they name.
  [[nodiscard]] bool leads_elsewhere(std::string const& target) const {
    return leading_elsewhere_.contains(target);
  }

 private:
  std::map<std::string, std::filesystem::path> files_;  // by target
  std::set<std::string> leading_elsewhere_;
};

}  // namespace rpchspec::supervisor
