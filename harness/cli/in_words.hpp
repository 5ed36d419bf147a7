// What is wrong with the words of a command line.

#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

/// And what was probably meant.
[[nodiscard]] std::string in_words(CLI::App const& app, CLI::ParseError const& error);

}  // namespace rpchspec::cli
