#include "harness/engine/run_surroundings.hpp"

#include "harness/engine/proxy_use.hpp"

namespace rpchspec::engine {

std::string RunSurroundings::open(ProxyUnderTest& proxy) {
  auto const certificates = make_certificates();
  if (!certificates) {
    return to_string(certificates.error());
  }
  auto const reachable = with_upstream_certificate(proxy);
  if (!reachable) {
    return to_string(reachable.error());
  }
  auto shared = SharedListeners::open(*reachable);
  if (!shared) {
    return to_string(shared.error());
  }
  shared_.emplace(std::move(*shared));
  if (auto const opened = open_elsewhere(); !opened) {
    return opened.error().detail;
  }
  surroundings_.emplace(Surroundings{
      target_, *request_.registry, request_.seed, request_.timeout_scale, request_.strict,
      request_.tool_version, *certificates, own_address(), shared_->server_legs(),
      shared_->upstream(), shared_->upstream_binding(), shared_->tls_upstream()});
  surroundings_->elsewhere = elsewhere_.get();
  if (auto const entered = proxy.enter(target_, own_address()); !entered) {
    return entered.error().detail;
  }
  surroundings_->proxy_group = proxy.group();
  surroundings_->proxy_log = proxy.log();
  if (!target_.reconfigure.empty()) {
    surroundings_->reload = [this, &proxy] { return proxy.reload(target_, own_address()); };
  }
  return {};
}

/// --upstream-tls front: the files of the certificate that the front gets.
Result<targets::Target> RunSurroundings::with_upstream_certificate(
    ProxyUnderTest const& proxy) const {
  auto made = target_;
  if (made.upstream_tls == "front") {
    auto const folder = proxy.certificate(made);
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    made.upstream_tls = (*folder / "cert.pem").string() + "," + (*folder / "key.pem").string();
  }
  return made;
}

/// --backend-at: the agent listens from now on, until this configuration is done with.
Result<void> RunSurroundings::open_elsewhere() {
  if (!target_.backend_at) {
    return {};
  }
  auto way = request_.way_to_peer ? request_.way_to_peer(target_) : stream_way(target_);
  if (!way) {
    return tl::unexpected(way.error());
  }
  way_to_peer_ = std::move(*way);
  auto opened = Elsewhere::open(*way_to_peer_, target_);
  if (!opened) {
    return tl::unexpected(opened.error());
  }
  elsewhere_ = std::move(*opened);
  return {};
}

std::string RunSurroundings::determine_proxy_use() {
  auto const use = engine::determine_proxy_use(*surroundings_);
  if (!use) {
    return use.error().detail;
  }
  surroundings_->indirect = *use == session::ProxyUse::indirect;
  return {};
}

}  // namespace rpchspec::engine
