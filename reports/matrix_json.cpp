#include <boost/json.hpp>

#include "reports/json_text.hpp"
#include "reports/matrix.hpp"
#include "reports/results_names.hpp"

namespace rpchspec::reports {

namespace json = boost::json;

namespace {

json::object cell_json(MatrixCell const& cell) {
  return {{"verdict", model::to_string(cell.verdict)},
          {"seen", cell.seen},
          {"runs", cell.runs},
          {"message", utf8(cell.message)},
          {"evidence", utf8(cell.evidence)}};
}

json::object column_json(MatrixColumn const& column) {
  json::object summary;
  for (auto const verdict : kVerdicts) {
    summary[summary_key(verdict)] = column.count(verdict);
  }
  summary["unsteady"] = column.unsteady();
  json::object cells;
  for (auto const& [id, cell] : column.cells) {
    cells[utf8(id)] = cell_json(cell);
  }
  json::array findings;
  for (auto const& finding : column.findings) {
    findings.push_back({{"id", finding.id},
                        {"requirement", utf8(finding.requirement)},
                        {"also", texts_json(finding.also)},
                        {"level", model::to_string(finding.level)},
                        {"seen", utf8(finding.seen)},
                        {"cases", finding.cases.size()}});
  }
  return {{"target", utf8(column.target)},     {"version", utf8(column.version)},
          {"topology", utf8(column.topology)}, {"note", utf8(column.note)},
          {"folder", utf8(column.folder)},     {"summary", std::move(summary)},
          {"findings", std::move(findings)},   {"cells", std::move(cells)}};
}

}  // namespace

std::string matrix_json(Matrix const& matrix) {
  json::array rows;
  for (auto const& row : matrix.rows) {
    rows.push_back({{"id", utf8(row.id)}, {"title", utf8(row.title)}, {"category", row.category}});
  }
  json::array columns;
  for (auto const& column : matrix.columns) {
    columns.emplace_back(column_json(column));
  }
  return indented(json::object{{"schema", 1},
                               {"tool",
                                {{"name", "rpchspec"},
                                 {"version", utf8(matrix.tool_version)},
                                 {"suite", utf8(matrix.suite)}}},
                               {"started", utf8(matrix.started)},
                               {"cases", std::move(rows)},
                               {"targets", std::move(columns)}}) +
         "\n";
}

}  // namespace rpchspec::reports
