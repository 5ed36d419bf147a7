// The whole way: client actor, reference proxy, mock backend.

#pragma once

#include <memory>
#include <optional>

#include "bench/world.hpp"
#include "harness/actors/client.hpp"
#include "mock_backend/backend.hpp"

namespace rpchspec::bench {

/// Where the reference proxy runs: with the two ends, as an embedded one does, or on a thread of
/// its own, as it would in a process of its own.
enum class ProxyPlace { embedded, own_thread };

class ProxyWorld : public World {
 public:
  /// @param recorder  outlives the world; its digest key is that of the payload.
  ProxyWorld(net::Executor executor,
             journal::Recorder& recorder,
             WorldOptions options,
             ProxyPlace place);
  ~ProxyWorld() override;

  [[nodiscard]] net::Task<Result<void>> open(net::Deadline deadline) override;
  [[nodiscard]] net::Task<Result<void>> send(std::uint64_t bytes, net::Deadline deadline) override;
  [[nodiscard]] net::Task<> strike() override;

  /// One call of the client through the opened virtual connection: "bind", "EcDummyRpc".
  [[nodiscard]] net::Task<Result<void>> call(std::string operation, net::Deadline deadline);

 private:
  struct Proxy;

  [[nodiscard]] Result<void> raise(net::Executor executor);

  net::Executor executor_;
  journal::Recorder& recorder_;
  WorldOptions options_;
  ProxyPlace place_;
  backend::MockBackend backend_;
  std::unique_ptr<Proxy> proxy_;
  std::optional<actors::Client> client_;
};

}  // namespace rpchspec::bench
