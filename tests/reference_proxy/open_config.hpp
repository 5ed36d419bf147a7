// The configuration that most tests of the proxy begin with.

#pragma once

#include "reference_proxy/config.hpp"

namespace rpchspec::proxy::testing {

/// Asks nobody for credentials.
inline ProxyConfig open_to_all() {
  ProxyConfig config;
  config.allow_anonymous = true;
  return config;
}

}  // namespace rpchspec::proxy::testing
