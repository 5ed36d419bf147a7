// Certificates that a run makes for itself.

#pragma once

#include "net/tls.hpp"

namespace rpchspec::engine {

struct Certificates {
  net::Certificate own;       // of embedded proxies and offloaders, and the clients' authority
  net::Certificate client;    // that a client shows: `own` issued it
  net::Certificate stranger;  // says so, too, and lies
};

[[nodiscard]] Result<Certificates> make_certificates();

}  // namespace rpchspec::engine
