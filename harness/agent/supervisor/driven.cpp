#include "harness/agent/supervisor/driven.hpp"

#include <poll.h>

#include <fstream>

#include <boost/json.hpp>

#include "harness/agent/supervisor/secret.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::supervisor {

namespace {

namespace fs = std::filesystem;
using DrivenClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kListenTime{30};
constexpr std::chrono::seconds kLeaveTime{10};
constexpr std::size_t kMostOfALine = 4096;
constexpr std::size_t kMostOfALog = 2048;
constexpr std::string_view kReadyWord = "ready ";

void clear_away(fs::path const& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

/// The port in `ready {"driven":"127.0.0.1:4711",...}`; 0: it is another line.
std::uint16_t port_in(std::string_view line) {
  if (!line.starts_with(kReadyWord)) {
    return 0;
  }
  boost::system::error_code error;
  auto const ready = boost::json::parse(line.substr(kReadyWord.size()), error);
  auto const* const object = error ? nullptr : ready.if_object();
  auto const* const driven = object == nullptr ? nullptr : object->if_contains("driven");
  if (driven == nullptr || !driven->is_string()) {
    return 0;
  }
  auto const at =
      targets::parse_address(std::string_view(driven->get_string()), targets::PortZero::refused);
  return at ? at->port : std::uint16_t{0};
}

/// Its first line, in time; as much as there is of it where it ended, or is late.
std::string first_line(Child const& child) {
  auto const until = DrivenClock::now() + kListenTime;
  std::string line;
  while (line.find('\n') == std::string::npos && line.size() < kMostOfALine) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - DrivenClock::now());
    pollfd watched{child.out(), POLLIN, 0};
    if (left.count() <= 0 || poll(&watched, 1, static_cast<int>(left.count())) == 0) {
      return line;
    }
    auto const more = child.read();
    if (more.empty()) {
      return line;
    }
    line += more;
  }
  return line.substr(0, line.find('\n'));
}

}  // namespace

struct DrivenServers::One {
  explicit One(fs::path where, Child started)
      : folder(std::move(where)), child(std::move(started)) {}

  ~One() {
    child.stop(kLeaveTime);
    clear_away(folder);
  }

  One(One const&) = delete;
  One& operator=(One const&) = delete;

  fs::path folder;
  Child child;
  std::uint16_t port = 0;
};

DrivenServers::DrivenServers(DrivenOptions options) : options_(std::move(options)) {
  std::error_code error;
  options_.folder = fs::absolute(options_.folder, error);
  clear_away(options_.folder);
}

DrivenServers::~DrivenServers() {
  all_.clear();
  clear_away(options_.folder);
}

Outcome<DrivenServers::Place> DrivenServers::start() {
  {
    std::lock_guard const lock(mutex_);
    if (all_.size() + starting_ >= options_.most) {
      return refuse(Why::exhausted, "the agent plays the servers of " +
                                        std::to_string(options_.most) + " runs at a time at most");
    }
    ++starting_;
  }
  Place place;
  place.secret = new_secret();
  auto launched = launch(place.secret);
  std::lock_guard const lock(mutex_);
  --starting_;
  if (!launched) {
    return tl::unexpected(std::move(launched.error()));
  }
  place.port = (*launched)->port;
  all_[place.secret] = std::move(*launched);
  return place;
}

Outcome<std::unique_ptr<DrivenServers::One>> DrivenServers::launch(std::string const& secret) {
  fs::path folder;
  {
    std::lock_guard const lock(mutex_);
    folder = options_.folder / std::to_string(++made_);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  std::ofstream token(folder / "token");
  token << secret << "\n";
  if (!token.flush()) {
    clear_away(folder);
    return refuse(Why::unavailable, "the agent cannot write to its disk");
  }
  std::vector<std::string> words{"backend", "--driven=127.0.0.1:0",
                                 "--token-file=" + (folder / "token").string(),
                                 "--exit-with-stdin"};
  if (!options_.own_address.empty()) {
    words.push_back("--own-address=" + options_.own_address);
  }
  auto child = Child::start({options_.program, words, folder, folder / "log"});
  if (!child) {
    clear_away(folder);
    return refuse(Why::unavailable, child.error().detail);
  }
  auto one = std::make_unique<One>(folder, std::move(*child));
  one->port = port_in(first_line(one->child));
  if (one->port == 0) {
    return refuse(Why::unavailable, "the process for the servers did not start: " +
                                        tail_of(folder / "log", kMostOfALog));
  }
  return one;
}

Outcome<DrivenServers::Place> DrivenServers::find(std::string const& secret) const {
  std::lock_guard const lock(mutex_);
  auto const found = all_.find(secret);
  if (found == all_.end()) {
    return refuse(Why::not_found, "there is no such drive, or its first stream has ended");
  }
  Place place;
  place.secret = secret;
  place.port = found->second->port;
  return place;
}

void DrivenServers::stop(std::string const& secret) {
  std::unique_ptr<One> ended;
  std::lock_guard const lock(mutex_);
  if (auto const found = all_.find(secret); found != all_.end()) {
    ended = std::move(found->second);
    all_.erase(found);
  }
}

}  // namespace rpchspec::supervisor
