// The client actor: what a scenario's client steps do, against the proxy under test.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include "harness/actors/actor_faults.hpp"
#include "harness/actors/client_target.hpp"
#include "harness/actors/log_on.hpp"
#include "harness/actors/request_head.hpp"
#include "harness/actors/rpc_call.hpp"
#include "harness/actors/send_bytes.hpp"
#include "harness/actors/v1_session.hpp"
#include "harness/actors/virtual_connection.hpp"
#include "journal/recorder.hpp"
#include "model/scenario.pb.h"
#include "net/task_scope.hpp"

namespace rpchspec::actors {

namespace scn = scenario::v1;

/// Told when a v1 session is about to ask the proxy for a server, and when it is over.
enum class V1Expected { next, no_more };
using V1Listener = std::function<void(std::uint32_t virtual_connection, V1Expected expected)>;

struct ClientOptions {
  ClientTarget target{};
  scn::Client conduct{};   // of the scenario
  bool faults = false;     // there may be client.fault steps
  std::uint64_t seed = 0;  // of cookies
  std::uint64_t payload_key = 0;
  V1Listener on_v1 = {};
  /// Waits until who was told of cookies and sessions knows them; null: at once.
  std::function<net::Task<>()> announced = {};
};

/// Told of every cookie before it goes out, so that the server's side can be attributed.
using CookieListener =
    std::function<void(VirtualConnectionCookie const& cookie, std::uint32_t virtual_connection)>;

/// Single-threaded. Steps are awaited one by one, or side by side from a `parallel`.
///
/// Every step returns an error for what it could not do (not connected, a leg that ended), with
/// words that fit behind "step 3 client.send:". What the proxy answers is not judged here.
class Client {
 public:
  Client(net::Executor executor,
         ClientOptions options,
         journal::Recorder& recorder,
         CookieListener on_cookie);
  ~Client();

  [[nodiscard]] net::Task<Result<void>> connect(std::uint32_t vc,
                                                scn::Connect step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> request(std::uint32_t vc,
                                                scn::Request step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> open(std::uint32_t vc,
                                             scn::Open step,
                                             net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> send(std::uint32_t vc,
                                             scn::Send step,
                                             net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> close(std::uint32_t vc,
                                              scn::Close step,
                                              net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> ack(std::uint32_t vc,
                                            scn::Ack step,
                                            net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> echo(std::uint32_t vc,
                                             scn::Echo step,
                                             net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> http(std::uint32_t vc,
                                             scn::HttpExchange step,
                                             net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> call(std::uint32_t vc,
                                             scn::Call step,
                                             net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> recycle(std::uint32_t vc,
                                                scn::Recycle step,
                                                net::Deadline deadline);
  [[nodiscard]] Result<void> release(std::uint32_t vc, scn::Release const& step);
  [[nodiscard]] Result<void> reading(std::uint32_t vc, scn::Reading const& step);
  [[nodiscard]] Result<void> fault(std::uint32_t vc, faults::api::Fault const& step);

  /// The virtual connection with this number; made on first use.
  [[nodiscard]] VirtualConnection& virtual_connection(std::uint32_t vc);

  /// Closes every connection in good order, as a client that has done its work.
  [[nodiscard]] net::Task<> leave();

  /// Closes every connection (RST) and waits for their tasks.
  [[nodiscard]] net::Task<> stop();

 private:
  using ChannelResult = Result<std::shared_ptr<HttpChannel>>;

  // -- v1: steps that say `channel: v1`, and what they need --

  [[nodiscard]] V1Session& v1_session(std::uint32_t vc);
  [[nodiscard]] net::Task<Result<void>> request_v1(std::uint32_t vc,
                                                   scn::Request step,
                                                   net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> open_v1(std::uint32_t vc,
                                                scn::Open step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> send_v1(std::uint32_t vc,
                                                scn::Send step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> close_v1(std::uint32_t vc,
                                                 scn::Close step,
                                                 net::Deadline deadline);
  [[nodiscard]] std::vector<std::shared_ptr<HttpChannel>> connections() const;
  /// @return where the reply will be found.
  [[nodiscard]] Result<std::deque<Bytes>*> send_call(std::uint32_t vc, Bytes request);
  [[nodiscard]] Result<std::vector<std::shared_ptr<HttpChannel>>> channels_of(
      std::uint32_t vc, std::string const& name);

  [[nodiscard]] net::Task<Result<net::Stream>> connect_to(Origin to,
                                                          journal::TapOptions tapped,
                                                          net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> open_whole(std::uint32_t vc,
                                                   scn::Open step,
                                                   net::Deadline deadline);
  [[nodiscard]] net::Task<ChannelResult> dial(
      std::uint32_t vc,
      session::Channel channel,
      net::Deadline deadline,
      session::Instance instance = session::Instance::predecessor);
  void open_successor(std::uint32_t vc, session::Client::OpenSuccessor due);
  [[nodiscard]] net::Task<Result<void>> start_successor(std::uint32_t vc,
                                                        session::Channel channel,
                                                        Bytes first_pdu,
                                                        net::Deadline deadline);
  [[nodiscard]] net::Task<ChannelResult> wait_for(std::uint32_t vc,
                                                  session::Channel channel,
                                                  scn::Instance instance,
                                                  net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> write_to(std::shared_ptr<HttpChannel> to,
                                                 Bytes bytes,
                                                 net::Pieces pieces,
                                                 net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> send_request(std::uint32_t vc,
                                                     session::Channel channel,
                                                     scn::Request step,
                                                     net::Deadline deadline);
  [[nodiscard]] net::Task<Result<std::string>> authorization(std::shared_ptr<HttpChannel> on,
                                                             RequestSetting setting,
                                                             scn::Request step,
                                                             net::Deadline deadline);
  [[nodiscard]] net::Task<Result<std::string>> log_on(std::shared_ptr<HttpChannel> on,
                                                      RequestSetting setting,
                                                      scn::Request step,
                                                      net::Deadline deadline);
  [[nodiscard]] Result<LogOn> begin_log_on(HttpChannel& on,
                                           RequestSetting const& setting,
                                           scn::Request const& step) const;
  [[nodiscard]] net::Task<Result<void>> write(std::uint32_t vc,
                                              session::Channel channel,
                                              Bytes bytes,
                                              net::Pieces pieces,
                                              net::Deadline deadline);
  [[nodiscard]] static Result<void> written_to(HttpChannel const& to, bool written);
  /// A PDU of the role's own, which faults may act on.
  [[nodiscard]] net::Task<Result<void>> write_first(std::uint32_t vc,
                                                    session::Channel channel,
                                                    Bytes pdu,
                                                    net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> send_payload(std::uint32_t vc,
                                                     scn::Send step,
                                                     net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> start_channel(std::uint32_t vc,
                                                      session::Channel channel,
                                                      scn::Open step,
                                                      net::Deadline deadline);
  [[nodiscard]] session::ClientConfig session_config();
  [[nodiscard]] Origin origin(std::uint32_t vc, session::Channel channel) const;
  [[nodiscard]] RequestSetting setting_of(std::uint32_t vc, session::Channel channel) const;
  [[nodiscard]] MeaningValues values_of(VirtualConnection& vc, session::Channel channel) const;
  void tell(VirtualConnection const& made);
  void tell(std::uint32_t vc, std::string name, std::string value);
  void apply(scn::Open const& step);

  /// What all virtual connections of one client have in common.
  struct Family {
    VirtualConnectionCookie cookie;
    AssociationGroupId association_group_id;
  };

  net::Executor executor_;
  ClientOptions options_;
  journal::Recorder& recorder_;
  CookieListener on_cookie_;
  net::TaskScope scope_;
  net::Event changed_;
  std::mt19937_64 random_;
  std::optional<Family> family_;
  std::uint32_t version_ = 1;  // that the next virtual connection names in its first PDUs
  ActorFaults faults_;
  std::map<std::uint32_t, RpcCaller> callers_;
  // Whose second leg a step of its own sends.
  std::map<std::pair<std::uint32_t, session::Channel>, LogOn> half_log_ons_;
  std::map<std::uint32_t, std::string> queries_;  // of virtual connections to another service
  std::set<std::pair<std::uint32_t, session::Channel>> moved_;  // to the other of two nodes
  std::map<std::uint32_t, std::unique_ptr<VirtualConnection>> virtual_connections_;
  std::map<std::uint32_t, std::unique_ptr<V1Session>> v1_sessions_;
};

}  // namespace rpchspec::actors
