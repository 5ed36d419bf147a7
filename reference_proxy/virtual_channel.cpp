#include "reference_proxy/virtual_channel.hpp"

#include <fmt/format.h>

#include "protocol/wire/pdu_stream.hpp"
#include "reference_proxy/virtual_channel_acts.hpp"

namespace rpchspec::proxy {
namespace {

constexpr std::size_t kPrefetched = 8192;  // bytes that in_body_prefetched waits for

}  // namespace

template <class Machine>
net::Task<> VirtualChannel<Machine>::run() {
  auto const self = this->shared_from_this();
  co_await net::in_scope([this](net::TaskScope& scope) -> net::Task<> {
    scope_ = &scope;
    scope.spawn(watch_deadlines());
    if (is_to_connect_ || config_.latitude.connects_at_request) {
      scope.spawn(server_.connect(request_, scope));
    }
    if (config_.failure) {
      scope.spawn(share_failures());
    }
    auto const is_closed = [this] { return closed_; };
    static_cast<void>(co_await closing_.wait(is_closed, net::Deadline::never()));
    if (config_.defect == Defect::leak_after_recycling && config_.shared->recycled) {
      static_cast<void>(co_await closing_.next(net::Deadline::never()));
    }
    co_await server_.close();
    scope.cancel();
  });
}

template <class Machine>
std::size_t VirtualChannel<Machine>::on_bytes(std::shared_ptr<ClientLeg> const& leg) {
  auto const data = leg->in.data();
  auto const now = Clock::now();
  auto used = data.size();  // of a leg that is no longer part of this: dropped
  if (is_stalled_) {
    return 0;
  }
  auto const which = legs_.which(*leg);
  if (which == session::ProxyLeg::client) {
    if (!kIsInbound && config_.defect == Defect::rpc_crosses_over) {
      if (auto const crossing = rpc_pdus_of(data); !crossing.empty()) {
        server_.write(crossing, ByteView());
      }
    }
    used = machine_.on_client_bytes(data, now);
  } else if (which == session::ProxyLeg::successor) {
    used = machine_.on_successor_bytes(data, now);
  }
  pump(data);
  if (std::exchange(is_to_repeat_, false)) {
    used = machine_.on_client_bytes(data, now);
    pump(data);
  }
  return used;
}

template <class Machine>
bool VirtualChannel<Machine>::wants_bytes(ClientLeg const& leg) const {
  auto const which = legs_.which(leg);
  if (closed_ || !which) {
    return true;  // to drop them
  }
  if (is_stalled_) {
    return false;
  }
  return which == session::ProxyLeg::client ? machine_.wants_client_bytes()
                                            : machine_.wants_successor_bytes();
}

template <class Machine>
void VirtualChannel<Machine>::on_ending(ClientLeg const& leg, net::Ending ending) {
  auto const which = legs_.which(leg);
  if (closed_ || ending == net::Ending::cancelled || !which) {
    return;
  }
  if (which == session::ProxyLeg::successor && config_.defect == Defect::successor_loss_stalls) {
    is_stalled_ = true;
    return;
  }
  client_reset_ = ending == net::Ending::rst;
  machine_.on_closed(*which);
  pump({});
}

template <class Machine>
void VirtualChannel<Machine>::on_gone(ClientLeg const& leg) {
  if (!closed_ && legs_.is_former(leg) && config_.defect == Defect::former_close_ends_all) {
    give_up();
  }
}

template <class Machine>
bool VirtualChannel<Machine>::refuses_pieces(ClientLeg const& leg) const {
  if (config_.defect != Defect::first_pdu_in_pieces_refused || is_connecting_) {
    return false;
  }
  auto rest = leg.in.data();
  auto const first = wire::next_pdu(rest);
  return first && !*first;
}

template <class Machine>
bool VirtualChannel<Machine>::is_prefetching(ClientLeg const& leg) const {
  return kIsInbound && config_.defect == Defect::in_body_prefetched && !server_.connected() &&
         leg.in.data().size() < kPrefetched;
}

template <class Machine>
void VirtualChannel<Machine>::give_up() {
  legs_.close_all(how_to_close_client());
  end();
}

template <class Machine>
void VirtualChannel<Machine>::on_server_connected() {
  machine_.on_server_connected(Clock::now());
  pump({});
}

template <class Machine>
void VirtualChannel<Machine>::on_server_failed(std::uint32_t rpc_error, std::string const& why) {
  if (!why.empty()) {
    log(why);
  }
  machine_.on_server_failed(rpc_error);
  pump({});
}

template <class Machine>
std::size_t VirtualChannel<Machine>::on_server_bytes(ByteView data) {
  if (kIsInbound && config_.defect == Defect::rpc_crosses_over && cookie_) {
    if (auto const other = channels_.outbound.find(*cookie_)) {
      other->write_to_client(rpc_pdus_of(data));
    }
  }
  auto const used = machine_.on_server_bytes(data, Clock::now());
  pump(data);
  return used;
}

template <class Machine>
void VirtualChannel<Machine>::write_to_client(Bytes bytes) {
  if (!closed_ && !bytes.empty()) {
    client()->out.write(std::move(bytes));
  }
}

template <class Machine>
void VirtualChannel<Machine>::on_server_ending(net::Ending ending) {
  auto const swallowed =
      config_.defect == Defect::server_rst_swallowed && ending == net::Ending::rst;
  if (!closed_ && ending != net::Ending::cancelled && !swallowed) {
    server_reset_ = ending == net::Ending::rst;
    machine_.on_closed(session::ProxyLeg::server);
    pump({});
  }
}

template <class Machine>
void VirtualChannel<Machine>::take_over(std::shared_ptr<ClientLeg> const& leg,
                                        ChannelRequest const& request) {
  legs_.add_successor(leg);
  machine_.on_successor(machine_config(request, *leg), Clock::now());
  pump({});
}

template <class Machine>
net::Task<> VirtualChannel<Machine>::watch_deadlines() {
  while (!closed_) {
    armed_ = machine_.next_deadline();
    static_cast<void>(co_await earlier_.next(net::Deadline(armed_)));
    auto const now = Clock::now();
    if (now >= machine_.next_deadline()) {
      machine_.on_deadline(now);
      pump({});
    }
  }
}

template <class Machine>
net::Task<> VirtualChannel<Machine>::share_failures() {
  static_cast<void>(co_await config_.failure->next(net::Deadline::never()));
  if (!closed_) {
    machine_.on_closed(session::ProxyLeg::client);
    pump({});
  }
}

template <class Machine>
void VirtualChannel<Machine>::end() {
  closed_ = true;
  if (cookie_) {
    table().remove(*cookie_, *this);
  }
  closing_.notify();
  server_.notify();
  earlier_.notify();
}

template <class Machine>
net::CloseHow VirtualChannel<Machine>::how_to_close_client() const {
  if (config_.defect == Defect::close_loses_data) {
    return net::CloseHow::rst;
  }
  if (config_.latitude.aborts_by_rst && (machine_.error() || client_reset_)) {
    return net::CloseHow::rst;
  }
  return server_reset_ ? config_.on_server_reset : net::CloseHow::fin;
}

template <class Machine>
void VirtualChannel<Machine>::log(std::string const& text) const {
  if (config_.log) {
    config_.log(LogLevel::info, fmt::format("{} channel of {} to {}: {}", kIsInbound ? "IN" : "OUT",
                                            remote_, wire::to_string(request_.uri), text));
  }
}

template class VirtualChannel<session::InboundProxy>;
template class VirtualChannel<session::OutboundProxy>;

}  // namespace rpchspec::proxy
