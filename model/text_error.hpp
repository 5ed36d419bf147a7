// Errors in a text file, told where an editor can jump to.

#pragma once

#include <string>
#include <vector>

namespace rpchspec::model {

/// A place in a file; both count from 1. Column counts bytes.
struct Mark {
  int line = 1;
  int column = 1;

  friend bool operator==(Mark const&, Mark const&) = default;
};

/// One error: where, and in words what was found, what is allowed, what was probably meant.
struct TextError {
  std::string file;
  int line = 1;
  int column = 1;
  std::string message;

  friend bool operator==(TextError const&, TextError const&) = default;
};

/// "scenarios/reset/x.yaml:12:5: unknown key 'witin'; did you mean 'within'?"
[[nodiscard]] std::string to_string(TextError const& error);

/// Reads lines made by to_string back, for errors that came as one text.
[[nodiscard]] std::vector<TextError> parse_errors(std::string const& lines);

/// Collects the errors of one file, so that a reader sees all of them at once.
class TextErrors {
 public:
  explicit TextErrors(std::string file) : file_(std::move(file)) {}

  void add(Mark where, std::string message);

  [[nodiscard]] bool empty() const { return errors_.empty(); }

  [[nodiscard]] std::string const& file() const { return file_; }

  [[nodiscard]] std::vector<TextError> const& all() const { return errors_; }

  /// In the order of the file, each once: the variants of a matrix repeat what they share.
  [[nodiscard]] std::vector<TextError> sorted() const;

 private:
  std::string file_;
  std::vector<TextError> errors_;
};

}  // namespace rpchspec::model
