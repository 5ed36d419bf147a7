// `rpchspec matrix`: one suite over many targets, as one table.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::reports {

/// What one target did with one case.
struct MatrixCell {
  model::Verdict verdict = model::Verdict::not_run;  // of the first run
  std::size_t seen = 1;                              // in so many runs it was red
  std::size_t runs = 1;                              // of so many
  std::string message{};
  std::string evidence{};  // folder of journal and ladder, relative to the matrix; empty: not kept
};

/// A red cell was seen in every run, else it is unsteady.
[[nodiscard]] bool is_unsteady(MatrixCell const& cell);

struct MatrixColumn {
  std::string target;
  std::string version;  // of the program; empty: unknown
  std::string topology;
  std::string note;    // why nothing, or not everything, was run; empty: it was
  std::string folder;  // of its run, relative to the matrix
  std::map<std::string, MatrixCell> cells;
  std::vector<model::Finding> findings;

  [[nodiscard]] std::size_t count(model::Verdict verdict) const;
  [[nodiscard]] std::size_t unsteady() const;
};

struct MatrixRow {
  std::string id;
  std::string title;
  std::string category;
};

struct Matrix {
  std::string tool_version;
  std::string suite;
  std::string started;  // RFC 3339, UTC
  std::vector<MatrixColumn> columns;
  std::vector<MatrixRow> rows;  // in the order of the suite
};

/// What was run against one target.
struct ColumnRuns {
  model::RunResult const& first;
  std::vector<model::RunResult> const& again;  // results of its red cases alone
  std::string folder;                          // of the first run, relative to the matrix
};

/// Adds what a target's runs said. @param note  on the target; its first line is shown.
void add_column(Matrix& matrix, ColumnRuns const& runs, std::string const& note);

/// "pass", "FAIL 3/3", "unsteady 1/3", "-" for what was skipped or not run.
[[nodiscard]] std::string cell_text(MatrixCell const& cell);

/// A summary with a line a target, then a line for each case that is not green everywhere.
/// Markdown; red cells link to the folders of their evidence.
[[nodiscard]] std::string matrix_text(Matrix const& matrix);

/// One page that needs nothing else; red cells link to their evidence.
[[nodiscard]] std::string matrix_html(Matrix const& matrix);

/// Everything, "schema": 1.
[[nodiscard]] std::string matrix_json(Matrix const& matrix);

}  // namespace rpchspec::reports
