// Which RPC services answer on which port.

#pragma once

#include "mock_backend/config.hpp"
#include "mock_backend/rpc_runtime.hpp"

namespace rpchspec::backend {

/// A runtime of its own for one connection to this service.
/// @param groups  shared by all connections of one backend.
[[nodiscard]] RpcRuntime make_runtime(BackendConfig const& config,
                                      Listening service,
                                      RpcTransport transport,
                                      std::shared_ptr<AssociationGroups> groups);

}  // namespace rpchspec::backend
