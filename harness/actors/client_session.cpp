// What the client actor's role is set to, and what of it scenarios may refer to.

#include "harness/actors/client.hpp"
#include "harness/actors/step_values.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::actors {
namespace {

using session::Channel;

template <class Cookie>
Cookie random_cookie(std::mt19937_64& random) {
  Cookie cookie;
  for (std::size_t at = 0; at < cookie.bytes.size(); at += 8) {
    store<std::uint64_t>(cookie.bytes, at, random());
  }
  return cookie;
}

/// A cookie that a proxy may take for its siblings when it looks at a part of it: those of one case
/// differ behind their fifteenth byte (the 257th and later ones in it, too), and as text they end
/// at the same zero.
VirtualConnectionCookie sibling(VirtualConnectionCookie cookie, std::size_t number) {
  cookie.bytes[4] = 0;
  cookie.bytes[14] ^= static_cast<std::uint8_t>(number >> 8U);
  cookie.bytes.back() = static_cast<std::uint8_t>(number);
  return cookie;
}

void add_recycling(session::ClientConfig& config, scn::Client const& conduct) {
  if (conduct.has_recycle_in_at()) {
    config.recycle_in_at = bytes_left(conduct.recycle_in_at());
  }
  config.in_sequence = sequence_named(conduct.in_sequence());
  auto const answers = conduct.out_sequence().empty() ? conduct.conduct() != scn::PATIENT
                                                      : conduct.out_sequence() != "none";
  config.out_sequence = answers ? std::optional(sequence_named(conduct.out_sequence()))
                                : std::optional<session::RecyclingSequence>();
  for (auto const& name : conduct.hold()) {
    if (auto const* form = wire::find_form(name)) {
      config.withheld.insert(form->kind);
    }
  }
}

}  // namespace

session::ClientConfig Client::session_config() {
  auto const& conduct = options_.conduct;
  session::ClientConfig config;
  if (!family_) {
    family_ = Family{random_cookie<VirtualConnectionCookie>(random_),
                     random_cookie<AssociationGroupId>(random_)};
  }
  config.virtual_connection_cookie = sibling(family_->cookie, virtual_connections_.size());
  config.in_channel_cookie = random_cookie<ChannelCookie>(random_);
  config.out_channel_cookie = random_cookie<ChannelCookie>(random_);
  config.association_group_id = family_->association_group_id;
  config.version = version_;
  if (conduct.receive_window() != 0) {
    config.receive_window = ReceiveWindowSize(static_cast<std::uint32_t>(conduct.receive_window()));
  }
  if (conduct.in_content_length() != 0) {
    config.in_channel_lifetime =
        ChannelLifetime(static_cast<std::uint32_t>(conduct.in_content_length()));
  }
  if (conduct.has_keepalive()) {
    auto const ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(to_duration(conduct.keepalive()));
    config.keepalive = ClientKeepalive(static_cast<std::uint32_t>(ms.count()));
  }
  if (conduct.no_ack()) {
    config.ack_policy = session::ReceiveWindow::AckPolicy::never;
  }
  config.pings = !conduct.no_ping();
  add_recycling(config, conduct);
  config.cookie_seed = random_();
  config.r1_cookie =
      options_.target.has_two_nodes() ? session::R1Cookie::same : session::R1Cookie::made_up;
  return config;
}

void Client::tell(VirtualConnection const& made) {
  auto const& config = made.options().session;
  auto const parameter = [&](std::string name, std::string value) {
    tell(made.options().number, std::move(name), std::move(value));
  };
  parameter("VirtualConnectionCookie", to_hex(config.virtual_connection_cookie));
  parameter("INChannelCookie", to_hex(config.in_channel_cookie));
  parameter("OUTChannelCookie", to_hex(config.out_channel_cookie));
  parameter("AssociationGroupId", to_hex(config.association_group_id));
  parameter("ClientReceiveWindow", std::to_string(config.receive_window.value));
  parameter("ClientKeepalive", std::to_string(config.keepalive.value));
}

void Client::tell(std::uint32_t vc, std::string name, std::string value) {
  journal::Event event;
  event.set_source(journal::v1::CLIENT);
  event.set_virtual_connection(vc);
  event.mutable_parameter()->set_name(std::move(name));
  event.mutable_parameter()->set_value(std::move(value));
  recorder_.append(event, Clock::now());
}

MeaningValues Client::values_of(VirtualConnection& vc, Channel channel) const {
  auto const& config = vc.options().session;
  MeaningValues values;
  values["VirtualConnectionCookie"] = to_hex(config.virtual_connection_cookie);
  values["INChannelCookie"] = to_hex(config.in_channel_cookie);
  values["OUTChannelCookie"] = to_hex(config.out_channel_cookie);
  values["AssociationGroupId"] = to_hex(config.association_group_id);
  values["Version"] = std::to_string(config.version);
  values["ReceiveWindowSize"] = std::to_string(config.receive_window.value);
  values["ChannelLifetime"] = std::to_string(config.in_channel_lifetime.value);
  values["ClientKeepalive"] = std::to_string(config.keepalive.value);
  values["SuccessorINChannelCookie"] = to_hex(vc.machine().successor_cookie(Channel::in));
  values["SuccessorOUTChannelCookie"] = to_hex(vc.machine().successor_cookie(Channel::out));
  if (!vc.machine().settled(channel)) {
    values["PredecessorCookie"] = to_hex(vc.machine().cookie(channel));
    values["SuccessorCookie"] = to_hex(vc.machine().successor_cookie(channel));
  }
  return values;
}

}  // namespace rpchspec::actors
