#include "harness/cli/rebuild.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <map>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/results.hpp"
#include "harness/engine/output.hpp"
#include "harness/targets/as_stated.hpp"
#include "harness/targets/facts.hpp"
#include "harness/targets/live.hpp"
#include "harness/targets/target.hpp"
#include "journal/reader.hpp"
#include "reports/evidence.hpp"
#include "reports/finished.hpp"
#include "reports/html_report.hpp"
#include "reports/judge.hpp"
#include "reports/junit.hpp"
#include "reports/ladder.hpp"
#include "reports/markdown.hpp"
#include "reports/repetitions.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;
using model::CaseResult;
using model::RunResult;
using model::Verdict;

/// A case by its folder: "cases/<id>", or "cases/<id>~2" for a repetition.
struct Left {
  std::string id;
  std::uint32_t repetition = 0;
  fs::path journal;

  [[nodiscard]] std::pair<std::string, std::uint32_t> key() const { return {id, repetition}; }
};

std::optional<Left> left_of(reports::KeptJournal const& kept) {
  Left left{kept.place, 0, kept.file};
  auto const tilde = left.id.rfind('~');
  if (tilde == std::string::npos) {
    return left;
  }
  auto const* const end = left.id.data() + left.id.size();
  auto const [at, error] = std::from_chars(left.id.data() + tilde + 1, end, left.repetition);
  left.id.resize(tilde);
  return error == std::errc{} && at == end ? std::optional(left) : std::nullopt;
}

std::vector<Left> journals_of(fs::path const& folder) {
  std::vector<Left> found;
  for (auto const& kept : reports::kept_journals(folder)) {
    if (auto left = left_of(kept)) {
      found.push_back(*std::move(left));
    }
  }
  std::sort(found.begin(), found.end(),
            [](Left const& a, Left const& b) { return a.key() < b.key(); });
  return found;
}

void check(Result<void> const& written) {
  if (!written) {
    throw StartError{to_string(written.error())};
  }
}

/// What a killed run left, and what is made of it.
class Remains {
 public:
  explicit Remains(fs::path folder)
      : folder_(std::move(folder)),
        run_(read_results(folder_)),
        planned_(reports::cases_by_id(run_)) {
    read_finished();
  }

  void judge_journals();
  void write_events() const;
  void complete_with_the_rest();
  void write() const;
  [[nodiscard]] std::string words() const;

 private:
  void read_finished();
  [[nodiscard]] CaseResult judged(Left const& left, CaseResult const& planned) const;

  [[nodiscard]] CaseResult const* planned(std::string const& id) const {
    auto const found = planned_.find(id);
    return found == planned_.end() ? nullptr : found->second;
  }

  fs::path folder_;
  RunResult run_;               // first as it was planned
  reports::CasesById planned_;  // until then
  reports::Finished finished_;
  loader::Library library_;
  loader::Suite suite_;
};

void Remains::read_finished() {
  auto const file = folder_ / reports::kFinishedFile;
  std::ifstream in(file);
  auto finished = reports::read_finished(in);
  if (!finished) {
    throw UsageError{file.string() + ": " + to_string(finished.error())};
  }
  finished_ = *std::move(finished);
}

/// Those that had ended, and of which no word was written any more.
void Remains::judge_journals() {
  library_ = open_library();
  std::vector<std::string> files;
  std::copy_if(finished_.notes.files.begin(), finished_.notes.files.end(),
               std::back_inserter(files), [](std::string const& file) { return fs::exists(file); });
  suite_ = open_suite(library_, files);
  reports::RowsById<CaseResult> cases(finished_.cases);
  for (auto const& left : journals_of(folder_)) {
    auto const* const row = planned(left.id);
    if (row == nullptr || finished_.noted.contains(left.key())) {
      continue;  // not selected: a look at the proxy between cases
    }
    reports::add_case(cases, judged(left, *row));
    if (auto const ladder = reports::ladder(left.journal)) {
      static_cast<void>(engine::write_file(left.journal.parent_path() / "ladder.txt", *ladder));
    }
  }
}

/// As it was played: with the facts that the journal begins with, and in part at a live endpoint.
scenario::v1::Scenario as_played(scenario::v1::Scenario const& scenario, fs::path const& journal) {
  targets::Topology topology = targets::Topology::embedded;
  targets::Facts facts;
  static_cast<void>(journal::read(journal, [&](journal::v1::Event const& event) {
    if (event.has_started()) {
      topology = targets::parse_topology(event.started().topology()).value_or(topology);
      for (auto const& [name, value] : event.started().facts()) {
        static_cast<void>(targets::set_fact(facts, name, value));
      }
    }
  }));
  auto const played = targets::as_stated(scenario, topology, facts).value_or(scenario);
  return topology == targets::Topology::live ? targets::live_part(played) : played;
}

CaseResult Remains::judged(Left const& left, CaseResult const& planned) const {
  auto result = planned;
  result.verdict = Verdict::not_run;
  result.message = "the run was killed in the middle of this case";
  if (auto const* const scenario = suite_.find(left.id)) {
    reports::JudgeOptions options;
    options.rerun = planned.rerun;
    options.strict = finished_.notes.strict;
    auto judgement = reports::judge(as_played(*scenario, left.journal), left.journal,
                                    library_.requirements, options);
    if (!judgement.interrupted && !judgement.lagged) {
      result = std::move(judgement.result);
    }
  }
  if (left.repetition != 0) {
    result.repetition = left.repetition;
    result.repetitions = {{result.verdict, 1}};
  }
  return result;
}

/// The last lines may have been torn: all are in the journals.
void Remains::write_events() const {
  auto const events = folder_ / "events.jsonl";
  check(engine::write_file(events, std::string()));
  for (auto const& left : journals_of(folder_)) {
    if (planned(left.id) != nullptr) {
      check(engine::append_events(events, left.id, left.journal));
    }
  }
}

void Remains::complete_with_the_rest() {
  planned_.clear();
  std::map<std::string, CaseResult> cases;
  for (auto& each : run_.cases) {
    if (each.verdict == Verdict::not_run) {
      each.message = "the run was killed before this case";
    }
    cases[each.id] = std::move(each);
  }
  for (auto& each : finished_.cases) {
    cases[each.id] = std::move(each);
  }
  run_.cases.clear();
  for (auto& [id, each] : cases) {
    run_.cases.push_back(std::move(each));
  }
  std::stable_sort(
      run_.cases.begin(), run_.cases.end(),
      [](CaseResult const& a, CaseResult const& b) { return a.category < b.category; });
  reports::summarize(run_);
  auto const today = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  static_cast<void>(
      reports::apply_waivers(run_, finished_.notes.waivers, today, finished_.notes.strict));
  reports::recount(run_);
}

void Remains::write() const {
  check(engine::write_file(folder_ / "junit.xml",
                           reports::to_junit(run_, finished_.notes.suite_name)));
  check(engine::write_file(folder_ / "summary.md", reports::markdown_summary(run_)));
  check(engine::write_file(folder_ / "report.html", [&](std::ostream& to) {
    return reports::write_html(to, {run_, &library_.requirements, {folder_}});
  }));
  check(engine::write_file(folder_ / "results.json", reports::to_json(run_)));
}

std::string Remains::words() const {
  auto const not_run = run_.summary.find(Verdict::not_run);
  auto const left = not_run == run_.summary.end() ? 0 : not_run->second;
  return fmt::format(
      "{}: the run was killed; its reports are rebuilt from what {} of {} cases left",
      folder_.string(), run_.cases.size() - left, run_.cases.size());
}

}  // namespace

std::string rebuild(fs::path const& folder) {
  auto const ledger = folder / reports::kFinishedFile;
  std::error_code ignored;
  if (!fs::is_regular_file(ledger, ignored)) {
    return {};
  }
  if (engine::has_writer(ledger)) {
    return folder.string() + ": the run is still under way";
  }
  fs::remove(folder / engine::kReserveFile, ignored);
  Remains remains(folder);
  remains.judge_journals();
  remains.write_events();
  remains.complete_with_the_rest();
  remains.write();
  return remains.words();
}

}  // namespace rpchspec::cli
