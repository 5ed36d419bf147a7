#include "reference_proxy/channel_config.hpp"

#include <algorithm>

#include "protocol/wire/client_address.hpp"
#include "protocol/wire/rpc_error.hpp"

namespace rpchspec::proxy {
namespace {

using namespace std::chrono_literals;

constexpr auto kShortIdle = 3s;  // of the defects in_idle_cut and out_idle_cut
constexpr std::chrono::milliseconds kLeastCommandTimeout = 120s;  // 2.2.3.5.3
constexpr std::uint16_t kStorePort = 6001;
constexpr std::uint64_t kNoEnd = 1ULL << 62;  // bytes
constexpr std::uint64_t kGarbledByte = 1111;  // in the RPC bytes of a channel

/// "10.0.0.1" of "10.0.0.1:4711", "::1" of "[::1]:4711".
std::string host_of(std::string const& endpoint) {
  auto host = endpoint.substr(0, endpoint.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

/// As told on the wire, where a client asked for none.
ConnectionTimeout own_timeout(ProxyConfig const& config) {
  auto const told = config.latitude.raises_timeout
                        ? std::max(config.connection_timeout, kLeastCommandTimeout)
                        : config.connection_timeout;
  return ConnectionTimeout(static_cast<std::uint32_t>(told.count()));
}

/// Of a channel that is open itself: two more belong to another virtual connection.
session::RelayDeviations relay_deviations(session::RelayDeviations made,
                                          ProxyConfig const& config) {
  if (config.defect == Defect::second_connection_garbled && config.shared->channels > 2) {
    made.flip_byte_at = kGarbledByte;
  }
  return made;
}

}  // namespace

session::InboundProxyConfig inbound_config(ChannelRequest const& request,
                                           net::Stream const& client,
                                           ProxyConfig const& config) {
  session::InboundProxyConfig made;
  made.receive_window = config.receive_window;
  made.ack_policy = config.latitude.acks;
  made.connection_timeout = own_timeout(config);
  auto const order = config.latitude.address_in_network_order ? wire::AddressOrder::network
                                                              : wire::AddressOrder::customary;
  auto const address = wire::client_address(host_of(client.remote()), order);
  if (address && config.defect != Defect::client_address_missing) {
    made.client_address = *address;
  }
  made.content_length =
      config.defect == Defect::in_length_ignored ? kNoEnd : request.content_length;
  made.idle_timeout = config.defect == Defect::in_idle_cut
                          ? kShortIdle
                          : config.idle_timeout.value_or(Duration::max());
  if (config.latitude.closes_idle_in) {
    auto const told = std::chrono::milliseconds(made.connection_timeout.value);
    made.idle_timeout = std::min<Duration>(made.idle_timeout, told);
  }
  made.latitude = config.latitude.roles;
  made.deviations = inbound_deviations(config.defect);
  made.deviations.relay = relay_deviations(made.deviations.relay, config);
  return made;
}

session::OutboundProxyConfig outbound_config(ChannelRequest const& request,
                                             ProxyConfig const& config) {
  session::OutboundProxyConfig made;
  made.receive_window = config.receive_window;
  made.ack_policy = config.latitude.acks;
  made.connection_timeout = own_timeout(config);
  auto& asked_before = config.shared->min_conn_timeout;
  auto const told = request.pragmas.min_conn_timeout;
  auto const asked = told.value_or(
      config.defect == Defect::min_conn_timeout_for_all ? asked_before.value_or(0) : 0);
  asked_before = told ? told : asked_before;
  auto const in_range = asked >= wire::kMinConnTimeoutLow && asked <= wire::kMinConnTimeoutHigh;
  auto const any =
      config.defect == Defect::min_conn_timeout_any && request.pragmas.min_conn_timeout;
  if ((in_range || any) && config.defect != Defect::min_conn_timeout_ignored) {
    made.connection_timeout = ConnectionTimeout(asked * 1000);
  }
  made.channel_lifetime = config.channel_lifetime;
  made.pings = config.pings;
  made.ping_traffic_threshold = config.ping_traffic_threshold;
  made.idle_timeout = config.defect == Defect::out_idle_cut
                          ? kShortIdle
                          : config.idle_timeout.value_or(Duration::max());
  made.latitude = config.latitude.roles;
  made.deviations = outbound_deviations(config.defect);
  made.deviations.relay = relay_deviations(made.deviations.relay, config);
  if (config.defect == Defect::pings_by_configuration) {
    made.deviations.ping_timeout =
        ConnectionTimeout(static_cast<std::uint32_t>(config.connection_timeout.count()));
  }
  return made;
}

tl::expected<net::ConnectOptions, std::uint32_t> server_address(wire::RpcUri const& uri,
                                                                ProxyConfig const& config) {
  net::ConnectOptions options(std::string(uri.host()), uri.port.value);
  auto const is_short = uri.host().find_first_of(".:") == std::string_view::npos;
  if (is_short && config.defect == Defect::short_name_unknown) {
    return tl::unexpected(wire::kRpcServerUnavailable);
  }
  if (auto const* const server = mapped_server(uri, config)) {
    options.host = server->address;
    options.port = server->to_port;
  } else if (config.unmapped != Unmapped::reached) {
    return tl::unexpected(config.unmapped == Unmapped::refused ? kErrorAccessDenied
                                                               : wire::kRpcServerUnavailable);
  }
  if (config.defect == Defect::server_port_fixed) {
    options.port = kStorePort;
  } else if (config.defect == Defect::port_by_name) {
    options.port = config.shared->first_ports.try_emplace(options.host, options.port).first->second;
  }
  return options;
}

void shape_writes(net::Stream& stream, ProxyConfig const& config) {
  if (config.latitude.write_pieces != 0) {
    stream.set_send_faults({net::Fault(net::Split{config.latitude.write_pieces}, 0, 0)});
  } else if (config.latitude.gathers_for != Duration{}) {
    stream.set_send_faults({net::Fault(net::Delay{config.latitude.gathers_for}, 0, 0)});
  }
}

}  // namespace rpchspec::proxy
