#include "harness/actors/server.hpp"

#include "harness/actors/step_values.hpp"

namespace rpchspec::actors {
namespace {

namespace scn = scenario::v1;
using session::Channel;

/// What the server's role knows of a virtual connection, by meaning.
MeaningValues values_of(backend::VirtualConnection const& vc) {
  MeaningValues values;
  auto const peers = vc.machine().peers();
  values["VirtualConnectionCookie"] = to_hex(vc.cookie());
  if (peers) {
    values["INChannelCookie"] = to_hex(peers->in_channel_cookie);
    values["OUTChannelCookie"] = to_hex(peers->out_channel_cookie);
    values["AssociationGroupId"] = to_hex(peers->association_group_id);
    values["InProxyReceiveWindow"] = std::to_string(peers->in_proxy_window.value);
    values["InProxyConnectionTimeout"] = std::to_string(peers->in_proxy_timeout.value);
  }
  return values;
}

/// CONN/C1 repeats the inbound proxy's values; CONN/B3 carries our own.
void add_defaults(MeaningValues& values, std::string const& pdu, session::Server const& machine) {
  if (pdu == "CONN/C1" && values.contains("InProxyReceiveWindow")) {
    values["ReceiveWindowSize"] = values["InProxyReceiveWindow"];
    values["ConnectionTimeout"] = values["InProxyConnectionTimeout"];
  } else if (pdu == "CONN/B3") {
    values["ReceiveWindowSize"] = std::to_string(machine.in_window().receive_window().value);
  }
}

}  // namespace

net::Task<Result<std::shared_ptr<backend::VirtualConnection>>> Server::leg(std::uint32_t vc,
                                                                           Channel channel,
                                                                           net::Deadline deadline) {
  auto found = co_await backend_.wait_for(vc, channel, deadline);
  if (!found) {
    co_return fail({ErrorCode::deadline, 0, "", "",
                    "the server never got the " + std::string(to_string(channel)) +
                        " leg of virtual connection " + std::to_string(vc)});
  }
  co_return found;
}

net::Task<Result<void>> Server::send(std::uint32_t vc, scn::Send step, net::Deadline deadline) {
  if (is_v1(step.channel())) {
    co_return co_await send_v1(vc, std::move(step), deadline);
  }
  auto const channel = channel_named(step.channel(), Channel::out);
  if (!channel) {
    co_return tl::unexpected(channel.error());
  }
  auto const there = co_await leg(vc, *channel, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  auto const& virtual_connection = *there;
  constexpr std::uint8_t kResponse = 2;
  if (is_payload(step) && *channel == Channel::out && step.on() == scn::PRESENT) {
    auto const order = payload_order(step, kResponse);
    if (!order) {
      co_return tl::unexpected(order.error());
    }
    co_return co_await virtual_connection->send_payload(*order, deadline);
  }
  auto values = values_of(*virtual_connection);
  add_defaults(values, step.pdu(), virtual_connection->machine());
  auto const bytes = is_payload(step) ? stray_payload(step, kResponse) : bytes_of(step, values);
  if (!bytes) {
    co_return tl::unexpected(bytes.error());
  }
  auto const found = co_await instance(vc, *channel, step.on(), deadline);
  if (!found) {
    co_return tl::unexpected(found.error());
  }
  auto const to = *found;
  auto const pieces = net::Pieces(step.split(), to_duration(step.gap()));
  for (std::uint32_t i = 0; i < std::max(step.count(), 1U); ++i) {
    if (*channel == Channel::out) {
      virtual_connection->note_scripted(*bytes);
    }
    if (!co_await to->send_pieces(*bytes, pieces, deadline)) {
      co_return fail({ErrorCode::io, 0, "", "", "the leg ended before all of it was sent"});
    }
  }
  co_return Result<void>();
}

net::Task<Result<void>> Server::close(std::uint32_t vc, scn::Close step, net::Deadline deadline) {
  if (is_v1(step.leg())) {
    co_return co_await close_v1(vc, std::move(step), deadline);
  }
  auto const channels = channels_named(step.leg().empty() ? step.channel() : step.leg());
  if (!channels) {
    co_return tl::unexpected(channels.error());
  }
  for (auto const channel : *channels) {
    auto const there = co_await instance(vc, channel, step.on(), deadline);
    if (!there) {
      co_return tl::unexpected(there.error());
    }
    auto const of = *there;
    if (step.cause() == scn::HALF_CLOSE) {
      co_await of->half_close(deadline);
    } else {
      (void)co_await of->outbox().drained(deadline);
      of->stream().close_now(close_how(step.cause()));
    }
  }
  co_return Result<void>();
}

net::Task<Result<std::shared_ptr<net::PduLeg>>> Server::instance(std::uint32_t vc,
                                                                 Channel channel,
                                                                 scn::Instance which,
                                                                 net::Deadline deadline) {
  auto const there = co_await leg(vc, channel, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  auto const of = *there;
  auto const named = instance_of(which);
  auto const is_there = [&] { return of->leg(channel, named) != nullptr; };
  if (!co_await backend_.changed().wait(is_there, deadline)) {
    co_return fail({ErrorCode::deadline, 0, "", "",
                    "the server has no such " + std::string(to_string(channel)) + " leg"});
  }
  co_return of->leg(channel, named);
}

net::Task<Result<void>> Server::recycle(std::uint32_t vc,
                                        scn::Recycle step,
                                        net::Deadline deadline) {
  auto const there = co_await leg(vc, Channel::out, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  auto const of = *there;
  auto const may_start = [&] {
    return of->machine().settled(Channel::out) || of->machine().finished();
  };
  (void)co_await backend_.changed().wait(may_start, deadline);  // one may have begun by itself
  auto const before = of->machine().recycled(Channel::out);
  auto started = of->recycle_out();
  if (!started || step.no_wait()) {
    co_return started;
  }
  auto const over = [&] {
    return of->machine().recycled(Channel::out) != before || of->machine().finished();
  };
  auto const in_time = co_await backend_.changed().wait(over, deadline);
  if (!in_time || of->machine().finished()) {
    co_return fail({in_time ? ErrorCode::io : ErrorCode::deadline, 0, "", "MS-RPCH 3.2.5.5.15",
                    in_time ? "the virtual connection ended while OUT was recycled"
                            : "OUT was not recycled in time"});
  }
  co_return Result<void>();
}

net::Task<Result<void>> Server::release(std::uint32_t vc,
                                        scn::Release step,
                                        net::Deadline deadline) {
  if (!step.fault().empty()) {
    co_return faults_.end(step.fault());
  }
  if (step.pdu() == kLegacyResponse) {
    co_return co_await greet_v1(vc, deadline);
  }
  auto const* form = wire::find_form(step.pdu());
  if (form == nullptr) {
    co_return fail({ErrorCode::not_found, 0, "", "MS-RPCH 2.2.4",
                    "no RTS PDU is called '" + step.pdu() + "'"});
  }
  auto const there = co_await leg(vc, Channel::out, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  (*there)->release(form->kind);
  co_return Result<void>();
}

net::Task<Result<void>> Server::ack(std::uint32_t vc, scn::Ack step, net::Deadline deadline) {
  auto const there = co_await leg(vc, Channel::in, deadline);
  if (!there) {
    co_return tl::unexpected(there.error());
  }
  auto const& machine = (*there)->machine();
  AckFacts facts;
  facts.bytes_received = machine.in_window().bytes_received().value;
  facts.window = machine.in_window().receive_window().value;
  facts.channel_cookie = RtsCookie{machine.peers()->in_channel_cookie.bytes};
  facts.virtual_connection_cookie = RtsCookie{(*there)->cookie().bytes};
  if (step.cookie() == "first-connection") {
    auto const first = co_await leg(1, Channel::in, deadline);
    if (!first) {
      co_return tl::unexpected(first.error());
    }
    facts.first_connection_cookie = RtsCookie{(*first)->machine().peers()->in_channel_cookie.bytes};
  }
  auto const bytes = ack_bytes(step, facts, "none");
  if (!bytes) {
    co_return tl::unexpected(bytes.error());
  }
  auto const channel = channel_named(step.channel(), Channel::in);
  auto const to = channel ? (*there)->leg(*channel) : nullptr;
  if (!to || !to->send(*bytes)) {
    co_return fail({ErrorCode::io, 0, "", "", "the leg is gone"});
  }
  (void)co_await to->outbox().drained(deadline);
  co_return Result<void>();
}

net::Task<Result<void>> Server::reading(std::uint32_t vc,
                                        scn::Reading step,
                                        net::Deadline deadline) {
  auto const legs = co_await legs_named(vc, step.channel(), deadline);
  if (!legs) {
    co_return tl::unexpected(legs.error());
  }
  for (auto const& of : *legs) {
    of->set_reading(!step.stop());
  }
  co_return Result<void>();
}

net::Task<Result<void>> Server::fault(std::uint32_t vc,
                                      faults::api::Fault step,
                                      net::Deadline deadline) {
  for (auto const& fault : faults_.of(std::move(step))) {
    if (!faults::acts_on_open(fault)) {
      if (auto const set = faults_.set(fault, vc); !set) {
        co_return set;
      }
      continue;
    }
    auto const legs = co_await legs_named(vc, std::string(faults::channel_of(fault)), deadline);
    if (!legs) {
      co_return tl::unexpected(legs.error());
    }
    for (auto const& leg : *legs) {
      if (auto const set = faults_.set_on(fault, *leg); !set) {
        co_return set;
      }
    }
  }
  co_return Result<void>();
}

net::Task<Server::Legs> Server::legs_named(std::uint32_t vc,
                                           std::string name,
                                           net::Deadline deadline) {
  std::vector<std::shared_ptr<net::PduLeg>> found;
  if (is_v1(name)) {
    auto const there = co_await v1_connection(vc, deadline);
    if (!there) {
      co_return tl::unexpected(there.error());
    }
    found.push_back((*there)->leg());
    co_return found;
  }
  auto const channels = channels_named(name);
  if (!channels) {
    co_return tl::unexpected(channels.error());
  }
  for (auto const channel : *channels) {
    auto const there = co_await leg(vc, channel, deadline);
    if (!there) {
      co_return tl::unexpected(there.error());
    }
    found.push_back((*there)->leg(channel));
  }
  co_return found;
}

}  // namespace rpchspec::actors
