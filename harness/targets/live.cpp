#include "harness/targets/live.hpp"

#include <algorithm>
#include <array>

#include "model/scalars.hpp"
#include "reports/steps.hpp"

namespace rpchspec::targets {

namespace {

namespace scn = scenario::v1;

constexpr std::size_t kLongestEcho = 16;  // bytes, 2.1.2.1.5

template <class List, class Test>
bool any(List const& list, Test test) {
  return std::any_of(list.begin(), list.end(), test);
}

// -- servers of ours ----------------------------------------------------------------------------

bool is_ours(std::string const& subject) {
  return subject.starts_with("server") || subject.starts_with("upstream");
}

/// Empty, or what is expected of a server's end, or of the payload it would send.
std::string expected_of_server(scn::Expectation const& expectation) {
  if (is_ours(expectation.subject())) {
    return "needs to see the server's side (" + expectation.subject() + ")";
  }
  if (expectation.has_data()) {
    return "needs a server that sends payload";
  }
  for (auto const& one : expectation.any_of()) {
    if (auto why = expected_of_server(one); !why.empty()) {
      return why;
    }
  }
  return {};
}

bool sends_payload(scn::Send const& send) {
  return send.bytes() != 0 || !send.ptype().empty() || any(send.then(), sends_payload);
}

bool any_server_answers(std::string const& operation) {
  constexpr std::array<std::string_view, 3> kManagement{"bind", "inq_if_ids",
                                                        "is_server_listening"};
  return any(kManagement, [&](std::string_view known) { return known == operation; });
}

std::string asked_of_server(scn::Step const& step) {
  if (reports::is_of_server(step)) {
    return "needs a server that acts at our word";
  }
  switch (step.action_case()) {
    case scn::Step::kClientSend:
      return sends_payload(step.client_send()) ? "needs a server that takes payload"
                                               : std::string();
    case scn::Step::kClientCall:
      return any_server_answers(step.client_call().operation()) || step.client_call().bytes() != 0
                 ? std::string()
                 : "needs a server that answers " + step.client_call().operation();
    case scn::Step::kClientRecycle:  // R1 goes through a cookie that only our servers know
      return step.client_recycle().sequence() == "r1"
                 ? "needs a server that knows a made-up virtual connection cookie"
                 : std::string();
    case scn::Step::kAwait:
      return expected_of_server(step.await());
    case scn::Step::kParallel:
      for (auto const& branch : step.parallel().branches()) {
        for (auto const& each : branch.steps()) {
          if (auto why = asked_of_server(each); !why.empty()) {
            return why;
          }
        }
      }
      return {};
    default:
      return {};
  }
}

template <class Steps>
auto first_of_server(Steps& steps) {
  return std::find_if(steps.begin(), steps.end(),
                      [](scn::Step const& step) { return !asked_of_server(step).empty(); });
}

/// Whether it says anything of a requirement.
bool is_judged(scn::Scenario const& scenario) {
  return scenario.expect_size() != 0 || any(scenario.steps(), [](scn::Step const& step) {
           return step.by_size() + step.await().by_size() != 0;
         });
}

bool wants_it_open(scn::Expectation const& expectation) {
  return expectation.has_stays_open() || any(expectation.any_of(), wants_it_open);
}

/// A server that nobody configured plays this one's part, too. It does not wait as a patient one:
/// what the case ends it may end, too.
bool may_be_anyone(scn::Server server, scn::Scenario const& part) {
  server.clear_closed_ports();  // the client names a port where nobody listens
  if (!any(part.expect(), wants_it_open)) {
    server.clear_conduct();
  }
  return server.ByteSizeLong() == 0;
}

// -- what a good client does --------------------------------------------------------------------

/// A request head that the role itself would send, apart from headers that may be added.
bool is_plain(scn::Request const& request) {
  return request.method().empty() && request.path().empty() && request.query().empty() &&
         request.http_version() != "1.0" && request.content_length().empty() &&
         request.omit().empty() && request.raw().empty() && request.prefix().empty() &&
         request.user().empty() && request.log_on() == scn::Request::WHERE_NEEDED;
}

bool is_plain(scn::Echo const& echo) {
  return echo.path().empty() && echo.query().empty() && echo.content_length() <= kLongestEcho &&
         echo.body_hex().size() <= 2 * kLongestEcho;
}

bool is_plain(scn::Send const& send) {
  return (send.pdu() == "CONN/A1" || send.pdu() == "CONN/B1") && send.with().empty() &&
         send.append_hex().empty() && send.cut() == 0 && send.count() <= 1 &&
         std::all_of(send.then().begin(), send.then().end(),
                     [](scn::Send const& then) { return is_plain(then); });
}

bool is_plain(scn::Step const& step) {
  switch (step.action_case()) {
    case scn::Step::kClientConnect:
    case scn::Step::kClientCall:
    case scn::Step::kAwait:
    case scn::Step::kPause:
      return true;
    case scn::Step::kClientOpen:
      return step.client_open().dialect() != "v1" &&
             (step.client_open().version().empty() || step.client_open().version() == "1");
    case scn::Step::kClientClose:
      return step.client_close().cause() == scn::TCP_FIN ||
             step.client_close().cause() == scn::TLS_CLOSE;
    case scn::Step::kClientRequest:
      return is_plain(step.client_request());
    case scn::Step::kClientHttp:
      return is_plain(step.client_http().request());
    case scn::Step::kClientEcho:
      return is_plain(step.client_echo());
    case scn::Step::kClientSend:
      return is_plain(step.client_send());
    case scn::Step::kClientRecycle:
      return step.client_recycle().predecessor().empty() ||
             step.client_recycle().predecessor() == "right";
    case scn::Step::kParallel:
      return std::all_of(step.parallel().branches().begin(), step.parallel().branches().end(),
                         [](scn::Branch const& branch) {
                           return std::all_of(branch.steps().begin(), branch.steps().end(),
                                              [](scn::Step const& each) { return is_plain(each); });
                         });
    default:
      return false;
  }
}

bool is_lawful_timeout(std::string const& text) {
  constexpr std::uint64_t kLeast = 120;  // seconds, 2.1.2.1.1
  constexpr std::uint64_t kMost = 14'400;
  if (text.empty()) {
    return true;
  }
  auto const seconds = model::parse_integer(text);
  return seconds && *seconds >= kLeast && *seconds <= kMost;
}

/// The client's conduct: names of its own, other users, roles that are not played.
bool is_plain(scn::Client const& client) {
  return client.user().empty() && client.auth() == scn::USUAL && client.path().empty() &&
         client.channel_binding() == scn::Client::RIGHT && client.server_name().empty() &&
         client.hold().empty() && !client.no_ack() && is_lawful_timeout(client.min_conn_timeout());
}

}  // namespace

scn::Scenario live_part(scn::Scenario const& scenario) {
  auto part = scenario;
  auto& steps = *part.mutable_steps();
  auto const cut = first_of_server(steps);
  auto const is_whole = cut == steps.end();
  steps.erase(cut, steps.end());
  auto const flat = reports::flatten_steps(part);
  auto& expect = *part.mutable_expect();
  auto const stays = [&](scn::Expectation const& each) {
    auto const& since = each.since();
    auto const begins = is_whole || since == "start" || reports::find_step(flat, since).has_value();
    return begins && expected_of_server(each).empty();
  };
  expect.erase(std::stable_partition(expect.begin(), expect.end(), stays), expect.end());
  return part;
}

std::string needs_own_servers(scn::Scenario const& scenario) {
  auto const part = live_part(scenario);
  if (!may_be_anyone(scenario.server(), part)) {
    return "needs a server that plays as the case says";
  }
  auto const cut = first_of_server(scenario.steps());
  auto const is_cut = cut != scenario.steps().end();
  auto const is_set_up = !is_cut || cut->given().empty();
  if (is_judged(part) && is_set_up) {
    return {};
  }
  if (is_cut) {
    return asked_of_server(*cut);
  }
  for (auto const& expectation : scenario.expect()) {
    if (auto why = expected_of_server(expectation); !why.empty()) {
      return why;
    }
  }
  return {};
}

bool is_intrusive(scn::Scenario const& scenario) {
  return !is_plain(scenario.client()) || scenario.server().closed_ports_size() != 0 ||
         any(scenario.steps(), [](scn::Step const& step) { return !is_plain(step); });
}

}  // namespace rpchspec::targets
