// What the cases of a run share under one configuration of its target.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "harness/engine/case_run.hpp"
#include "harness/engine/elsewhere.hpp"
#include "harness/engine/proxy_under_test.hpp"
#include "harness/engine/run.hpp"
#include "harness/engine/shared_listeners.hpp"
#include "harness/engine/stream_link.hpp"

namespace rpchspec::engine {

/// Listens, and has the servers played on another machine where the target says so, while it lives.
class RunSurroundings {
 public:
  /// The arguments outlive it.
  RunSurroundings(RunRequest const& request, targets::Target const& target)
      : request_(request), target_(target) {}

  /// Opens what the configuration needs, and brings the proxy into it.
  /// @return why that can't be, in words; empty: it is so.
  [[nodiscard]] std::string open(ProxyUnderTest& proxy);

  /// MS-RPCH 3.2.2.4.1.1, once for all cases. Once open. Blocks, at most half a minute.
  /// Precondition: the target has a forward proxy.
  /// @return why that can't be said, in words; empty: `indirect` says what came of it.
  [[nodiscard]] std::string determine_proxy_use();

  /// Once open.
  [[nodiscard]] Surroundings const& get() const { return *surroundings_; }

 private:
  [[nodiscard]] Result<targets::Target> with_upstream_certificate(
      ProxyUnderTest const& proxy) const;
  [[nodiscard]] Result<void> open_elsewhere();

  /// Of the servers.
  [[nodiscard]] std::string const& own_address() const {
    return elsewhere_ ? elsewhere_->own_address() : shared_->own_address();
  }

  RunRequest const& request_;
  targets::Target const& target_;
  std::optional<SharedListeners> shared_;
  std::unique_ptr<WayToPeer> way_to_peer_;
  std::unique_ptr<Elsewhere> elsewhere_;
  std::optional<Surroundings> surroundings_;
};

}  // namespace rpchspec::engine
