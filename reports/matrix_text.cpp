#include <algorithm>

#include <fmt/format.h>

#include "reports/matrix.hpp"

namespace rpchspec::reports {

using model::Verdict;

namespace {

/// Narrow enough for a table: "." stands for a pass.
std::string mark(MatrixColumn const& column, std::string const& id) {
  auto const found = column.cells.find(id);
  if (found == column.cells.end()) {
    return "";
  }
  auto const text = cell_text(found->second);
  return text == "pass" ? "." : text == "-" ? "" : text;
}

/// False for a target that was missing, or that carries nothing: one note says that of it.
bool was_run(MatrixColumn const& column) {
  auto const skipped = column.count(Verdict::skip) == column.cells.size();
  auto const carries_nothing = column.count(Verdict::not_run) != 0 &&
                               column.count(Verdict::pass) + column.count(Verdict::warn) == 0;
  return !skipped && !carries_nothing;
}

/// A row is worth telling when one of those that were run does otherwise than pass.
bool differs(Matrix const& matrix, std::string const& id) {
  return std::any_of(matrix.columns.begin(), matrix.columns.end(), [&](auto const& column) {
    auto const text = mark(column, id);
    return was_run(column) && !text.empty() && text != ".";
  });
}

std::string escaped(std::string text) {
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.replace(at, 1, "\\|");
  }
  return text;
}

/// Aligned as text, and a table where Markdown is understood.
std::string table(std::vector<std::vector<std::string>> const& rows) {
  std::vector<std::size_t> widths;
  for (auto const& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 3);
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out += "|";
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      out += fmt::format(" {:<{}} |", rows[r][i], widths[i]);
    }
    out += "\n";
    if (r == 0) {
      out += "|";
      for (auto const width : widths) {
        out += std::string(width + 2, '-') + "|";
      }
      out += "\n";
    }
  }
  return out;
}

std::string summary(Matrix const& matrix) {
  std::vector<std::vector<std::string>> rows{
      {"target", "version", "pass", "warn", "fail", "blocked", "error", "unsteady", "note"}};
  for (auto const& column : matrix.columns) {
    auto const number = [&](Verdict verdict) { return std::to_string(column.count(verdict)); };
    rows.push_back({column.target, escaped(column.version), number(Verdict::pass),
                    number(Verdict::warn), number(Verdict::fail), number(Verdict::blocked),
                    number(Verdict::error), std::to_string(column.unsteady()),
                    escaped(column.note)});
  }
  return table(rows);
}

std::string differences(Matrix const& matrix) {
  std::vector<std::vector<std::string>> rows{{"case"}};
  for (auto const& column : matrix.columns) {
    if (was_run(column)) {
      rows.front().push_back(column.target);
    }
  }
  for (auto const& row : matrix.rows) {
    if (!differs(matrix, row.id)) {
      continue;
    }
    auto& line = rows.emplace_back(std::vector<std::string>{row.id});
    for (auto const& column : matrix.columns) {
      if (was_run(column)) {
        line.push_back(mark(column, row.id));
      }
    }
  }
  return rows.size() == 1 ? std::string("Every case that was run passed.\n") : table(rows);
}

}  // namespace

std::string matrix_text(Matrix const& matrix) {
  return fmt::format(
      "rpchspec {}, suite {}, {}\n\n{}\n"
      "Where not everything passes (. passes, empty: not run; FAIL n/n: seen in n of n "
      "runs):\n\n{}",
      matrix.tool_version, matrix.suite, matrix.started, summary(matrix), differences(matrix));
}

}  // namespace rpchspec::reports
