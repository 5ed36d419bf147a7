#include "reports/matrix.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rpchspec::reports {

using model::Verdict;

namespace {

model::CaseResult const* find_case(model::RunResult const& run, std::string const& id) {
  auto const found = std::find_if(run.cases.begin(), run.cases.end(),
                                  [&](model::CaseResult const& each) { return each.id == id; });
  return found == run.cases.end() ? nullptr : &*found;
}

void add_rows(Matrix& matrix, model::RunResult const& run) {
  for (auto const& result : run.cases) {
    auto const known = std::any_of(matrix.rows.begin(), matrix.rows.end(),
                                   [&](MatrixRow const& row) { return row.id == result.id; });
    if (!known) {
      matrix.rows.push_back({result.id, result.title, result.category});
    }
  }
  std::stable_sort(matrix.rows.begin(), matrix.rows.end(),
                   [](MatrixRow const& a, MatrixRow const& b) {
                     return std::pair(a.category, a.id) < std::pair(b.category, b.id);
                   });
}

std::string first_line(std::string const& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

bool is_red(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::blocked || verdict == Verdict::error;
}

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
  for (auto const& result : run.cases) {
    MatrixCell cell;
    cell.verdict = result.verdict;
    cell.message = result.message;
    if (is_red(result.verdict)) {
      cell.evidence = folder + "/cases/" + result.id;
      for (auto const& other : again) {
        if (auto const* repeated = find_case(other, result.id)) {
          ++cell.runs;
          cell.seen += is_red(repeated->verdict) ? 1 : 0;
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
