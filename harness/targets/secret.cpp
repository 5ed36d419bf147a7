#include "harness/targets/secret.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace rpchspec::targets {

Result<std::string> read_secret(std::string const& file) {
  std::ifstream in(file);
  if (!in) {
    return fail({ErrorCode::io, 0, "secret", "",
                 "cannot open '" + file + "': " + std::generic_category().message(errno)});
  }
  std::string line;
  std::getline(in, line);
  if (in.bad()) {
    return fail({ErrorCode::io, 0, "secret", "",
                 "cannot read '" + file + "': " + std::generic_category().message(errno)});
  }
  if (line.ends_with('\r')) {
    line.pop_back();
  }
  if (line.empty()) {
    return fail(
        {ErrorCode::bad_value, 0, "secret", "", "the first line of '" + file + "' is empty"});
  }
  return line;
}

}  // namespace rpchspec::targets
