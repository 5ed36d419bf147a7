#include <filesystem>
#include <fstream>
#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/loader/explain.hpp"

namespace rpchspec::cli {

namespace {

int make_new(std::string const& id, std::string const& file) {
  auto const text = loader::skeleton(id);
  if (!text) {
    throw UsageError{text.error().detail};
  }
  if (file.empty()) {
    fmt::print("{}", *text);
    return 0;
  }
  if (std::filesystem::exists(file)) {
    throw UsageError{"'" + file + "' is there already"};
  }
  std::ofstream out(file);
  out << *text;
  if (!out.flush()) {
    throw StartError{"cannot write '" + file + "'"};
  }
  fmt::print("wrote {}; check it with: rpchspec lint {}\n", file, file);
  return 0;
}

}  // namespace

void set_up_new(CLI::App& app, int& exit_code) {
  struct Options {
    std::string id;
    std::string file;
  };

  auto options = std::make_shared<Options>();
  app.add_option("id", options->id, "category/words-that-speak-alone")->required()->type_name("ID");
  app.add_option("file", options->file, "where to write it; default: standard output")
      ->type_name("FILE");
  app.callback([options, &exit_code] { exit_code = make_new(options->id, options->file); });
}

}  // namespace rpchspec::cli
