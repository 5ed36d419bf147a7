// The simulated Exchange: listeners, virtual connections paired by cookie, RPC services.

#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>

#include "journal/recorder.hpp"
#include "mock_backend/config.hpp"
#include "mock_backend/v1_connection.hpp"
#include "mock_backend/virtual_connection.hpp"
#include "net/event.hpp"
#include "net/listener.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::backend {

/// Single-threaded: everything runs on the executor given. Stop it, and wait for that, before
/// destroying it.
class MockBackend {
 public:
  /// @param recorder  told of every connection; may be null. Outlives the backend.
  MockBackend(net::Executor executor, BackendConfig config, journal::Recorder* recorder);
  ~MockBackend();
  MockBackend(MockBackend const&) = delete;
  MockBackend& operator=(MockBackend const&) = delete;

  /// Binds every configured port; port 0 takes a free one. An error names the address.
  /// In the co-located deployment nothing listens for referral.
  [[nodiscard]] Result<void> start();

  /// Actual ports; a service that does not listen has none.
  [[nodiscard]] std::map<Listening, std::uint16_t> const& ports() const { return ports_; }

  [[nodiscard]] BackendConfig const& config() const { return config_; }

  /// Serves a connection that was accepted elsewhere (a listener shared by several scenarios).
  void adopt(net::Handover handover, Listening service);

  /// This cookie is virtual connection `number` of the scenario; others are numbered 0.
  void expect(VirtualConnectionCookie const& cookie, std::uint32_t number);

  /// Waits until the leg of a virtual connection is there. Null: deadline.
  [[nodiscard]] net::Task<std::shared_ptr<VirtualConnection>> wait_for(std::uint32_t number,
                                                                       session::Channel channel,
                                                                       net::Deadline deadline);

  /// The next connection is the v1 session `number` of the scenario, unless its first PDU is an
  /// RTS PDU: v1 has no cookie to tell by.
  void expect_v1(std::uint32_t number);

  /// The session is over, whether a connection came or not.
  void expect_v1_no_more(std::uint32_t number);

  /// Waits until the server's connection of a v1 session is there. Null: deadline.
  [[nodiscard]] net::Task<std::shared_ptr<V1Connection>> wait_for_v1(std::uint32_t number,
                                                                     net::Deadline deadline);

  /// The virtual connection as far as it is there; null: no leg came.
  [[nodiscard]] std::shared_ptr<VirtualConnection> find(std::uint32_t number) const;

  /// Notified whenever a leg or a virtual connection changes.
  [[nodiscard]] net::Event& changed() { return changed_; }

  /// Calls that the script held may have an answer now.
  void answer_released();

  /// Virtual connections that begin from here on ask for a successor of their OUT channel with so
  /// many bytes of it left; empty: never.
  void set_recycle_out_at(std::optional<std::uint32_t> bytes_left) {
    config_.session.recycle_out_at = bytes_left;
  }

  /// Resets every connection (RST), and goes on. @return how many there were.
  std::size_t reset_connections();

  /// Closes the listeners and every connection (RST), and waits for their tasks.
  [[nodiscard]] net::Task<> stop();

  /// What expect() was told of this cookie; 0: nothing.
  [[nodiscard]] std::uint32_t number_of(VirtualConnectionCookie const& cookie) const;

  [[nodiscard]] std::size_t open_connections() const { return open_connections_; }

 private:
  struct Connection;

  [[nodiscard]] Result<void> listen(Listening service, std::uint16_t port);
  [[nodiscard]] net::Task<> accept_from(net::Listener& listener, Listening service);
  [[nodiscard]] net::Task<> serve(net::Stream stream, Listening service);
  [[nodiscard]] net::Task<> serve_leg(std::shared_ptr<net::PduLeg> leg, Listening service);
  [[nodiscard]] net::Task<> write_and_leave(std::shared_ptr<net::PduLeg> leg);
  [[nodiscard]] net::Task<bool> greet(net::PduLeg& leg, Listening service);
  [[nodiscard]] Result<std::size_t> on_bytes(Connection& connection, ByteView bytes);
  [[nodiscard]] std::shared_ptr<net::SendGate> watched(std::shared_ptr<net::PduLeg> const& leg,
                                                       session::Channel channel,
                                                       std::uint32_t virtual_connection);
  [[nodiscard]] Result<void> on_first_pdu(Connection& connection, wire::PduView const& pdu);
  [[nodiscard]] std::shared_ptr<VirtualConnection> virtual_connection(
      VirtualConnectionCookie const& cookie, Listening service);
  [[nodiscard]] std::shared_ptr<VirtualConnection> joined_by(
      VirtualConnectionCookie const& cookie) const;
  [[nodiscard]] std::shared_ptr<V1Connection> made_v1(std::shared_ptr<net::PduLeg> const& leg,
                                                      Listening service,
                                                      std::uint32_t number);
  [[nodiscard]] std::shared_ptr<V1Connection> expected_v1(std::shared_ptr<net::PduLeg> const& leg,
                                                          Listening service);
  void give_back_v1(V1Connection const& taken);
  void forget(std::shared_ptr<VirtualConnection> const& gone);

  net::Executor executor_;
  BackendConfig config_;
  journal::Recorder* recorder_;
  net::TaskScope scope_;
  net::Event changed_;
  std::shared_ptr<AssociationGroups> groups_;
  std::map<Listening, net::Listener> listeners_;
  std::map<Listening, std::uint16_t> ports_;
  std::map<VirtualConnectionCookie, std::uint32_t> numbers_;
  std::map<VirtualConnectionCookie, std::shared_ptr<VirtualConnection>> virtual_connections_;
  std::deque<std::uint32_t> expected_v1_;
  std::map<std::uint32_t, std::shared_ptr<V1Connection>> v1_connections_;
  std::list<std::weak_ptr<net::PduLeg>> legs_;
  std::size_t open_connections_ = 0;
};

}  // namespace rpchspec::backend
