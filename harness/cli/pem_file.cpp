#include "harness/cli/pem_file.hpp"

#include <fstream>
#include <sstream>

namespace rpchspec::cli {

Result<std::string> read_pem(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in || text.str().find("-----BEGIN") == std::string::npos) {
    return fail({ErrorCode::io, 0, "", "", "'" + file + "' is no PEM file that can be read"});
  }
  return text.str();
}

}  // namespace rpchspec::cli
