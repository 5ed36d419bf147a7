// Writes config.schema.json anew: rpchspec_gen_config_schema FILE.

#include <fstream>

#include "harness/targets/config.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  std::ofstream file(argv[1]);
  file << rpchspec::targets::config_schema();
  return file.flush() ? 0 : 1;
}
