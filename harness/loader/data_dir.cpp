#include "harness/loader/data_dir.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <vector>

namespace rpchspec::loader {
namespace {

namespace fs = std::filesystem;

char const kHere = 0;  // in the file that this was linked into

bool holds_requirements(fs::path const& directory) {
  std::error_code ignored;
  return fs::is_regular_file(directory / "requirements.yaml", ignored);
}

std::vector<fs::path> candidates() {
  std::vector<fs::path> places;
  Dl_info ours{};
  if (dladdr(static_cast<void const*>(&kHere), &ours) != 0 && ours.dli_fname != nullptr) {
    auto const file = fs::path(ours.dli_fname);
    if (file.extension() == ".so") {  // a program has none, and may stand anywhere
      places.push_back(file.parent_path() / "scenarios");
    }
  }
  std::error_code error;
  auto const program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    auto const folder = program.parent_path();
    places.push_back(folder / "../share/rpchspec/scenarios");
    places.push_back(folder / "../../scenarios");
  }
  places.emplace_back(RPCHSPEC_SOURCE_DIR "/scenarios");
  return places;
}

}  // namespace

Result<fs::path> find_data_dir() {
  std::string tried;
  if (char const* set = std::getenv("RPCHSPEC_DATA"); set && *set) {
    if (holds_requirements(set)) {
      return fs::path(set);
    }
    return fail({ErrorCode::not_found,
                 0,
                 {},
                 {},
                 "no requirements.yaml in $RPCHSPEC_DATA, " + std::string(set)});
  }
  for (auto const& place : candidates()) {
    if (holds_requirements(place)) {
      return place.lexically_normal();
    }
    tried += (tried.empty() ? "" : ", ") + place.lexically_normal().string();
  }
  return fail({ErrorCode::not_found,
               0,
               {},
               {},
               "no requirements.yaml in " + tried + "; set RPCHSPEC_DATA to the scenarios"});
}

}  // namespace rpchspec::loader
