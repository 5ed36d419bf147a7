#include "reports/matrix.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "reports/evidence.hpp"
#include "reports/run_result.hpp"
#include "reports/terminal_paint.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::Verdict;

namespace {

void add_rows(Matrix& matrix, model::RunResult const& run) {
  std::set<std::string> known;
  for (auto const& row : matrix.rows) {
    known.insert(row.id);
  }
  for (auto const& result : run.cases) {
    if (known.insert(result.id).second) {
      matrix.rows.push_back({result.id, result.title, result.category});
    }
  }
  std::stable_sort(matrix.rows.begin(), matrix.rows.end(),
                   [](MatrixRow const& a, MatrixRow const& b) {
                     return std::pair(a.category, a.id) < std::pair(b.category, b.id);
                   });
}

}  // namespace

bool is_unsteady(MatrixCell const& cell) {
  return is_red(cell.verdict) && cell.seen < cell.runs;
}

std::size_t MatrixColumn::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(cells.begin(), cells.end(), [verdict](auto const& each) {
        return each.second.verdict == verdict && !is_unsteady(each.second);
      }));
}

std::size_t MatrixColumn::unsteady() const {
  return static_cast<std::size_t>(std::count_if(
      cells.begin(), cells.end(), [](auto const& each) { return is_unsteady(each.second); }));
}

void add_column(Matrix& matrix, ColumnRuns const& runs, std::string const& note) {
  auto const& [run, again, folder] = runs;
  if (matrix.columns.empty()) {
    matrix.tool_version = run.tool_version;
    matrix.suite = run.suite;
    matrix.started = run.started;
  }
  MatrixColumn column{run.target.name, {}, run.target.topology, first_line(note), folder, {}, {}};
  if (auto const version = run.target.facts.find("version"); version != run.target.facts.end()) {
    column.version = version->second;
  }
  std::vector<CasesById> repeated;
  repeated.reserve(again.size());
  for (auto const& other : again) {
    repeated.push_back(cases_by_id(other));
  }
  for (auto const& result : run.cases) {
    MatrixCell cell;
    cell.verdict = result.verdict;
    cell.message = result.message;
    if (is_red(result.verdict)) {
      cell.evidence = folder + "/cases/" + evidence_place(result);
      for (auto const& cases : repeated) {
        if (auto const found = cases.find(result.id); found != cases.end()) {
          ++cell.runs;
          cell.seen += is_red(found->second->verdict) ? 1 : 0;
        }
      }
    }
    column.cells[result.id] = std::move(cell);
  }
  column.findings = run.findings;
  matrix.columns.push_back(std::move(column));
  add_rows(matrix, run);
}

std::string cell_text(MatrixCell const& cell) {
  if (is_unsteady(cell)) {
    return fmt::format("unsteady {}/{}", cell.seen, cell.runs);
  }
  switch (cell.verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::warn:
      return "warn";
    case Verdict::waived:
      return "waived";
    case Verdict::skip:
    case Verdict::not_run:
      return "-";
    case Verdict::fail:
    case Verdict::blocked:
    case Verdict::error:
      break;
  }
  auto name = std::string(model::to_string(cell.verdict));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format("{} {}/{}", name, cell.seen, cell.runs);
}

}  // namespace rpchspec::reports
