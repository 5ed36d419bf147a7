// The peer's end of links: plays the servers of cases whose driver is another machine.

#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "harness/engine/link.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::engine {

struct PeerRun;

/// Serves links, each on a thread of its own. Outlives them.
class Peer {
 public:
  /// Who may open a run, by the token of its Open.
  using Admits = std::function<bool(std::string_view token)>;

  struct Options {
    std::size_t most_runs = 4;  // at a time
    // What a proxy beside the driver finds this machine at; empty: where the link arrived.
    std::string own_address = {};
  };

  Peer(Admits admits, Options options);
  explicit Peer(Admits admits);

  /// Told once, on the link's thread, that its other end knows what only drivers know.
  using OnAdmitted = std::function<void()>;

  /// Serves one link to its end: a run, or one case of it. Until it is admitted, it holds little.
  /// @param io  the link's, run by one thread.
  [[nodiscard]] net::Task<> serve(net::asio::io_context& io, Link& link, OnAdmitted on_admitted);

 private:
  [[nodiscard]] net::Task<> begin(net::asio::io_context& io,
                                  Link& link,
                                  OnAdmitted const& on_admitted);
  [[nodiscard]] net::Task<> keep_run(Link& link,
                                     link::v1::Open open,
                                     OnAdmitted const& on_admitted);
  [[nodiscard]] Result<std::shared_ptr<PeerRun>> add_run(Link const& link,
                                                         link::v1::Open const& open);
  [[nodiscard]] std::shared_ptr<PeerRun> find(std::string const& run) const;
  [[nodiscard]] net::Task<> join(net::asio::io_context& io,
                                 Link& link,
                                 std::string name,
                                 OnAdmitted const& on_admitted);
  [[nodiscard]] net::Task<> play(net::asio::io_context& io,
                                 Link& link,
                                 PeerRun& run,
                                 link::v1::Play const& play);

  Admits admits_;
  Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<PeerRun>> runs_;
  std::atomic<std::uint32_t> next_number_{1};  // of a case: makes its address
};

}  // namespace rpchspec::engine
