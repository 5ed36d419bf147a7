#include <fmt/format.h>

#include "reports/html_text.hpp"
#include "reports/matrix.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::Verdict;

namespace {

constexpr std::string_view kMatrixStyle =
    "body{font:14px/1.4 sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
    "th,td{border:1px solid #ccc;padding:.2em .5em;text-align:left;white-space:nowrap}"
    "thead th{position:sticky;top:0;background:#fff}.pass{background:#e6f4e6}"
    ".warn,.unsteady{background:#fff3cd}.red{background:#f8d7da}.none{color:#999}";

std::string_view colour(MatrixCell const& cell) {
  if (is_unsteady(cell)) {
    return "unsteady";
  }
  if (is_red(cell.verdict)) {
    return "red";
  }
  return cell.verdict == Verdict::pass ? "pass" : cell.verdict == Verdict::warn ? "warn" : "none";
}

std::string cell_html(MatrixColumn const& column, std::string const& id) {
  auto const found = column.cells.find(id);
  if (found == column.cells.end()) {
    return "<td class=none></td>";
  }
  auto const& cell = found->second;
  auto text = escaped(cell_text(cell));
  if (!cell.evidence.empty()) {
    text = fmt::format("<a href=\"{0}/ladder.txt\">{1}</a> <a href=\"{0}/journal.bin\">journal</a>",
                       path_link(cell.evidence), text);
  }
  return fmt::format("<td class={} title=\"{}\">{}</td>", colour(cell), escaped(cell.message),
                     text);
}

std::string summary(Matrix const& matrix) {
  std::string out =
      "<table><thead><tr><th>target<th>version<th>pass<th>warn<th>fail<th>blocked<th>error"
      "<th>unsteady<th>note</tr></thead>\n";
  for (auto const& column : matrix.columns) {
    out += fmt::format(
        "<tr><th><a href=\"{}/\">{}</a><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>\n",
        path_link(column.folder), escaped(column.target), escaped(column.version),
        column.count(Verdict::pass), column.count(Verdict::warn), column.count(Verdict::fail),
        column.count(Verdict::blocked), column.count(Verdict::error), column.unsteady(),
        escaped(column.note));
  }
  return out + "</table>\n";
}

std::string cases(Matrix const& matrix) {
  std::string out = "<table><thead><tr><th>case";
  for (auto const& column : matrix.columns) {
    out += "<th>" + escaped(column.target);
  }
  out += "</tr></thead>\n";
  for (auto const& row : matrix.rows) {
    out += fmt::format("<tr><th title=\"{}\">{}</th>", escaped(row.title), escaped(row.id));
    for (auto const& column : matrix.columns) {
      out += cell_html(column, row.id);
    }
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

}  // namespace

std::string matrix_html(Matrix const& matrix) {
  return fmt::format(
      "<!doctype html>\n<html lang=en><meta charset=utf-8><title>rpchspec matrix</title>\n"
      "<style>{}</style>\n<h1>RPC over HTTP through these proxies</h1>\n"
      "<p>rpchspec {}, suite {}, {}. A red cell was seen in each of its runs, and links to the "
      "ladder and the journal that show it.</p>\n{}{}</html>\n",
      kMatrixStyle, escaped(matrix.tool_version), escaped(matrix.suite), escaped(matrix.started),
      summary(matrix), cases(matrix));
}

}  // namespace rpchspec::reports
