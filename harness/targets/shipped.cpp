#include "harness/targets/shipped.hpp"

#include <cstdlib>
#include <vector>

namespace rpchspec::targets {

namespace fs = std::filesystem;

fs::path shipped_file() {
  std::vector<fs::path> folders;
  if (char const* const set = std::getenv("RPCHSPEC_TARGETS"); set != nullptr && *set != '\0') {
    folders.emplace_back(set);
  } else {
    std::error_code error;
    auto const program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
      folders.push_back(program.parent_path() / "../share/rpchspec/fronts");
      folders.push_back(program.parent_path() / "../../harness/targets/fronts");
    }
    folders.emplace_back(RPCHSPEC_SOURCE_DIR "/harness/targets/fronts");
  }
  for (auto const& folder : folders) {
    std::error_code ignored;
    auto file = (folder / "targets.yaml").lexically_normal();
    if (fs::is_regular_file(file, ignored)) {
      return file;
    }
  }
  return {};
}

tl::expected<Config, ConfigErrors> load_shipped() {
  auto const file = shipped_file();
  return file.empty() ? tl::expected<Config, ConfigErrors>(Config()) : load_config(file);
}

}  // namespace rpchspec::targets
