#include "mock_backend/backend.hpp"

namespace rpchspec::backend {
namespace {

constexpr auto kLinger = std::chrono::seconds(30);  // for a proxy to close what we have closed

net::CloseHow close_how(OnAccept on_accept) {
  return on_accept == OnAccept::rst ? net::CloseHow::rst : net::CloseHow::fin;
}

}  // namespace

/// What serve_leg knows of the connection it reads.
struct MockBackend::Connection {
  std::shared_ptr<net::PduLeg> leg;
  Listening service;
  std::shared_ptr<VirtualConnection> virtual_connection;  // once the first PDU told
  session::Channel channel = session::Channel::in;
  std::shared_ptr<V1Connection> v1;  // expected to be one, or the first PDU was no RTS PDU
  std::shared_ptr<net::SendGate> gate;
};

MockBackend::MockBackend(net::Executor executor, BackendConfig config, journal::Recorder* recorder)
    : executor_(executor),
      config_(std::move(config)),
      recorder_(recorder),
      scope_(executor, "MockBackend"),
      changed_(executor),
      groups_(std::make_shared<AssociationGroups>()) {}

MockBackend::~MockBackend() = default;

Result<void> MockBackend::start() {
  for (auto const& [service, port] : config_.ports) {
    auto const is_referral = service == Listening::referral || service == Listening::referral_tcp;
    if (is_referral && config_.placement == Placement::CoLocated) {
      continue;  // DSProxy is not loaded where the server is its own global catalog
    }
    if (auto listening = listen(service, port); !listening) {
      return listening;
    }
  }
  return {};
}

Result<void> MockBackend::listen(Listening service, std::uint16_t port) {
  auto listener = net::Listener::bind(executor_, net::ListenOptions(config_.bind, port));
  if (!listener) {
    return tl::unexpected(listener.error());
  }
  config_.advertised[service] = ports_[service] = listener->local_port();
  auto const at = listeners_.emplace(service, std::move(*listener)).first;
  scope_.spawn(accept_from(at->second, service));
  return {};
}

net::Task<> MockBackend::accept_from(net::Listener& listener, Listening service) {
  for (;;) {
    auto stream = co_await listener.accept(net::Deadline::never());
    if (!stream) {
      co_return;
    }
    scope_.spawn(serve(std::move(*stream), service));
  }
}

void MockBackend::adopt(net::Handover handover, Listening service) {
  auto stream = net::Stream::adopt(executor_, std::move(handover));
  if (stream && !scope_.cancelled()) {
    scope_.spawn(serve(std::move(*stream), service));
  }
}

net::Task<> MockBackend::serve(net::Stream stream, Listening service) {
  if (recorder_ != nullptr) {
    journal::TapOptions options;
    options.source = journal::v1::SERVER;
    options.number_of = [this](VirtualConnectionCookie const& cookie) {
      return config_.number_of ? config_.number_of(cookie) : number_of(cookie);
    };
    stream.observe(journal::ConnectionTap(*recorder_, options), std::string(to_string(service)));
  }
  changed_.notify();
  if (config_.on_accept == OnAccept::rst || config_.on_accept == OnAccept::fin) {
    co_await stream.close(close_how(config_.on_accept), net::Deadline::in(std::chrono::seconds(1)));
    co_return;
  }
  if (!config_.send_faults.empty()) {
    stream.set_send_faults(config_.send_faults);
  }
  auto leg = std::make_shared<net::PduLeg>(std::move(stream));
  legs_.push_back(leg);
  ++open_connections_;
  co_await serve_leg(leg, service);
  --open_connections_;
  legs_.remove_if([](auto const& weak) { return weak.expired(); });
  changed_.notify();
}

/// Writes until the leg is done with; then FIN, and RST where the proxy does not end it, too.
net::Task<> MockBackend::write_and_leave(std::shared_ptr<net::PduLeg> leg) {
  co_await leg->write();
  if (leg->outbox().ending()) {
    co_return;
  }
  (void)co_await leg->stream().shutdown_send(net::Deadline::in(kLinger));
  (void)co_await net::sleep_until(net::Deadline::in(kLinger));
  leg->stream().abort();
}

net::Task<> MockBackend::serve_leg(std::shared_ptr<net::PduLeg> leg, Listening service) {
  Connection connection;
  connection.leg = leg;
  connection.service = service;
  connection.v1 = expected_v1(leg, service);
  co_await net::in_scope([&](net::TaskScope& scope) -> net::Task<> {
    scope.spawn(write_and_leave(leg));
    if (co_await greet(*leg, service)) {
      if (!config_.reads) {
        leg->set_reading(false);
      }
      auto const end =
          co_await leg->read([&](ByteView bytes) { return on_bytes(connection, bytes); });
      if (end.refused && leg->stream().tap() != nullptr) {
        leg->stream().tap()->note(to_string(*end.refused), Clock::now());
      }
      net::GateKeeper const gate_keeper(connection.gate);
      auto const gone = connection.virtual_connection;
      if (gone) {
        gone->on_closed(connection.channel, leg);
      }
      auto const has_session = gone || connection.v1;
      if (!(has_session && config_.patient)) {
        co_await leg->close(net::CloseHow::fin, net::Deadline::in(std::chrono::seconds(2)));
      }
      if (gone) {
        forget(gone);
      }
    }
    scope.cancel();
  });
}

/// "ncacn_http/1.0" as the policy says. False: there is nothing to read on this connection.
net::Task<bool> MockBackend::greet(net::PduLeg& leg, Listening service) {
  if (service == Listening::referral_tcp) {
    co_return true;  // ncacn_ip_tcp has no such greeting
  }
  auto const text = as_bytes(wire::kLegacyServerResponse);
  if (config_.on_accept == OnAccept::serve && config_.legacy_response == LegacyPolicy::sent) {
    (void)leg.send(Bytes(text.begin(), text.end()));
  } else if (config_.on_accept == OnAccept::serve &&
             config_.legacy_response == LegacyPolicy::split) {
    auto const pieces = net::Pieces(5, std::chrono::milliseconds(20));
    co_return co_await leg.send_pieces(Bytes(text.begin(), text.end()), pieces,
                                       net::Deadline::in(std::chrono::seconds(10)));
  }
  co_return true;
}

Result<std::size_t> MockBackend::on_bytes(Connection& connection, ByteView bytes) {
  auto left = bytes;
  if (config_.on_accept == OnAccept::silence) {
    return bytes.size();
  }
  for (;;) {
    auto pdu = wire::next_pdu(left);
    if (!pdu) {
      return tl::unexpected(pdu.error());
    }
    if (!*pdu) {
      return bytes.size() - left.size();
    }
    Result<void> done;
    if (connection.virtual_connection) {
      done = connection.virtual_connection->on_pdu(connection.channel, connection.leg, **pdu);
    } else if (connection.v1 && (connection.v1->begun() || !(*pdu)->is_rts())) {
      connection.v1->on_pdu(**pdu);
    } else {
      done = on_first_pdu(connection, **pdu);
    }
    if (!done) {
      return tl::unexpected(done.error());
    }
  }
}

// The server picks the dialect by the first PDU: RTS is v2, anything else is DCE/RPC as it stands.
Result<void> MockBackend::on_first_pdu(Connection& connection, wire::PduView const& pdu) {
  if (!pdu.is_rts()) {
    connection.v1 = made_v1(connection.leg, connection.service, 0);
    connection.v1->on_pdu(pdu);
    return {};
  }
  if (connection.v1) {
    give_back_v1(*std::exchange(connection.v1, nullptr));
  }
  auto const first = session::first_pdu_of_leg(pdu);
  if (!first) {
    return tl::unexpected(first.error());
  }
  if (config_.legacy_response == LegacyPolicy::with_first_pdu) {
    auto const text = as_bytes(wire::kLegacyServerResponse);
    (void)connection.leg->send(Bytes(text.begin(), text.end()));
  }
  auto const joins = first->instance == session::Instance::successor;
  auto const known =
      joins ? joined_by(first->cookie) : virtual_connection(first->cookie, connection.service);
  if (!known) {
    return fail({ErrorCode::unexpected, 0, "VirtualConnectionCookie", "MS-RPCH 3.2.5.5.5",
                 "a successor of a virtual connection that is not known"});
  }
  connection.channel = first->channel;
  connection.virtual_connection = known;
  connection.gate = watched(connection.leg, connection.channel, known->number());
  known->attach(*first, connection.leg, connection.gate);
  return known->on_pdu(first->channel, connection.leg, pdu);
}

net::Task<> MockBackend::stop() {
  for (auto& [service, listener] : listeners_) {
    listener.close();
  }
  for (auto const& weak : legs_) {
    if (auto const leg = weak.lock()) {
      leg->stream().abort();
    }
  }
  for (auto const& [cookie, virtual_connection] : virtual_connections_) {
    virtual_connection->finish();
  }
  virtual_connections_.clear();
  v1_connections_.clear();
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace rpchspec::backend
