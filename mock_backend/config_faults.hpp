// The byte faults of the backends' file. Private to mock_backend.

#pragma once

#include "mock_backend/config.hpp"
#include "model/strict_yaml.hpp"

namespace rpchspec::backend {

/// Faults of every accepted connection, towards the proxy.
void read_faults(model::YamlNode const& node, BackendConfig& config, model::TextErrors& errors);

}  // namespace rpchspec::backend
