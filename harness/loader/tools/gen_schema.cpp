// Writes scenarios/schema.json: rpchspec_gen_schema DESCRIPTOR_SET OUTPUT

#include <fstream>
#include <iostream>

#include "harness/loader/schema.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: rpchspec_gen_schema DESCRIPTOR_SET OUTPUT\n";
    return 2;
  }
  auto const schema = rpchspec::loader::make_schema(argv[1]);
  if (!schema) {
    std::cerr << to_string(schema.error()) << "\n";
    return 2;
  }
  std::ofstream out(argv[2]);
  return out << *schema && out.flush() ? 0 : 2;
}
