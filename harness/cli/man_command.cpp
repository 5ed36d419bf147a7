#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/man_page.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::cli {

namespace {

struct ManOptions {
  std::string command;
  std::string out;
};

void write(std::filesystem::path const& file, std::string const& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) {
    throw StartError{"cannot write " + file.string()};
  }
}

void write_all(DescribedProgram const& program, std::filesystem::path const& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  write(folder / "rpchspec.1", program_page(program));
  for (auto const& command : program.commands) {
    write(folder / ("rpchspec-" + command.name + ".1"), command_page(command));
  }
}

DescribedCommand const& find(DescribedProgram const& program, std::string const& name) {
  std::vector<std::string> names;
  for (auto const& command : program.commands) {
    if (command.name == name) {
      return command;
    }
    names.push_back(command.name);
  }
  throw UsageError{"unknown command '" + name + "'" + model::suggestion(name, names)};
}

int man(ManOptions const& options, DescribedProgram const& program) {
  if (!options.out.empty()) {
    write_all(program, options.out);
  } else {
    fmt::print("{}", options.command.empty() ? program_page(program)
                                             : command_page(find(program, options.command)));
  }
  return 0;
}

}  // namespace

void set_up_man(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ManOptions>();
  app.add_option("command", options->command, "whose page is printed; default: the program's")
      ->type_name("COMMAND");
  app.add_option("--out", options->out, "writes all pages there instead")->type_name("DIR");
  app.footer("To read one: rpchspec man run | man -l -");
  app.callback(
      [options, &app, &exit_code] { exit_code = man(*options, described(*app.get_parent())); });
}

}  // namespace rpchspec::cli
