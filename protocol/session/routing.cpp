#include "protocol/session/routing.hpp"

namespace rpchspec::session {

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Client:
      return "client";
    case Role::InboundProxy:
      return "inbound proxy";
    case Role::Server:
      return "server";
    case Role::OutboundProxy:
      return "outbound proxy";
  }
  return "";
}

Role party_of(wire::ForwardDestination destination) {
  switch (destination) {
    case wire::ForwardDestination::FDClient:
      return Role::Client;
    case wire::ForwardDestination::FDInProxy:
      return Role::InboundProxy;
    case wire::ForwardDestination::FDServer:
      return Role::Server;
    case wire::ForwardDestination::FDOutProxy:
      return Role::OutboundProxy;
  }
  return Role::Server;  // a value outside the table: the caller has refused it before
}

Role next_hop(Role self, wire::ForwardDestination destination) {
  auto const target = party_of(destination);
  if (target == self) {
    return self;
  }
  switch (self) {
    case Role::Client:
      return Role::InboundProxy;  // the only party that the client sends PDUs to
    case Role::InboundProxy:
      return Role::Server;
    case Role::OutboundProxy:
      return target == Role::Client ? Role::Client : Role::Server;
    case Role::Server:
      return target == Role::InboundProxy ? Role::InboundProxy : Role::OutboundProxy;
  }
  return self;
}

}  // namespace rpchspec::session
