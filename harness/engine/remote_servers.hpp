// The servers of a case, played by a peer at the other end of a link.

#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "harness/engine/case_run.hpp"
#include "harness/engine/elsewhere.hpp"
#include "harness/engine/servers.hpp"
#include "journal/peer_clock.hpp"
#include "net/event.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::engine {

class RemoteServers final : public Servers {
 public:
  /// Told of what the servers saw: with our times, as far as the clock is known, and numbers of
  /// connections that are none of ours.
  using Told = std::function<void(journal::v1::Event const&)>;

  /// All outlive it. `began`: of the case's journal.
  RemoteServers(net::asio::io_context& io,
                Surroundings const& surroundings,
                CaseOrder const& order,
                TimePoint began);
  ~RemoteServers() override;

  void on_event(Told told) { told_ = std::move(told); }

  [[nodiscard]] net::Task<Result<ServersPlace>> raise() override;
  void expect(VirtualConnectionCookie const& cookie, std::uint32_t number) override;
  void expect_v1(std::uint32_t number) override;
  void expect_v1_no_more(std::uint32_t number) override;
  [[nodiscard]] net::Task<> announced() override;
  [[nodiscard]] net::Task<Result<void>> act(scenario::v1::Step const& step,
                                            net::Deadline deadline) override;
  [[nodiscard]] net::Task<> caught_up() override;
  [[nodiscard]] Duration lateness() const override;
  [[nodiscard]] net::Task<> left(net::Deadline deadline) override;
  [[nodiscard]] net::Task<> strike() override;

  [[nodiscard]] std::string const& broken() const override { return broken_; }

  [[nodiscard]] Result<void> complete(std::filesystem::path const& journal) override;

  /// For Started: whose events come from where, and how well that clock is known so far.
  [[nodiscard]] journal::v1::Elsewhere about() const;

 private:
  net::Task<> read();
  net::Task<> ask_the_time(int times);
  void learn_of_others(std::int64_t at_ns);
  void take(Frame& frame);
  void take(link::v1::Pong const& pong);
  void take(link::v1::Events& events);
  void post(Frame const& frame);
  void expect(link::v1::Expect expected);
  void break_off(std::string why);
  [[nodiscard]] std::int64_t now_ns() const;
  [[nodiscard]] journal::ClockSample moved(journal::ClockSample sample, int sign) const;

  net::asio::io_context& io_;
  Surroundings const& surroundings_;
  CaseOrder const& order_;
  TimePoint began_;
  net::TaskScope scope_;
  net::Event changed_;
  std::unique_ptr<Link> link_;
  Told told_;
  std::filesystem::path spool_;
  std::ofstream spooled_;
  journal::ClockSamples samples_;
  journal::PeerClock clock_;  // from the beginning of the case
  std::optional<link::v1::Ready> ready_;
  std::map<std::uint64_t, std::optional<link::v1::Acted>> steps_;
  std::map<std::uint64_t, std::int64_t> pings_;  // when they were sent
  std::uint64_t last_step_ = 0;
  std::uint64_t last_ping_ = 0;
  std::uint64_t told_to_expect_ = 0;
  std::uint64_t expects_ = 0;
  bool left_ = false;
  bool ended_ = false;
  std::string broken_;
};

}  // namespace rpchspec::engine
