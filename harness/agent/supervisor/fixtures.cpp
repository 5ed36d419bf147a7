#include "harness/agent/supervisor/fixtures.hpp"

#include <poll.h>

#include <algorithm>
#include <fstream>

#include "harness/agent/message.hpp"
#include "harness/agent/supervisor/secret.hpp"
#include "harness/agent/supervisor/words.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::supervisor {

namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kStartTime{30};
constexpr std::chrono::seconds kStopTime{10};
constexpr std::chrono::milliseconds kLook{200};  // how soon a start that is in vain is broken off
constexpr std::size_t kMostSaid = 4096;
constexpr std::size_t kMostReady = std::size_t{64} << 10;
constexpr std::string_view kReady = "ready ";
constexpr char const* kTrial = ".trial";  // no name of a fixture
constexpr int kFailed = 3;

Outcome<void> write_secret(fs::path const& file, std::string const& text) {
  std::ofstream out(file);
  out << text << "\n";
  if (!out.flush()) {
    return refuse(Why::unavailable, "the agent cannot write to its disk");
  }
  return {};
}

tl::unexpected<Refused> refuse_ports() {
  return refuse(Why::exhausted, "the lease has no ports left for this");
}

tl::unexpected<Refused> refuse_closed() {
  return refuse(Why::not_found, "there is no such lease, or it has run out");
}

}  // namespace

Fixtures::Fixtures(fs::path folder, std::vector<std::uint16_t> ports, SupervisorOptions options)
    : folder_(std::move(folder)), options_(std::move(options)), free_(std::move(ports)) {}

Outcome<api::Fixture> Fixtures::start(api::StartFixtureRequest const& request) {
  std::lock_guard const lock(mutex_);
  if (closed_) {
    return refuse_closed();
  }
  if (auto checked = check(request.name(), request.config()); !checked) {
    return tl::unexpected(std::move(checked.error()));
  }
  if (all_.contains(request.name())) {
    return refuse(Why::exists, "there is a fixture '" + request.name() + "'");
  }
  if (all_.size() >= options_.quotas.fixtures) {
    return refuse(Why::exhausted,
                  "a lease has " + std::to_string(options_.quotas.fixtures) + " fixtures at most");
  }
  auto const count = ports_of(request.config());
  if (free_.size() < count) {
    return refuse_ports();
  }
  auto const ports = take(count);
  auto one = launch(request.name(), request.config(), ports);
  if (!one) {
    free_.insert(free_.end(), ports.begin(), ports.end());
    return tl::unexpected(std::move(one.error()));
  }
  return told(request.name(), all_.emplace(request.name(), std::move(*one)).first->second);
}

Outcome<api::Fixture> Fixtures::restart(std::string const& name, api::FixtureConfig const& config) {
  std::lock_guard const lock(mutex_);
  if (closed_) {
    return refuse_closed();
  }
  if (auto checked = check(name, config); !checked) {
    return tl::unexpected(std::move(checked.error()));
  }
  auto const found = all_.find(name);
  if (found == all_.end()) {
    return refuse(Why::not_found, "there is no fixture '" + name + "'");
  }
  auto const count = ports_of(config);
  if (free_.size() + found->second.ports.size() < count) {
    return refuse_ports();
  }
  if (auto tried = launch(kTrial, config, PortList(count, 0)); !tried) {
    return tl::unexpected(std::move(tried.error()));
  }
  found->second.child->stop(kStopTime);
  auto const before = std::move(found->second.config);
  auto const ports = take(count, std::move(found->second.ports));
  all_.erase(found);
  auto one = launch(name, config, ports);
  if (!one) {
    return back_to(name, before, ports, std::move(one.error()));
  }
  return told(name, all_.emplace(name, std::move(*one)).first->second);
}

/// What was tried did start, but not in its place: what was there before is put there again.
tl::unexpected<Refused> Fixtures::back_to(std::string const& name,
                                          api::FixtureConfig const& config,
                                          PortList const& ports,
                                          Refused refused) {
  auto const own = take(ports_of(config), ports);
  auto one = launch(name, config, own);
  if (one) {
    all_.emplace(name, std::move(*one));
    refused.text += "; it was started again as it was";
  } else {
    free_.insert(free_.end(), own.begin(), own.end());
    refused.text += "; nor did it start again as it was: it is gone";
  }
  return tl::unexpected(std::move(refused));
}

Outcome<api::StopFixtureReply> Fixtures::stop(std::string const& name) {
  std::lock_guard const lock(mutex_);
  auto const found = all_.find(name);
  if (found == all_.end()) {
    return refuse(Why::not_found, "there is no fixture '" + name + "'");
  }
  auto const end = found->second.child->stop(kStopTime);
  auto& ports = found->second.ports;
  free_.insert(free_.end(), ports.begin(), ports.end());
  all_.erase(found);
  api::StopFixtureReply reply;
  reply.set_exit_code(end.signal == 0 ? end.exit_code : kFailed);
  return reply;
}

api::ListFixturesReply Fixtures::list() {
  std::lock_guard const lock(mutex_);
  api::ListFixturesReply reply;
  for (auto& [name, one] : all_) {
    *reply.add_fixtures() = told(name, one);
  }
  return reply;
}

std::uint32_t Fixtures::stop_all() {
  std::lock_guard const lock(mutex_);
  auto const count = static_cast<std::uint32_t>(all_.size());
  for (auto& [name, one] : all_) {
    one.child->ask_to_end();
  }
  auto const until = Steady::now() + kStopTime;
  for (auto& [name, one] : all_) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
    one.child->stop(std::max(left, std::chrono::milliseconds(0)));
    free_.insert(free_.end(), one.ports.begin(), one.ports.end());
  }
  all_.clear();
  return count;
}

void Fixtures::close() {
  closed_ = true;
  std::lock_guard const lock(mutex_);
  for (auto& [name, one] : all_) {
    one.child->ask_to_end();
  }
}

Outcome<std::string> Fixtures::ask(std::string const& name, ControlCall const& call) {
  ControlPlace place;
  {
    std::lock_guard const lock(mutex_);
    auto const found = all_.find(name);
    if (found == all_.end()) {
      return refuse(Why::not_found, "there is no fixture '" + name + "'");
    }
    place = found->second.control;
  }
  return call_control(place, call);
}

Outcome<void> Fixtures::check(std::string const& name, api::FixtureConfig const& config) const {
  auto problems = problems_of(config);
  if (!is_name(name)) {
    problems.insert(problems.begin(), problem("name", std::string("expected ") + kNameForm));
  }
  return problems.empty() ? Outcome<void>() : refuse_all(std::move(problems));
}

Fixtures::PortList Fixtures::take(std::size_t count, PortList ports) {
  while (ports.size() < count) {
    ports.push_back(free_.front());
    free_.erase(free_.begin());
  }
  free_.insert(free_.end(), ports.begin() + static_cast<std::ptrdiff_t>(count), ports.end());
  ports.resize(count);
  return ports;
}

Outcome<Fixtures::One> Fixtures::launch(std::string const& name,
                                        api::FixtureConfig const& config,
                                        PortList ports) const {
  One one;
  one.config = config;
  one.ports = std::move(ports);
  one.folder = OwnFolder(folder_ / name);
  auto const& folder = one.folder.path();
  one.control.token = new_secret();
  std::error_code error;
  fs::create_directories(folder, error);
  if (auto written = write_secret(folder / "token", one.control.token); !written) {
    return tl::unexpected(std::move(written.error()));
  }
  auto words = words_of(one);
  if (!words) {
    return tl::unexpected(std::move(words.error()));
  }
  auto child = Child::start({options_.program, *words, folder, folder / "log"});
  if (!child) {
    return refuse(Why::unavailable, child.error().detail);
  }
  one.child = std::make_unique<Child>(std::move(*child));
  if (auto ready = wait_until_ready(one); !ready) {
    return tl::unexpected(std::move(ready.error()));
  }
  return one;
}

/// Reads its ready line.
Outcome<void> Fixtures::wait_until_ready(One& one) const {
  auto const until = Steady::now() + kStartTime;
  std::string line;
  while (line.find('\n') == std::string::npos && line.size() < kMostReady) {
    pollfd watched{one.child->out(), POLLIN, 0};
    poll(&watched, 1, static_cast<int>(kLook.count()));
    if (closed_) {
      return refuse_closed();
    }
    if (watched.revents == 0) {
      if (Steady::now() >= until) {
        return refuse(Why::unavailable, "the fixture was not ready in time");
      }
      continue;
    }
    auto const more = one.child->read();
    if (more.empty()) {
      auto const end = one.child->stop(kStopTime);
      auto const said = tail_of(one.folder.path() / "log", kMostSaid);
      return refuse(end.exit_code == 2 ? Why::invalid : Why::unavailable,
                    "the fixture " + end.text() + ": " + said);
    }
    line += more;
  }
  if (!line.starts_with(kReady)) {
    return refuse(Why::unavailable, "the fixture said no ready line");
  }
  auto const json = std::string_view(line).substr(kReady.size(), line.find('\n') - kReady.size());
  if (!agent::from_json(json, one.ready)) {
    return refuse(Why::unavailable, "the fixture said no ready line");
  }
  auto const url = targets::parse_url(one.ready.control());
  if (!url) {
    return refuse(Why::unavailable, "the fixture has no control API");
  }
  one.control.port = url->port;
  return {};
}

api::Fixture Fixtures::told(std::string const& name, One& one) {
  api::Fixture fixture;
  fixture.set_name(name);
  *fixture.mutable_ready() = one.ready;
  fixture.mutable_ready()->clear_control();
  fixture.mutable_ready()->clear_pid();
  auto const end = one.child->wait(std::chrono::milliseconds(0));
  fixture.set_running(!end);
  if (end) {
    fixture.set_text(end->text());
  }
  return fixture;
}

}  // namespace rpchspec::supervisor
