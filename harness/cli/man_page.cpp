#include "harness/cli/man_page.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace rpchspec::cli {

namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

/// For roff: nothing at the begin of a line is a request, and a hyphen is one.
std::string plain(std::string const& text) {
  std::string out;
  for (char const c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += std::string("\\&") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string const& text) {
  return "\\fB" + plain(text) + "\\fR";
}

std::string italic(std::string const& text) {
  return "\\fI" + plain(text) + "\\fR";
}

std::string capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string head(std::string const& name, std::string const& summary) {
  return fmt::format(
      ".TH {} 1 \"\" \"rpchspec {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
      capitals(plain(name)), RPCHSPEC_VERSION, plain(name), plain(summary));
}

std::string of_option(DescribedOption const& option) {
  std::string names;
  for (auto const& name : option.names) {
    names += (names.empty() ? "" : ", ") + bold(name);
  }
  auto const value = option.value.empty() ? "" : " " + italic(option.value);
  auto text = fmt::format(".TP\n{}{}\n{}", names, value, plain(option.help));
  if (option.takes == Takes::word && option.words.size() <= 12) {
    text += fmt::format("\n({})", plain(fmt::format("{}", fmt::join(option.words, ", "))));
  }
  return text + (option.repeatable ? "\n(repeatable)\n" : "\n");
}

std::string of_arguments(std::vector<DescribedOption> const& arguments) {
  std::string text;
  for (auto const& argument : arguments) {
    auto const shown = italic(argument.value) + (argument.repeatable ? "..." : "");
    text += argument.required ? " " + shown : " [" + shown + "]";
  }
  return text;
}

std::string table(std::string const& heading, Rows const& rows) {
  auto text = fmt::format(".SH {}\n", heading);
  for (auto const& [name, words] : rows) {
    text += fmt::format(".TP\n{}\n{}\n", bold(name), plain(words));
  }
  return text;
}

Rows exit_codes() {
  return {{"0", "nothing failed, and nothing was left unjudged"},
          {"1", "at least one failure"},
          {"2", "bad usage"},
          {"3", "no failure, but something could not be judged, or the run could not start"},
          {"4", "nothing was judged"},
          {"130, 143", "interrupted, terminated; the reports of what had finished are written"}};
}

Rows files() {
  return {{"rpchspec.yaml", "targets, defaults, waivers; every option of run is a key there"},
          {"rpchspec-out/results.json", "the results of a run"},
          {"rpchspec-out/junit.xml", "the same for build servers"},
          {"rpchspec-out/cases/ID/ladder.txt", "what was seen in a case"}};
}

Rows variables() {
  return {{"RPCHSPEC_PASSWORD", "the password of --user"},
          {"RPCHSPEC_DATA", "folder of the scenarios, in place of those installed"},
          {"RPCHSPEC_TARGETS", "folder of targets.yaml, in place of the one installed"},
          {"NTLM_USER_FILE", "users and passwords of NTLM (gss-ntlmssp)"},
          {"NO_COLOR", "no colours, where it is set"}};
}

}  // namespace

std::string command_page(DescribedCommand const& command) {
  auto const name = "rpchspec-" + command.name;
  auto text = head(name, command.summary) + fmt::format("{} [options]{}\n",
                                                        bold("rpchspec " + command.name),
                                                        of_arguments(command.arguments));
  if (!command.arguments.empty()) {
    text += ".SH ARGUMENTS\n";
    for (auto const& argument : command.arguments) {
      text += fmt::format(".TP\n{}\n{}\n", italic(argument.value), plain(argument.help));
    }
  }
  std::string group;
  for (auto const& option : command.options) {
    if (option.group != group) {
      group = option.group;
      text += fmt::format(".SH {}\n", plain(capitals(group)));
    }
    text += of_option(option);
  }
  if (!command.footer.empty()) {
    text += ".SH NOTES\n" + plain(command.footer) + "\n";
  }
  return text + ".SH SEE ALSO\n.BR rpchspec (1)\n";
}

std::string program_page(DescribedProgram const& program) {
  auto text = head("rpchspec", program.itself.summary) +
              fmt::format("{} {} [options] [arguments]\n.SH COMMANDS\n", bold("rpchspec"),
                          italic("COMMAND"));
  for (auto const& command : program.commands) {
    text += fmt::format(".TP\n{}\n{}; see\n.BR rpchspec\\-{} (1)\n", bold(command.name),
                        plain(command.summary), plain(command.name));
  }
  text += ".SH OPTIONS\n";
  for (auto const& option : program.itself.options) {
    text += of_option(option);
  }
  return text + table("EXIT STATUS", exit_codes()) + table("FILES", files()) +
         table("ENVIRONMENT", variables());
}

}  // namespace rpchspec::cli
