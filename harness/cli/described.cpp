#include "harness/cli/described.hpp"

#include <algorithm>
#include <map>

#include "harness/targets/options.hpp"
#include "reference_proxy/defects.hpp"
#include "reference_proxy/variants.hpp"

namespace rpchspec::cli {

namespace {

using Words = std::vector<std::string>;

Words split(std::string const& text, char separator) {
  Words words;
  for (std::size_t at = 0; at <= text.size();) {
    auto const end = std::min(text.find(separator, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// The words of "auto|plain|CERT,KEY": placeholders are capitals.
Words words_of_alternatives(std::string const& value) {
  auto const is_word = [](std::string const& alternative) {
    return !alternative.empty() && std::ranges::all_of(alternative, [](char c) {
      return (c >= 'a' && c <= 'z') || c == '-';
    });
  };
  auto words = value.find('|') == std::string::npos ? Words() : split(value, '|');
  std::erase_if(words, [&](std::string const& each) { return !is_word(each); });
  return words;
}

template <class Entries>
Words names_of(Entries const& entries) {
  Words names;
  for (auto const& entry : entries) {
    names.emplace_back(entry.name);
  }
  return names;
}

/// The validator's "TEXT:{store,referral}".
Words words_of_validator(std::string const& type) {
  auto const open = type.find(":{");
  auto const close = type.rfind('}');
  return open == std::string::npos || close == std::string::npos
             ? Words()
             : split(type.substr(open + 2, close - open - 2), ',');
}

/// Its row in the table of options; null: it is declared elsewhere.
targets::Option const* row_of(CLI::Option const& option, std::string const& name) {
  auto const* row = name.starts_with("--") ? targets::find_option(name.substr(2)) : nullptr;
  return row != nullptr && row->help == option.get_description() ? row : nullptr;
}

Words words_of(CLI::Option const& option, std::string const& name, std::string const& value) {
  if (name == "--defect") {
    return names_of(proxy::defects());
  }
  if (name == "--variant") {
    return names_of(proxy::variants());
  }
  if (auto const* row = row_of(option, name)) {
    return row->allowed;
  }
  auto words = words_of_validator(option.get_type_name());
  return words.empty() ? words_of_alternatives(value) : words;
}

Takes taken_by(DescribedOption const& option) {
  static std::map<std::string, Takes> const kPlaces = {
      {"F", Takes::file},     {"FILE", Takes::file},   {"PATH", Takes::file},
      {"DIR", Takes::folder}, {"BASE", Takes::folder}, {"SELECTOR", Takes::scenario},
      {"ID", Takes::scenario}};
  if (!option.words.empty()) {
    return Takes::word;
  }
  auto const found = kPlaces.find(option.value);
  return option.value.empty()     ? Takes::nothing
         : found == kPlaces.end() ? Takes::text
                                  : found->second;
}

/// The declared name of the value, without what validators add to it.
std::string placeholder(CLI::Option const& option) {
  auto const type = option.get_type_name();
  auto name = type;
  for (char const* validator : {":{", ":POSITIVE", ":INT in ", ":UINT in "}) {
    name = name.substr(0, name.find(validator));
  }
  auto const words = words_of_validator(type);
  return name == "TEXT" && !words.empty() ? CLI::detail::join(words, "|") : name;
}

DescribedOption described(CLI::Option const& option) {
  DescribedOption out;
  for (auto const& name : option.get_snames()) {
    out.names.push_back("-" + name);
  }
  for (auto const& name : option.get_lnames()) {
    out.names.push_back("--" + name);
  }
  bool const flag = option.get_items_expected_max() == 0;
  out.value = flag ? "" : placeholder(option);
  out.help = option.get_description();
  out.group = option.get_group();
  out.required = option.get_required();
  auto const* row = row_of(option, out.names.empty() ? "" : out.names.back());
  out.repeatable =
      row == nullptr ? option.get_expected_max() > 1 : row->kind == targets::OptionKind::list;
  if (!flag) {
    out.words = words_of(option, out.names.empty() ? "" : out.names.back(), out.value);
  }
  if (out.names.empty()) {
    out.names.push_back(out.value);
  }
  out.takes = taken_by(out);
  return out;
}

DescribedCommand described_command(CLI::App const& app) {
  DescribedCommand out;
  out.name = app.get_name();
  out.summary = app.get_description();
  out.footer = app.get_footer();
  for (auto const* option : app.get_options()) {
    (option->get_positional() ? out.arguments : out.options).push_back(described(*option));
  }
  return out;
}

}  // namespace

DescribedProgram described(CLI::App const& root) {
  DescribedProgram out;
  out.itself = described_command(root);
  for (auto const* command : root.get_subcommands([](CLI::App const*) { return true; })) {
    out.commands.push_back(described_command(*command));
  }
  return out;
}

}  // namespace rpchspec::cli
