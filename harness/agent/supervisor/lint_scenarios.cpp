#include "harness/agent/supervisor/lint_scenarios.hpp"

#include <charconv>
#include <fstream>

#include "harness/agent/supervisor/told_text.hpp"

namespace rpchspec::supervisor {

namespace {

constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30;
constexpr std::chrono::seconds kMostTime{30};
constexpr std::size_t kMostOutput = std::size_t{256} << 10;
constexpr std::size_t kMostProblemText = 1024;
constexpr int kMostProblems = 100;
constexpr std::size_t kMostFile = 256;
constexpr int kUsage = 2;

/// "12:5: unknown key": the number, and the text behind its colon.
bool take_number(std::string_view& text, std::uint32_t& number) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto const length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || length >= text.size() || *end != ':') {
    return false;
  }
  text.remove_prefix(length + 1);
  return true;
}

bool read_place(std::string_view line, api::Problem& problem) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) {
    return false;
  }
  problem.set_file(told_text(std::string(line.substr(0, colon)), kMostFile));
  line.remove_prefix(colon + 1);
  std::uint32_t number = 0;
  if (!take_number(line, number)) {
    return false;
  }
  problem.set_line(number);
  if (!take_number(line, number)) {
    return false;
  }
  problem.set_column(number);
  line.remove_prefix(std::min<std::size_t>(line.size(), 1));
  problem.set_text(told_text(std::string(line), kMostProblemText));
  return true;
}

std::string field_of(std::string const& file, api::RunRequest const& request) {
  for (int i = 0; i < request.scenarios_size(); ++i) {
    if (request.scenarios(i).name() == file) {
      return "scenarios[" + std::to_string(i) + "].yaml";
    }
  }
  return "scenarios";
}

}  // namespace

Outcome<void> write_scenarios(api::RunRequest const& request, RunFolder const& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.work(), error);
  for (auto const& scenario : request.scenarios()) {
    std::ofstream out(folder.work() / scenario.name(), std::ios::binary);
    out << scenario.yaml();
    if (!out.flush()) {
      return refuse(Why::unavailable, "the agent cannot write a scenario to its disk");
    }
  }
  if (error) {
    return refuse(Why::unavailable, "the agent cannot write to its disk: " + error.message());
  }
  return {};
}

api::Problems problems_of(std::string_view lines, api::RunRequest const& request) {
  api::Problems problems;
  for (std::size_t begin = 0; begin < lines.size();) {
    auto const end = std::min(lines.find('\n', begin), lines.size());
    api::Problem problem;
    if (read_place(lines.substr(begin, end - begin), problem)) {
      problem.set_field(field_of(problem.file(), request));
      if (problems.problems_size() < kMostProblems) {
        *problems.add_problems() = std::move(problem);
      } else {
        problems.set_more(problems.more() + 1);
      }
    }
    begin = end + 1;
  }
  return problems;
}

Outcome<api::ValidateReply> lint_scenarios(api::RunRequest const& request,
                                           RunFolder const& folder,
                                           SupervisorOptions const& options) {
  api::ValidateReply reply;
  if (request.scenarios().empty()) {
    return reply;
  }
  ChildPlan plan{options.program, {"lint", "--"}, folder.work(), folder.log(), kMostMemory};
  for (auto const& scenario : request.scenarios()) {
    plan.words.push_back(scenario.name());
  }
  auto child = Child::start(plan);
  if (!child) {
    return refuse(Why::unavailable, child.error().detail);
  }
  auto const said = child->read_all(kMostTime, kMostOutput);
  auto end = child->wait(std::chrono::seconds(1));
  while (!end) {
    end = child->wait(std::chrono::seconds(1));
  }
  if (end->signal == 0 && end->exit_code == 0) {
    std::uint32_t cases = 0;
    std::from_chars(said.data(), said.data() + said.size(), cases);
    reply.set_cases(cases);
    return reply;
  }
  auto const errors = tail_of(folder.log(), kMostOutput);
  auto problems = problems_of(errors, request);
  reply.mutable_problems()->Swap(problems.mutable_problems());
  reply.set_more(problems.more());
  if (reply.problems().empty()) {
    bool const is_usage = end->signal == 0 && end->exit_code == kUsage;
    *reply.add_problems() = problem(
        "scenarios", is_usage ? errors : "they take more memory or time than lint is given");
  }
  return reply;
}

}  // namespace rpchspec::supervisor
