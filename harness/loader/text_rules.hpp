// What each text of scenario.proto may be, as one table: what a person mistypes is refused where it
// stands, before a run can take it for something else.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "harness/loader/text_forms.hpp"

namespace rpchspec::loader {

/// Words, a form, or both; neither: any text.
struct TextRule {
  std::string_view field;       // "Client.server"; "client_close.channel": in that step alone
  std::string_view words = {};  // with a blank between two
  std::vector<std::string> const& (*list)() = nullptr;  // words that stand elsewhere
  TextForm const* form = nullptr;
  std::string_view called = {};   // what the words are, where they are too many to list
  std::string_view instead = {};  // there is no such thing here: where it belongs
};

/// The rule of a field within a step of that action ("client_close"; "" outside of steps); null
/// when the table lacks the field.
[[nodiscard]] TextRule const* text_rule(google::protobuf::FieldDescriptor const& field,
                                        std::string_view action);

/// Why `text` cannot stand in that field; empty when it can. No text is a field's default.
[[nodiscard]] std::string wrong_text(TextRule const& rule,
                                     std::string_view field,
                                     std::string const& text);

}  // namespace rpchspec::loader
