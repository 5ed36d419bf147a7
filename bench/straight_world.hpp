// The same generator and verifier with one HTTP relay that knows nothing of RPC between them.

#pragma once

#include <memory>

#include "bench/straight_end.hpp"
#include "bench/world.hpp"
#include "net/listener.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::bench {

/// One HTTP exchange carries payload one way and its acknowledgements the other: an IN channel's
/// in the request body, an OUT channel's in the response body. A relay in mode http or tcp, or
/// none, can stand between the ends.
class StraightWorld : public World {
 public:
  struct Ports {
    std::uint16_t listen = 0;  // of the far end: where the relay connects to
    std::uint16_t relay = 0;   // where the near end connects to
  };

  /// @param recorder  outlives the world; its digest key is that of the payload.
  StraightWorld(net::Executor executor,
                journal::Recorder& recorder,
                WorldOptions options,
                Ports ports);

  [[nodiscard]] net::Task<Result<void>> open(net::Deadline deadline) override;
  [[nodiscard]] net::Task<Result<void>> send(std::uint64_t bytes, net::Deadline deadline) override;
  [[nodiscard]] net::Task<> strike() override;

 private:
  [[nodiscard]] journal::ConnectionTap tap(journal::v1::Source source);
  void start(std::shared_ptr<StraightEnd> const& end);

  net::Executor executor_;
  journal::Recorder& recorder_;
  WorldOptions options_;
  Ports ports_;
  net::TaskScope scope_;
  std::shared_ptr<StraightEnd> client_;
  std::shared_ptr<StraightEnd> server_;
};

}  // namespace rpchspec::bench
