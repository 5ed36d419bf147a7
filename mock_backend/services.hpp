// Which RPC services answer on which port.

#pragma once

#include "mock_backend/config.hpp"
#include "mock_backend/virtual_connection.hpp"

namespace rpchspec::backend {

/// How RPC PDUs reach the server: Referral answers an RPC over HTTP session otherwise than a TCP one.
enum class Transport { http_v2, http_v1, tcp };

/// A runtime of its own for one connection to this service.
[[nodiscard]] RpcService make_service(BackendConfig const& config,
                                      Listening service,
                                      Transport transport);

}  // namespace rpchspec::backend
