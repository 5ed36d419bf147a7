// The servers' side of one case, for a driver at the other end of a link.

#pragma once

#include "harness/engine/case_run.hpp"
#include "harness/engine/event_feed.hpp"
#include "harness/engine/link.hpp"
#include "harness/engine/local_servers.hpp"
#include "journal/recorder.hpp"

namespace rpchspec::engine {

class PeerCase {
 public:
  /// All outlive it.
  PeerCase(net::asio::io_context& io,
           Link& link,
           Surroundings const& surroundings,
           CaseOrder const& order);

  /// Raises the servers, does what the driver says, and strikes them, whatever becomes of the link.
  [[nodiscard]] net::Task<> run();

 private:
  [[nodiscard]] net::Task<> obey(net::TaskScope& scope);
  [[nodiscard]] bool take(Frame const& frame, net::TaskScope& scope);
  [[nodiscard]] net::Task<> act(link::v1::Act act);
  [[nodiscard]] net::Task<> leave(link::v1::Leave leave);
  void expect(link::v1::Expect const& expected);
  void answer(link::v1::Ping const& ping);

  Link& link_;
  journal::Recorder recorder_;
  EventFeed feed_;
  LocalServers servers_;
};

}  // namespace rpchspec::engine
