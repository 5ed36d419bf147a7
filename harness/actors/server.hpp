// The server side of a scenario: what its server steps do to the mock backend's legs.

#pragma once

#include "harness/actors/actor_faults.hpp"
#include "harness/actors/send_bytes.hpp"
#include "mock_backend/backend.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::actors {

/// Single-threaded. A step waits until the leg it is about is there; that it never comes is the
/// step's error.
class Server {
 public:
  /// @param faults  which watch the backend's legs. Both outlive it.
  Server(backend::MockBackend& backend, ActorFaults& faults) : backend_(backend), faults_(faults) {}

  [[nodiscard]] net::Task<Result<void>> send(std::uint32_t vc,
                                             scenario::v1::Send step,
                                             net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> close(std::uint32_t vc,
                                              scenario::v1::Close step,
                                              net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> ack(std::uint32_t vc,
                                            scenario::v1::Ack step,
                                            net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> reading(std::uint32_t vc,
                                                scenario::v1::Reading step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> recycle(std::uint32_t vc,
                                                scenario::v1::Recycle step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> release(std::uint32_t vc,
                                                scenario::v1::Release step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> fault(std::uint32_t vc,
                                              faults::api::Fault step,
                                              net::Deadline deadline);

 private:
  using Legs = Result<std::vector<std::shared_ptr<net::PduLeg>>>;

  // -- v1: steps that say `channel: v1` or `leg: v1` --

  [[nodiscard]] net::Task<Result<std::shared_ptr<backend::V1Connection>>> v1_connection(
      std::uint32_t vc, net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> send_v1(std::uint32_t vc,
                                                scenario::v1::Send step,
                                                net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> close_v1(std::uint32_t vc,
                                                 scenario::v1::Close step,
                                                 net::Deadline deadline);
  [[nodiscard]] net::Task<Result<void>> greet_v1(std::uint32_t vc, net::Deadline deadline);

  /// Legs of "in", "out", "both" or "v1".
  [[nodiscard]] net::Task<Legs> legs_named(std::uint32_t vc,
                                           std::string name,
                                           net::Deadline deadline);
  [[nodiscard]] net::Task<Result<std::shared_ptr<backend::VirtualConnection>>> leg(
      std::uint32_t vc, session::Channel channel, net::Deadline deadline);
  [[nodiscard]] net::Task<Result<std::shared_ptr<net::PduLeg>>> instance(
      std::uint32_t vc,
      session::Channel channel,
      scenario::v1::Instance which,
      net::Deadline deadline);

  backend::MockBackend& backend_;
  ActorFaults& faults_;
};

}  // namespace rpchspec::actors
