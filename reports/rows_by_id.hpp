// Rows of a result, found by their ids.

#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rpchspec::reports {

/// Of several that have one id it finds the first.
template <class Row>
class RowsById {
 public:
  /// @param rows  outlives this. Others may add to it, and must not reorder it.
  explicit RowsById(std::vector<Row>& rows) : rows_(rows) {}

  /// Null: none has it. Good until a row is added.
  [[nodiscard]] Row* find(std::string const& id) {
    for (; known_ < rows_.size(); ++known_) {
      index_.emplace(rows_[known_].id, known_);
    }
    auto const found = index_.find(id);
    return found == index_.end() ? nullptr : &rows_[found->second];
  }

  void add(Row row) { rows_.push_back(std::move(row)); }

 private:
  std::vector<Row>& rows_;
  std::size_t known_ = 0;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace rpchspec::reports
