#include "harness/cli/remote_follow.hpp"

#include <unistd.h>

#include <ctime>
#include <filesystem>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "harness/cli/library.hpp"
#include "harness/cli/received.hpp"
#include "harness/cli/remote_run.hpp"
#include "harness/cli/remote_session.hpp"
#include "harness/cli/results.hpp"
#include "harness/cli/run_told.hpp"
#include "reports/exit_code.hpp"
#include "reports/results_case.hpp"

namespace rpchspec::cli {

namespace {

namespace api = service::api;
namespace fs = std::filesystem;

constexpr char const* kEmbedded = "the embedded reference proxy";  // as a run says it

/// Events of the agent as a run of ours tells them.
void show_event(api::RunEvent const& event, engine::RunObserver& observer) {
  if (event.has_estimate()) {
    auto const& told = event.estimate();
    observer.on_estimate({told.cases(), told.seconds(), told.bytes(), told.jobs(),
                          told.target() == kEmbedded, told.target(), told.alone(),
                          told.alone_seconds()});
  } else if (event.has_case_()) {
    auto const result = reports::case_of(boost::json::parse(event.case_().json()).as_object());
    if (result.verdict == model::Verdict::skip) {
      observer.on_case_skipped(result);
    } else {
      observer.on_case_finished(result);
    }
  } else if (!event.started().empty()) {
    observer.on_case_started(event.started());
  } else if (!event.note().empty()) {
    observer.on_note(event.note());
  }
}

reports::FinalFacts facts_of(model::RunResult const& result,
                             api::RunEnd const& end,
                             fs::path const& out) {
  reports::FinalFacts facts;
  for (auto const& each : result.cases) {
    if (each.verdict == model::Verdict::skip) {
      facts.skipped.push_back({each.id, each.message, {}});
    }
  }
  facts.results = (out / "results.json").string();
  facts.exit_code = end.exit_code();
  return facts;
}

/// Its files, and its last words as a run here would say them.
int finish(service::RemoteAgent& agent,
           api::RunName const& run,
           api::RunEnd const& end,
           RemoteOptions const& options) {
  if (!end.text().empty()) {
    fmt::print(stderr, "{}{}", end.text(), end.text().ends_with('\n') ? "" : "\n");
  }
  if (end.exit_code() == reports::kExitUsage) {
    return end.exit_code();  // it did not begin; what is in the folder stays
  }
  auto const settings = settings_of(options);
  api::FetchRequest fetch;
  fetch.set_lease(run.lease());
  fetch.set_run_id(run.run_id());
  if (auto const fetched = fetch_into(agent, fetch, {settings.out, patience_of(options), true});
      !fetched) {
    if (fetched.error().kind == service::CallFailed::Kind::gone) {
      return end.exit_code();  // it could not start: it left nothing
    }
    raise(fetched.error(), options.agent);
  }
  auto const results = fs::path(settings.out) / "results.json";
  if (!fs::exists(results)) {
    return end.exit_code();
  }
  auto const result = read_results(results);
  tell_run(result, facts_of(result, end, settings.out), settings);
  return end.exit_code();
}

}  // namespace

int follow(service::RemoteAgent& agent, RemoteOptions const& options, Begin begin) {
  auto const settings = settings_of(options);
  auto request = remote_request(options, options.run_id);
  RemoteSession session(agent, options);
  if (begin == Begin::run) {
    session.join_or_open();
    if (request.run_id().empty()) {
      request.set_run_id(fmt::format("run-{}-{}", std::time(nullptr), getpid()));
    }
  } else {
    session.join("attach");
    request.set_run_id(options.words.empty() ? "" : options.words.front());
  }
  request.set_lease(session.lease());
  api::RunName name;
  name.set_lease(session.lease());
  name.set_run_id(request.run_id());
  Received received(settings, options.agent);
  service::Called<api::RunEnd> end;
  {
    auto const library = open_library();
    auto const observer = observer_of(settings, library.requirements);
    RemoteWatch const watch(agent, name, session.ttl());
    RemoteFollower follower(agent, patience_of(options), [&](api::RunEvent const& event) {
      received.take(event);
      show_event(event, *observer);
    });
    api::AttachRequest attach;
    attach.set_lease(name.lease());
    attach.set_run_id(name.run_id());
    end = begin == Begin::run ? follower.run(request) : follower.attach(attach);
  }
  if (!end && end.error().kind != service::CallFailed::Kind::request) {
    received.write();
  }
  return finish(agent, name, called(std::move(end), options.agent), options);
}

}  // namespace rpchspec::cli
