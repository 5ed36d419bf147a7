#include "harness/agent/supervisor/outcome.hpp"

#include "harness/agent/supervisor/told_text.hpp"

namespace rpchspec::supervisor {

namespace {

constexpr std::size_t kMostText = 4096;
constexpr std::size_t kMostProblemText = 1024;
constexpr std::size_t kMostProblems = 100;

}  // namespace

tl::unexpected<Refused> refuse(Why why, std::string text) {
  return tl::unexpected(Refused{why, told_text(std::move(text), kMostText)});
}

api::Problem problem(std::string field, std::string text) {
  api::Problem made;
  made.set_field(std::move(field));
  made.set_text(told_text(std::move(text), kMostProblemText));
  return made;
}

tl::unexpected<Refused> refuse_field(std::string field, std::string text) {
  return refuse_all({problem(std::move(field), std::move(text))});
}

tl::unexpected<Refused> refuse_all(std::vector<api::Problem> problems, std::size_t more) {
  auto const& first = problems.front();
  auto const place = first.file().empty() ? first.field()
                                          : first.file() + ":" + std::to_string(first.line()) +
                                                ":" + std::to_string(first.column());
  auto text = place + ": " + first.text();
  if (auto const others = problems.size() - 1 + more; others > 0) {
    text += " (and " + std::to_string(others) + " more)";
  }
  if (problems.size() > kMostProblems) {
    more += problems.size() - kMostProblems;
    problems.resize(kMostProblems);
  }
  return tl::unexpected(Refused{Why::invalid, std::move(text), std::move(problems), more});
}

}  // namespace rpchspec::supervisor
