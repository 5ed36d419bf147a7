// TLS on the upstream addresses of an HTTP front (--upstream-tls).

#pragma once

#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <vector>

#include "harness/engine/offloader.hpp"
#include "harness/targets/target.hpp"

namespace rpchspec::engine {

/// Takes connections over TLS on the addresses that the front knows, and carries their bytes, and
/// how they end, to the plain listeners that cases share. Has a thread of its own.
class TlsUpstream {
 public:
  struct Way {
    targets::Address from;  // with TLS
    std::uint16_t to = 0;   // plain, on 127.0.0.1
  };

  /// @param choice  "auto" for a self-signed certificate, or "CERT,KEY": two PEM files.
  [[nodiscard]] static Result<std::unique_ptr<TlsUpstream>> start(std::string const& choice,
                                                                  std::vector<Way> const& ways);

  /// Told of each handshake, on a thread of ours.
  using Told = std::function<void(net::TlsSummary const&)>;

  /// From now on ALPN offers these names, the best first, and `told` is called; none and null: back
  /// to no ALPN (FIELD-F07). Once it returns, nothing of what was said before is done any more.
  [[nodiscard]] Result<void> negotiate(std::vector<std::string> const& alpn, Told told);

  /// What TLS to it is bound to.
  [[nodiscard]] Bytes const& channel_binding() const { return channel_binding_; }

  ~TlsUpstream();
  TlsUpstream(TlsUpstream const&) = delete;
  TlsUpstream& operator=(TlsUpstream const&) = delete;

 private:
  TlsUpstream() = default;

  Bytes channel_binding_;
  Told told_;
  net::asio::io_context io_;
  std::list<Offloader> offloaders_;
  std::thread thread_;
};

}  // namespace rpchspec::engine
