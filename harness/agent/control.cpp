#include "harness/agent/control.hpp"

#include <algorithm>
#include <set>

#include "harness/targets/option_values.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::agent {

namespace {

constexpr std::string_view kEvents = "/v1/events";
constexpr std::uint64_t kMostEvents = 1000;
constexpr auto kLongestWait = std::chrono::seconds(60);

/// Whether a path is the route's; `name` is what stands for NAME.
bool fits(std::string_view path, std::string_view route, std::string& name) {
  constexpr std::string_view kName = "NAME";
  if (!route.ends_with(kName)) {
    return path == route;
  }
  auto const front = route.substr(0, route.size() - kName.size());
  if (!path.starts_with(front) || path.size() == front.size()) {
    return false;
  }
  name = path.substr(front.size());
  return name.find('/') == std::string::npos;
}

Answer<std::uint64_t> number_in(HttpRequest const& request,
                                std::string const& key,
                                std::uint64_t fallback,
                                std::uint64_t most) {
  auto const found = request.query.find(key);
  if (found == request.query.end()) {
    return fallback;
  }
  auto const number = targets::parse_count(found->second, key == "limit" ? 1 : 0, most);
  if (!number) {
    return refuse(400, "'" + key + "': " + number.error().detail);
  }
  return *number;
}

Answer<Duration> wait_in(HttpRequest const& request) {
  auto const found = request.query.find("wait");
  if (found == request.query.end() || found->second == "0s") {
    return Duration::zero();
  }
  auto const wait = targets::parse_positive_duration(found->second);
  if (!wait || *wait > kLongestWait) {
    return refuse(400, "'wait' wants a duration up to 60s, as in 5s");
  }
  return *wait;
}

HttpReply reply_of(Answer<std::string> const& said) {
  return said ? HttpReply{200, *said, {}} : agent::reply_of(said.error());
}

}  // namespace

Control::Control(Controlled controlled, api::Version version)
    : to_(std::move(controlled)), version_(std::move(version)) {}

std::vector<Control::Route> const& Control::routes() {
  static std::vector<Route> const kRoutes = {
      {"GET", "/v1/version", &Control::version},
      {"GET", "/v1/ready", &Control::ready},
      {"GET", "/v1/connections", &Control::connections},
      {"GET", "/v1/faults", &Control::all_faults},
      {"POST", "/v1/faults", &Control::set_fault},
      {"GET", "/v1/faults/NAME", &Control::one_fault},
      {"DELETE", "/v1/faults/NAME", &Control::end_fault},
      {"POST", "/v1/reset", &Control::reset},
      {"GET", "/v1/findings", &Control::findings},
      {"GET", "/v1/script", &Control::script},
      {"PUT", "/v1/script", &Control::put_script},
      {"GET", "/v1/script/calls", &Control::script_calls},
      {"POST", "/v1/script/release", &Control::release},
  };
  return kRoutes;
}

Answer<void> Control::check_query(HttpRequest const& request) const {
  std::vector<std::string> const allowed = request.path == kEvents
                                               ? std::vector<std::string>{"since", "limit", "wait"}
                                               : std::vector<std::string>();
  for (auto const& [key, value] : request.query) {
    if (std::ranges::find(allowed, key) == allowed.end()) {
      return refuse(400, "unknown parameter '" + key + "'", allowed, key);
    }
  }
  return {};
}

net::Task<HttpReply> Control::handle(HttpRequest request) {
  if (auto const checked = check_query(request); !checked) {
    co_return agent::reply_of(checked.error());
  }
  if (request.path == kEvents && request.method == "GET") {
    auto const said = co_await events(request);
    co_return reply_of(said);
  }
  std::set<std::string> methods;
  std::vector<std::string> paths = {std::string(kEvents)};
  for (auto const& route : routes()) {
    std::string name;
    if (fits(request.path, route.path, name)) {
      if (request.method == route.method) {
        co_return reply_of((this->*route.run)(request, name));
      }
      methods.emplace(route.method);
    }
    if (std::ranges::find(paths, route.path) == paths.end()) {
      paths.emplace_back(route.path);
    }
  }
  if (request.path == kEvents) {
    methods.emplace("GET");
  }
  if (methods.empty()) {
    auto const refusal = refuse(404, "there is no " + request.path, paths, request.path);
    co_return agent::reply_of(refusal.value());
  }
  std::vector<std::string> const allowed(methods.begin(), methods.end());
  auto const refusal = refuse(405, request.path + " has no " + request.method, allowed);
  auto reply = agent::reply_of(refusal.value());
  reply.allow = model::join(allowed);
  co_return reply;
}

net::Task<Control::Said> Control::events(HttpRequest const& request) {
  auto const since = number_in(request, "since", 1, ~std::uint64_t{0});
  auto const limit = number_in(request, "limit", kMostEvents, kMostEvents);
  auto const wait = wait_in(request);
  if (!since || !limit || !wait) {
    co_return tl::unexpected(!since ? since.error() : !limit ? limit.error() : wait.error());
  }
  auto& ring = to_.traffic.events();
  auto const there = [&] { return ring.next() > std::max<std::uint64_t>(1, *since); };
  if (*wait > Duration::zero()) {
    static_cast<void>(co_await to_.traffic.changed().wait(there, net::Deadline::in(*wait)));
  }
  co_return to_json(ring.since(*since, static_cast<std::size_t>(*limit)));
}

Control::Said Control::version(HttpRequest const&, std::string const&) {
  return to_json(version_);
}

Control::Said Control::ready(HttpRequest const&, std::string const&) {
  return to_json(ready_);
}

Control::Said Control::connections(HttpRequest const&, std::string const&) {
  return to_json(to_.traffic.connections(to_.now_ns()));
}

Control::Said Control::all_faults(HttpRequest const&, std::string const&) {
  api::Faults all;
  for (auto& fault : to_.faults.all()) {
    *all.add_faults() = std::move(fault);
  }
  return to_json(all);
}

Control::Said Control::set_fault(HttpRequest const& request, std::string const&) {
  api::Fault fault;
  if (auto const read = from_json(request.body, fault); !read) {
    return tl::unexpected(read.error());
  }
  return answer_of(to_.faults.set(std::move(fault))).map(to_json);
}

Control::Said Control::one_fault(HttpRequest const&, std::string const& name) {
  return answer_of(to_.faults.find(name)).map(to_json);
}

Control::Said Control::end_fault(HttpRequest const&, std::string const& name) {
  return answer_of(to_.faults.end(name)).map(to_json);
}

}  // namespace rpchspec::agent
