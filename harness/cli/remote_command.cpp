#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include "harness/cli/command.hpp"
#include "harness/cli/remote_follow.hpp"
#include "harness/cli/remote_run.hpp"
#include "harness/cli/remote_session.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::cli {

namespace {

namespace api = service::api;
using service::CallFailed;
using service::RemoteAgent;

std::string const& run_of(RemoteOptions const& options) {
  if (options.words.size() != 1) {
    throw UsageError{options.action + " wants the id of one run; see remote list"};
  }
  return options.words.front();
}

void print(api::RunState const& state) {
  auto const how = !state.has_end()
                       ? std::string("goes on")
                       : fmt::format("exit {}", state.end().exit_code()) +
                             (state.end().reason() == api::RunEnd::CANCELLED ? ", cancelled" : "");
  fmt::print("{}  {}  {}  {} events\n", state.run_id(),
             google::protobuf::util::TimeUtil::ToString(state.started()), how, state.events());
}

int cancel(RemoteAgent& agent, RemoteOptions const& options) {
  RemoteSession session(agent, options);
  auto const& run = run_of(options);
  session.join(options.action);
  print(called(agent.cancel(session.lease(), run), options.agent));
  return 0;
}

int list_runs(RemoteAgent& agent, RemoteOptions const& options) {
  RemoteSession session(agent, options);
  session.join(options.action);
  auto const listed = called(agent.list_runs(session.lease()), options.agent);
  for (auto const& each : listed.runs()) {
    print(each);
  }
  return 0;
}

int fetch(RemoteAgent& agent, RemoteOptions const& options) {
  RemoteSession session(agent, options);
  api::FetchRequest request;
  request.set_run_id(run_of(options));
  session.join(options.action);
  request.set_lease(session.lease());
  std::string word = options.what;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  api::FetchRequest::What what = api::FetchRequest::ALL;
  api::FetchRequest::What_Parse(word, &what);
  request.set_what(what);
  request.set_case_id(options.case_id);
  called(fetch_into(agent, request, {settings_of(options).out, patience_of(options)}),
         options.agent);
  return 0;
}

int hello(RemoteAgent& agent, RemoteOptions const& options) {
  auto const told = called(agent.hello("rpchspec remote"), options.agent);
  fmt::print("{} {} ({}), suite {}\n", told.version().name(), told.version().version(),
             told.version().api(), told.version().suite());
  std::vector<std::string> const targets(told.targets().begin(), told.targets().end());
  fmt::print("targets: {}\n",
             targets.empty() ? "none but the embedded proxy" : model::join(targets));
  fmt::print("runs at a time: {}; of one run: {} s, {} bytes\n", told.quotas().runs(),
             told.quotas().run_time().seconds(), told.quotas().run_bytes());
  return 0;
}

int validate(RemoteAgent& agent, RemoteOptions const& options) {
  RemoteSession session(agent, options);
  auto request = remote_request(options, "validate");
  session.join_or_open();
  request.set_lease(session.lease());
  auto const reply = called(agent.validate(request), options.agent);
  if (reply.problems().empty()) {
    fmt::print("it can be started\n");
    return 0;
  }
  CallFailed failure{CallFailed::Kind::request, {}};
  failure.problems.assign(reply.problems().begin(), reply.problems().end());
  failure.more = reply.more();
  raise(failure, options.agent);
}

int close_session(RemoteAgent& agent, RemoteOptions const& options) {
  RemoteSession session(agent, options);
  session.join(options.action);
  session.close();
  return 0;
}

int remote(RemoteOptions const& options) {
  auto const caller = caller_of(options);
  RemoteAgent agent(caller);
  if (options.action == "run" || options.action == "attach") {
    return follow(agent, options, options.action == "run" ? Begin::run : Begin::attach);
  }
  std::map<std::string, int (*)(RemoteAgent&, RemoteOptions const&)> const actions{
      {"cancel", cancel}, {"list", list_runs},    {"fetch", fetch},
      {"hello", hello},   {"validate", validate}, {"close", close_session}};
  return actions.at(options.action)(agent, options);
}

}  // namespace

void set_up_remote(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RemoteOptions>();
  declare(app, *options);
  app.callback([options, &exit_code] { exit_code = remote(*options); });
}

}  // namespace rpchspec::cli
