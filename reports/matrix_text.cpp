#include <algorithm>

#include <fmt/format.h>

#include "reports/matrix.hpp"
#include "reports/verdict.hpp"

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

std::string escaped_cell(std::string text) {
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

/// The folders of journals and ladders that cells point to, each by a number behind the tables, so
/// that these stay readable as text.
class Evidence {
 public:
  /// "[text][1]", or the text alone where the cell has no folder.
  std::string link(std::string const& text, MatrixCell const& cell) {
    if (cell.evidence.empty() || text.empty()) {
      return text;
    }
    folders_ += fmt::format("[{}]: {}\n", ++count_, cell.evidence);
    return fmt::format("[{}][{}]", text, count_);
  }

  [[nodiscard]] std::string folders() const { return folders_.empty() ? "" : "\n" + folders_; }

 private:
  std::size_t count_ = 0;
  std::string folders_;
};

/// Of a target that carries nothing, the case that showed it.
std::string linked_note(MatrixColumn const& column, Evidence& evidence) {
  auto const red = std::find_if(column.cells.begin(), column.cells.end(),
                                [](auto const& cell) { return is_red(cell.second.verdict); });
  auto const note = escaped_cell(column.note);
  return was_run(column) || red == column.cells.end() ? note : evidence.link(note, red->second);
}

std::string summary(Matrix const& matrix, Evidence& evidence) {
  std::vector<std::vector<std::string>> rows{
      {"target", "version", "pass", "warn", "fail", "blocked", "error", "unsteady", "note"}};
  for (auto const& column : matrix.columns) {
    auto const number = [&](Verdict verdict) { return std::to_string(column.count(verdict)); };
    rows.push_back({column.target, escaped_cell(column.version), number(Verdict::pass),
                    number(Verdict::warn), number(Verdict::fail), number(Verdict::blocked),
                    number(Verdict::error), std::to_string(column.unsteady()),
                    linked_note(column, evidence)});
  }
  return table(rows);
}

std::string differences(Matrix const& matrix, Evidence& evidence) {
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
        auto const cell = column.cells.find(row.id);
        auto const text = mark(column, row.id);
        line.push_back(cell == column.cells.end() ? text : evidence.link(text, cell->second));
      }
    }
  }
  if (rows.size() != 1) {
    return table(rows);
  }
  return std::all_of(matrix.columns.begin(), matrix.columns.end(), was_run)
             ? "Every case that was run passed.\n"
             : "Nothing but what the notes tell.\n";
}

}  // namespace

std::string matrix_text(Matrix const& matrix) {
  Evidence evidence;
  auto const targets = summary(matrix, evidence);
  auto const cases = differences(matrix, evidence);
  return fmt::format(
      "rpchspec {}, suite {}, {}\n\n{}\n"
      "Where not everything passes (. passes, empty: not run; FAIL n/n: seen in n of n "
      "runs):\n\n{}{}",
      matrix.tool_version, matrix.suite, matrix.started, targets, cases, evidence.folders());
}

}  // namespace rpchspec::reports
