#include "harness/agent/message.hpp"
#include "harness/agent/service/answer.hpp"
#include "harness/agent/supervisor/words.hpp"

namespace rpchspec::service {

namespace {

using supervisor::ControlCall;
using supervisor::Outcome;

constexpr std::int64_t kMostWait = 60;  // seconds

Outcome<std::string> fault_target(std::string const& fault) {
  if (!supervisor::is_name(fault)) {
    return supervisor::refuse_field("fault", std::string("expected ") + supervisor::kNameForm);
  }
  return "/v1/faults/" + fault;
}

}  // namespace

/// Its fixture's control API is asked; the answer's JSON becomes `reply`.
template <class Name>
Outcome<void> AgentService::ask(Name const& name,
                                ControlCall const& call,
                                google::protobuf::Message& reply) {
  auto const entered = supervisor_.enter(name.lease());
  if (!entered) {
    return tl::unexpected(entered.error());
  }
  auto const said = (*entered)->fixtures.ask(name.name(), call);
  if (!said) {
    return tl::unexpected(said.error());
  }
  if (!agent::from_json(*said, reply)) {
    return supervisor::refuse(supervisor::Why::unavailable, "the fixture's answer cannot be read");
  }
  return {};
}

grpc::Status AgentService::StartFixture(Context* context,
                                        api::StartFixtureRequest const* request,
                                        api::Fixture* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    auto const call = supervisor_.enter(request->lease());
    return call ? put((*call)->fixtures.start(*request), *reply)
                : Outcome<void>(tl::unexpected(call.error()));
  });
}

grpc::Status AgentService::ConfigureFixture(Context* context,
                                            api::ConfigureFixtureRequest const* request,
                                            api::Fixture* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    if (request->has_script()) {
      api::Script script;
      ControlCall const put_script{"PUT", "/v1/script", agent::to_json(request->script())};
      if (auto set = ask(*request, put_script, script); !set) {
        return set;
      }
    }
    auto const call = supervisor_.enter(request->lease());
    if (!call) {
      return tl::unexpected(call.error());
    }
    if (!request->has_script()) {
      return put((*call)->fixtures.restart(request->name(), request->config()), *reply);
    }
    auto const listed = (*call)->fixtures.list();
    for (auto const& each : listed.fixtures()) {
      if (each.name() == request->name()) {
        *reply = each;
      }
    }
    return {};
  });
}

grpc::Status AgentService::StopFixture(Context* context,
                                       api::FixtureName const* request,
                                       api::StopFixtureReply* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    auto const call = supervisor_.enter(request->lease());
    return call ? put((*call)->fixtures.stop(request->name()), *reply)
                : Outcome<void>(tl::unexpected(call.error()));
  });
}

grpc::Status AgentService::ListFixtures(Context* context,
                                        api::LeaseRequest const* request,
                                        api::ListFixturesReply* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    auto const call = supervisor_.enter(request->lease());
    if (!call) {
      return tl::unexpected(call.error());
    }
    *reply = (*call)->fixtures.list();
    return {};
  });
}

grpc::Status AgentService::Inject(Context* context,
                                  api::InjectRequest const* request,
                                  api::Fault* reply) {
  return answer(*context, [&] {
    return ask(*request, {"POST", "/v1/faults", agent::to_json(request->fault())}, *reply);
  });
}

grpc::Status AgentService::EndFault(Context* context,
                                    api::EndFaultRequest const* request,
                                    api::Fault* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    auto const target = fault_target(request->fault());
    return target ? ask(*request, {"DELETE", *target}, *reply)
                  : Outcome<void>(tl::unexpected(target.error()));
  });
}

grpc::Status AgentService::ListFaults(Context* context,
                                      api::FixtureName const* request,
                                      api::Faults* reply) {
  return answer(*context, [&] { return ask(*request, {"GET", "/v1/faults"}, *reply); });
}

grpc::Status AgentService::ResetFixture(Context* context,
                                        api::ResetFixtureRequest const* request,
                                        api::ResetReply* reply) {
  return answer(*context, [&] {
    api::ResetRequest what;
    *what.mutable_what() = request->what();
    return ask(*request, {"POST", "/v1/reset", agent::to_json(what)}, *reply);
  });
}

grpc::Status AgentService::ListConnections(Context* context,
                                           api::FixtureName const* request,
                                           api::Connections* reply) {
  return answer(*context, [&] { return ask(*request, {"GET", "/v1/connections"}, *reply); });
}

grpc::Status AgentService::FixtureEvents(Context* context,
                                         api::FixtureEventsRequest const* request,
                                         api::Events* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    auto const wait = request->wait().seconds();
    if (wait < 0 || wait > kMostWait) {
      return supervisor::refuse_field("wait", "expected 0 s to 60 s");
    }
    std::string target = "/v1/events?since=" + std::to_string(request->since());
    if (request->limit() != 0) {
      target += "&limit=" + std::to_string(request->limit());
    }
    if (auto const ms = wait * 1000 + request->wait().nanos() / 1000000; ms > 0) {
      target += "&wait=" + std::to_string(ms) + "ms";
    }
    ControlCall call{"GET", target};
    call.at_most += std::chrono::seconds(wait + 1);
    return ask(*request, call, *reply);
  });
}

grpc::Status AgentService::FixtureFindings(Context* context,
                                           api::FixtureName const* request,
                                           api::Findings* reply) {
  return answer(*context, [&] { return ask(*request, {"GET", "/v1/findings"}, *reply); });
}

}  // namespace rpchspec::service
