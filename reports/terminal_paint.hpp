// Colour, and text from peers made harmless. Private to reports.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports {

/// The SGR code a verdict is painted with.
[[nodiscard]] std::string_view code_of(model::Verdict verdict);

[[nodiscard]] std::string painted(std::string text, std::string_view code, Colour colour);
[[nodiscard]] std::string upper(std::string_view text);

/// What a peer sent must not move the cursor or paint the terminal.
[[nodiscard]] std::string harmless(std::string_view text);
/// The first of its lines, made harmless.
[[nodiscard]] std::string first_line(std::string_view text);

/// "7 pass, 1 fail"
[[nodiscard]] std::string counts_text(std::map<model::Verdict, std::size_t> const& counts,
                                      Colour colour);

/// A finding's kind as people read it: "echo: body" of "monitor:echo: body". A view into `kind`.
[[nodiscard]] std::string_view kind_words(std::string_view kind);

/// Whether the finding fails a build, or only warns.
[[nodiscard]] bool fails(model::Finding const& finding);

/// Those that fail a build first, then warnings, then what is waived. Views into `run`.
[[nodiscard]] std::vector<model::Finding const*> by_weight(model::RunResult const& run);

}  // namespace rpchspec::reports
