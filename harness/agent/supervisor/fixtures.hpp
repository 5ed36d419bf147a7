// The fixtures of one lease: `rpchspec backend`, `proxy` and `up` as processes of their own.

#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/agent/supervisor/child.hpp"
#include "harness/agent/supervisor/control_caller.hpp"
#include "harness/agent/supervisor/options.hpp"
#include "harness/agent/supervisor/outcome.hpp"
#include "harness/agent/supervisor/own_folder.hpp"

namespace rpchspec::supervisor {

/// Thread-safe.
class Fixtures {
 public:
  Fixtures(std::filesystem::path folder,
           std::vector<std::uint16_t> ports,
           SupervisorOptions options);

  /// exists, exhausted, invalid, not_found: they are closed; or unavailable: it did not start.
  [[nodiscard]] Outcome<api::Fixture> start(api::StartFixtureRequest const& request);

  /// Starts it anew with other options, on the ports that it has where these suffice. It goes on as
  /// it was where such a fixture does not start on other ports.
  [[nodiscard]] Outcome<api::Fixture> restart(std::string const& name,
                                              api::FixtureConfig const& config);

  [[nodiscard]] Outcome<api::StopFixtureReply> stop(std::string const& name);
  [[nodiscard]] api::ListFixturesReply list();

  /// Side by side. @return how many there were.
  std::uint32_t stop_all();

  /// None is started any more; those that there are, are asked to end. Does not wait for them.
  void close();

  /// Asks its control API.
  [[nodiscard]] Outcome<std::string> ask(std::string const& name, ControlCall const& call);

 private:
  struct One {
    api::FixtureConfig config;
    std::vector<std::uint16_t> ports;
    OwnFolder folder;  // its token and its passwords
    std::unique_ptr<Child> child;
    api::Ready ready;
    ControlPlace control;
  };

  using PortList = std::vector<std::uint16_t>;

  [[nodiscard]] Outcome<One> launch(std::string const& name,
                                    api::FixtureConfig const& config,
                                    PortList ports) const;
  [[nodiscard]] tl::unexpected<Refused> back_to(std::string const& name,
                                                api::FixtureConfig const& config,
                                                PortList const& ports,
                                                Refused refused);
  [[nodiscard]] Outcome<void> check(std::string const& name,
                                    api::FixtureConfig const& config) const;
  [[nodiscard]] Outcome<void> wait_until_ready(One& one) const;
  [[nodiscard]] Outcome<std::vector<std::string>> words_of(One& one) const;
  [[nodiscard]] Outcome<void> add_proxy(One const& one,
                                        api::ProxyConfig const& config,
                                        std::vector<std::string>& words) const;
  [[nodiscard]] Outcome<void> add_servers(api::ProxyConfig const& config,
                                          std::vector<std::string>& words) const;
  /// So many of `ports`, further ones from those that are free; what is left over becomes free.
  [[nodiscard]] PortList take(std::size_t count, PortList ports = {});
  static api::Fixture told(std::string const& name, One& one);

  std::filesystem::path folder_;
  SupervisorOptions options_;
  std::mutex mutex_;
  std::vector<std::uint16_t> free_;
  std::map<std::string, One> all_;
  std::atomic<bool> closed_{false};  // noticed also by who holds the lock
};

/// What is wrong with a fixture's options, by field; empty: nothing.
[[nodiscard]] std::vector<api::Problem> problems_of(api::FixtureConfig const& config);

/// How many servers it has: of `up`, with an endpoint mapper where a name is the mapper's.
[[nodiscard]] std::size_t servers_of(api::FixtureConfig const& config);

/// How many ports it listens on that others connect to.
[[nodiscard]] std::size_t ports_of(api::FixtureConfig const& config);

}  // namespace rpchspec::supervisor
