#include "harness/cli/rejudge.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "harness/agent/judge.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/results.hpp"
#include "harness/engine/ledger.hpp"
#include "journal/reader.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;

/// As it was begun; nothing: it is none of a judge, or has ended.
std::optional<model::RunResult> begun_in(fs::path const& folder) {
  std::error_code ignored;
  if (!fs::is_regular_file(folder / agent::kJudgeJournal, ignored)) {
    return std::nullopt;
  }
  auto run = read_results(folder);
  return run.complete || run.target.name != agent::kJudged ? std::nullopt
                                                           : std::optional(std::move(run));
}

void check(Result<void> const& done, fs::path const& folder) {
  if (!done) {
    throw StartError{folder.string() + ": " + to_string(done.error())};
  }
}

}  // namespace

std::string rejudge(fs::path const& folder) {
  auto begun = begun_in(folder);
  if (!begun) {
    return {};
  }
  auto const file = folder / agent::kJudgeJournal;
  if (engine::has_writer(file)) {
    return folder.string() + ": its fixture is still there";
  }
  auto const library = open_library();
  reports::ClientJudge judge(library.requirements);
  std::uint64_t last = 0;
  auto const events = journal::read(file, [&](journal::v1::Event const& event) {
    judge.on_event(event);
    last = std::max(last, event.at_ns());
  });
  if (!events) {
    check(tl::unexpected(events.error()), folder);
  }
  begun->duration_s = std::chrono::duration<double>(std::chrono::nanoseconds(last)).count();
  check(agent::write_reports(folder, *std::move(begun), judge), folder);
  return folder.string() + ": the fixture was killed; its reports are rebuilt from its journal";
}

}  // namespace rpchspec::cli
