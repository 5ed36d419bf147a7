// The virtual channels of one proxy by virtual connection cookie (MS-RPCH 3.2.1.1.2), one table for
// each role, and the scope that their tasks run in.

#pragma once

#include <list>
#include <map>
#include <memory>

#include "net/stream.hpp"
#include "net/task_scope.hpp"
#include "protocol/session/inbound_proxy.hpp"
#include "protocol/session/outbound_proxy.hpp"

namespace rpchspec::proxy {

template <class Machine>
class VirtualChannel;

/// Forgets a virtual channel that is gone.
template <class Machine>
class CookieTable {
 public:
  /// Null where there is none.
  [[nodiscard]] std::shared_ptr<VirtualChannel<Machine>> find(
      VirtualConnectionCookie const& cookie) const {
    auto const known = channels_.find(cookie);
    return known == channels_.end() ? nullptr : known->second.lock();
  }

  void add(VirtualConnectionCookie const& cookie,
           std::shared_ptr<VirtualChannel<Machine>> const& channel) {
    channels_[cookie] = channel;
  }

  /// Unless the cookie stands for another one by now.
  void remove(VirtualConnectionCookie const& cookie, VirtualChannel<Machine> const& channel) {
    auto const known = channels_.find(cookie);
    if (known != channels_.end() && known->second.lock().get() == &channel) {
      channels_.erase(known);
    }
  }

 private:
  std::map<VirtualConnectionCookie, std::weak_ptr<VirtualChannel<Machine>>> channels_;
};

/// What the connections of one running proxy share.
struct ProxyChannels {
  explicit ProxyChannels(net::TaskScope& scope_) : scope(scope_) {}

  net::TaskScope& scope;
  CookieTable<session::InboundProxy> inbound{};
  CookieTable<session::OutboundProxy> outbound{};
  std::list<net::Stream*> streams{};  // the clients' connections, the oldest first
};

}  // namespace rpchspec::proxy
