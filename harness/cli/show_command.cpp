#include <fstream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "harness/cli/capture_file.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/evidence.hpp"
#include "harness/cli/inert.hpp"
#include "harness/cli/results.hpp"
#include "model/suggestion.hpp"
#include "reports/repetitions.hpp"

namespace rpchspec::cli {

namespace {

model::CaseResult const& find_case(model::RunResult const& run,
                                   std::string const& id,
                                   std::string const& out) {
  std::vector<std::string> ids;
  for (auto const& result : run.cases) {
    if (result.id == id) {
      return result;
    }
    ids.push_back(result.id);
  }
  throw UsageError{"no case '" + id + "' in " + out + model::suggestion(id, ids)};
}

struct ShowOptions {
  std::string id;
  std::string out = "rpchspec-out";
  std::string capture;
};

void capture(ShowOptions const& options, model::CaseResult const& result) {
  if (!write_capture(options.capture, options.out, result)) {
    throw UsageError{"no journal of '" + result.id + "' in " + options.out +
                     " (--evidence all keeps that of every case)"};
  }
}

int show(ShowOptions const& options) {
  auto const& [id, out, capture_file] = options;
  auto const run = read_results(out);
  auto const& result = find_case(run, id, out);
  if (!capture_file.empty()) {
    capture(options, result);
  }
  fmt::print("{}  {}  {:.2f} s{}\n{}\n", model::to_string(result.verdict), result.id,
             result.duration_s, result.suspect ? "  suspect" : "", result.title);
  if (!result.message.empty()) {
    fmt::print("\n{}\n", inert(result.message));
  }
  if (!result.where.empty()) {
    fmt::print("where: {}\n", inert(result.where));
  }
  if (!result.requirements.empty()) {
    fmt::print("requirements: {}\n", model::join(result.requirements));
  }
  if (!result.rerun.empty()) {
    fmt::print("again: {}\n", result.rerun);
  }
  if (auto const repetitions = reports::repetitions_text(result); !repetitions.empty()) {
    fmt::print("repetitions: {}; the words and the ladder are of number {}\n", repetitions,
               result.repetition);
  }
  auto const file = std::filesystem::path(out) / evidence_of(result) / "ladder.txt";
  std::ifstream ladder(file);
  if (ladder && ladder.peek() != std::ifstream::traits_type::eof()) {
    fmt::print("\n");
    for (std::string line; std::getline(ladder, line);) {
      fmt::print("{}\n", inert(std::move(line)));
    }
  } else {
    fmt::print("\nno ladder at {} (--evidence all keeps that of every case)\n", file.string());
  }
  return 0;
}

}  // namespace

void set_up_show(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ShowOptions>();
  app.add_option("case", options->id, "id of a case")->required()->type_name("ID");
  app.add_option("--out", options->out, "folder of the run")->type_name("DIR");
  app.add_option("--capture", options->capture, "writes its packets there, for Wireshark")
      ->type_name("FILE");
  app.callback([options, &exit_code] { exit_code = show(*options); });
}

}  // namespace rpchspec::cli
