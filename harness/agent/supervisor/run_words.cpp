#include "harness/agent/supervisor/run_words.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "harness/agent/supervisor/words.hpp"
#include "harness/targets/options.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::supervisor {

namespace {

constexpr char const* kConfigName = "rpchspec.yaml";  // no scenario, for those that read files

using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;
using Problems = std::vector<api::Problem>;

std::string with(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string value_of(api::RunOptions const& options, FieldDescriptor const& field) {
  Reflection const& reflection = *options.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(options, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(reflection.GetUInt32(options, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(reflection.GetUInt64(options, &field));
    default:
      return reflection.GetString(options, &field);
  }
}

std::string at(std::string const& list, int index) {
  return list + "[" + std::to_string(index) + "]";
}

void check_options(api::RunOptions const& options, Problems& problems) {
  targets::Settings settings;
  targets::OptionSource source(settings);
  for (auto const& [name, value] : options_of(options)) {
    auto const field = "options." + with(name, '-', '_');
    if (!is_value(value)) {
      problems.push_back(problem(field, "'" + value + "' holds characters that no value has"));
      continue;
    }
    if (auto const applied = source.apply(*targets::find_option(name), value); !applied) {
      problems.push_back(problem(field, applied.error().detail));
    }
  }
}

void check_scenarios(api::RunRequest const& request, Problems& problems) {
  std::set<std::string> names;
  for (int i = 0; i < request.scenarios_size(); ++i) {
    auto const field = at("scenarios", i) + ".name";
    auto const& name = request.scenarios(i).name();
    if (!is_file_name(name) || name == kConfigName) {
      problems.push_back(problem(field, std::string("expected NAME.yaml: ") + kNameForm));
    } else if (!names.insert(name).second) {
      problems.push_back(problem(field, "there are two of the name '" + name + "'"));
    }
  }
}

Outcome<void> check_sizes(api::RunRequest const& request, Quotas const& quotas) {
  if (request.scenarios_size() > static_cast<int>(quotas.scenarios)) {
    return refuse(Why::exhausted, std::to_string(request.scenarios_size()) +
                                      " scenario files; a run may bring " +
                                      std::to_string(quotas.scenarios));
  }
  for (auto const& scenario : request.scenarios()) {
    if (scenario.yaml().size() > quotas.scenario_bytes) {
      return refuse(Why::exhausted, "a scenario of " + std::to_string(scenario.yaml().size()) +
                                        " bytes; one may have " +
                                        std::to_string(quotas.scenario_bytes));
    }
  }
  return {};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> options_of(api::RunOptions const& options) {
  std::vector<std::pair<std::string, std::string>> out;
  Reflection const& reflection = *options.GetReflection();
  std::vector<FieldDescriptor const*> fields;
  reflection.ListFields(options, &fields);
  for (auto const* field : fields) {
    auto const name = with(field->name(), '_', '-');
    if (!field->is_repeated()) {
      out.emplace_back(name, value_of(options, *field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(options, field); ++i) {
      out.emplace_back(name, reflection.GetRepeatedString(options, field, i));
    }
  }
  return out;
}

std::string set_option(api::RunOptions& options,
                       std::string const& name,
                       std::string const& value) {
  auto const* field = options.GetDescriptor()->FindFieldByName(with(name, '-', '_'));
  if (field == nullptr) {
    return "an agent has no option '" + name + "'";
  }
  Reflection const& reflection = *options.GetReflection();
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  bool const is_number = error == std::errc() && end == value.data() + value.size();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.SetBool(&options, field, value == "true");
      return {};
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection.SetUInt32(&options, field, static_cast<std::uint32_t>(number));
      return is_number ? "" : "'" + value + "' is no number";
    case FieldDescriptor::CPPTYPE_UINT64:
      reflection.SetUInt64(&options, field, number);
      return is_number ? "" : "'" + value + "' is no number";
    default:
      if (field->is_repeated()) {
        reflection.AddString(&options, field, value);
      } else {
        reflection.SetString(&options, field, value);
      }
      return {};
  }
}

Outcome<void> check_request(api::RunRequest const& request,
                            Quotas const& quotas,
                            TargetsFolder const& targets) {
  if (auto sizes = check_sizes(request, quotas); !sizes) {
    return sizes;
  }
  Problems problems;
  if (!is_name(request.run_id())) {
    problems.push_back(problem("run_id", std::string("expected ") + kNameForm));
  }
  if (!request.target().empty() && !is_name(request.target())) {
    problems.push_back(problem("target", std::string("expected ") + kNameForm));
  }
  for (int i = 0; i < request.selectors_size(); ++i) {
    if (!is_selector(request.selectors(i))) {
      problems.push_back(problem(
          at("selectors", i), "expected an id, a prefix (reset/), a glob with *, or a category"));
    }
  }
  check_scenarios(request, problems);
  if (request.scenarios_size() > 0 && targets.leads_elsewhere(request.target())) {
    problems.push_back(problem(
        "scenarios", "requests to target '" + request.target() +
                         "' go through an HTTP proxy, which takes them to any host that they "
                         "name: of it only the agent's own scenarios are run"));
  }
  check_options(request.options(), problems);
  if (!problems.empty()) {
    return refuse_all(std::move(problems));
  }
  if (!request.target().empty() && targets.file_of(request.target()) == nullptr) {
    auto text = "this agent has no target '" + request.target() + "'" +
                model::suggestion(request.target(), targets.names());
    return tl::unexpected(Refused{Why::not_found, text, {problem("target", text)}});
  }
  return {};
}

std::vector<std::string> words_of(api::RunRequest const& request,
                                  RunFolder const& folder,
                                  TargetsFolder const& targets,
                                  SupervisorOptions const& options) {
  std::vector<std::string> words{"run", "--progress=json", "--out=" + folder.out().string()};
  auto const* file = targets.file_of(request.target());
  words.push_back("--config=" + (file ? *file : options.folder / kNoTargets).string());
  if (file != nullptr) {
    words.push_back("--target=" + request.target());
  }
  for (auto const& [name, value] : options_of(request.options())) {
    bool const is_flag = targets::find_option(name)->kind == targets::OptionKind::flag;
    words.push_back(is_flag ? "--" + name : "--" + name + "=" + value);
  }
  words.emplace_back("--");
  for (auto const& scenario : request.scenarios()) {
    words.push_back(scenario.name());
  }
  words.insert(words.end(), request.selectors().begin(), request.selectors().end());
  return words;
}

}  // namespace rpchspec::supervisor
