#include "harness/actors/virtual_connection.hpp"

#include "journal/payload_pdu.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::actors {
namespace {

constexpr std::size_t kMostReplies = 4096;

/// The answer to an echo request: no PDU of a virtual connection.
bool is_echo(wire::PduView const& pdu) {
  auto const rts = pdu.is_rts() ? wire::decode_rts(pdu.bytes) : Result<wire::RtsPdu>();
  return pdu.is_rts() && rts && wire::has_form(*rts, wire::RtsPduKind::Echo);
}

}  // namespace

VirtualConnection::VirtualConnection(net::TaskScope& scope,
                                     net::Event& changed,
                                     VirtualConnectionOptions options)
    : scope_(scope),
      changed_(changed),
      timers_(changed.executor()),
      options_(options),
      machine_(options_.session),
      payload_(changed,
               options_.payload_key,
               {static_cast<std::uint16_t>(options_.number), false, 0},
               payload_way()) {}

std::shared_ptr<HttpChannel> VirtualConnection::attach(session::Channel channel,
                                                       net::Stream stream,
                                                       session::Instance instance) {
  HttpChannel::Handlers handlers;
  handlers.on_head = [this](wire::ResponseHead const&) { changed_.notify(); };
  auto const self = std::make_shared<std::weak_ptr<HttpChannel>>();
  handlers.on_pdu = [this, self, channel](wire::PduView const& pdu) {
    if (auto const of = self->lock()) {
      on_pdu(channel, *of, pdu);
    }
  };
  handlers.on_end = [this, self](net::LegEnd const&) {
    if (auto const ended = self->lock()) {
      on_end(*ended);
    }
  };
  auto made = std::make_shared<HttpChannel>(std::move(stream), std::move(handlers));
  *self = made;
  auto& of = channels(channel);
  (instance == session::Instance::successor ? of.successor : of.present) = made;
  let_watch(channel, made);
  scope_.spawn([made]() -> net::Task<> { co_await made->leg().write(); });
  scope_.spawn([made]() -> net::Task<> { co_await made->read(); });
  return made;
}

/// Its gate keeps the connection, and is detached with all others by stop().
void VirtualConnection::let_watch(session::Channel channel,
                                  std::shared_ptr<HttpChannel> const& made) {
  if (options_.watch == nullptr) {
    return;
  }
  net::LegFacts facts;
  facts.name = channel == session::Channel::in ? "client.in" : "client.out";
  facts.connection = made->leg().stream().connection();
  facts.virtual_connection = options_.number;
  auto const leg = std::shared_ptr<net::PduLeg>(made, &made->leg());
  gates_[made.get()] = options_.watch->opened(std::move(facts), net::controls_of(leg));
}

void VirtualConnection::send(HttpChannel& to, Bytes bytes) {
  if (auto const gate = gates_.find(&to); gate != gates_.end()) {
    gate->second->pass(bytes);
  } else {
    (void)to.leg().send(std::move(bytes));
  }
}

std::shared_ptr<HttpChannel> VirtualConnection::channel(session::Channel channel,
                                                        session::Instance instance) const {
  auto const& of = channel == session::Channel::in ? in_ : out_;
  switch (instance) {
    case session::Instance::predecessor:
      return of.present;
    case session::Instance::successor:
      return of.successor;
    case session::Instance::former:
      return of.former;
  }
  return nullptr;
}

void VirtualConnection::on_pdu(session::Channel from,
                               HttpChannel const& of,
                               wire::PduView const& pdu) {
  auto const is_successor = &of == out_.successor.get();
  if (from == session::Channel::out && !is_echo(pdu) &&
      (is_successor || &of == out_.present.get())) {
    (void)machine_.on_pdu(
        pdu, Clock::now(),
        is_successor ? session::Instance::successor : session::Instance::predecessor);
    pump();
  }
  changed_.notify();
}

void VirtualConnection::switch_to_successor(session::Channel channel) {
  auto& of = channels(channel);
  of.former = std::exchange(of.present, std::exchange(of.successor, nullptr));
  if (channel == session::Channel::out && of.former) {
    of.former->leg().outbox().finish();  // 3.2.2.5.8, 3.2.2.5.10; read to the proxy's own end
  }
}

std::vector<std::shared_ptr<HttpChannel>> VirtualConnection::connections() const {
  std::vector<std::shared_ptr<HttpChannel>> all;
  for (auto const* of : {&in_, &out_}) {
    for (auto const& each : {of->present, of->successor, of->former}) {
      if (each) {
        all.push_back(each);
      }
    }
  }
  return all;
}

void VirtualConnection::on_successor_lost() {
  close_channels();
  changed_.notify();
}

/// The end of a connection that was given up for another one, or carried no channel, loses none.
void VirtualConnection::on_end(HttpChannel const& of) {
  auto const is_one = [&of](Channels const& channels) {
    return &of == channels.present.get() || &of == channels.successor.get();
  };
  if (of.is_channel() && (is_one(in_) || is_one(out_))) {
    close_channels();
  } else if (&of == in_.former.get()) {
    machine_.on_predecessor_ended(Clock::now());
    pump();
  }
  changed_.notify();
}

void VirtualConnection::pump() {
  while (auto event = machine_.next_event()) {
    if (auto* send = std::get_if<session::Client::Send>(&*event)) {
      if (auto const to = channel(send->channel, send->instance)) {
        this->send(*to, std::move(send->bytes));
      }
    } else if (auto const* delivered = std::get_if<session::Client::Deliver>(&*event)) {
      auto const bytes = delivered->pdu.bytes;
      if (journal::carries_payload(bytes)) {
        payload_received_ += bytes.size();  // verified by the journal's tap
      } else if (replies_.size() < kMostReplies) {
        replies_.emplace_back(bytes.begin(), bytes.end());
      }
    } else if (auto* open = std::get_if<session::Client::OpenSuccessor>(&*event)) {
      open_successor_(std::move(*open));
    } else if (auto const* change = std::get_if<session::Client::Switch>(&*event)) {
      switch_to_successor(change->channel);
    } else if (std::holds_alternative<session::Client::Close>(*event)) {
      close_channels();
    }
  }
  if (machine_.next_deadline() != armed_) {
    armed_ = machine_.next_deadline();
    timers_.notify();
  }
  changed_.notify();
}

// 3.2.2.5.11: the loss of one channel ends the virtual connection. What follows here is the FIN;
// the reader goes on to the proxy's own end, which is part of what is judged.
void VirtualConnection::close_channels() {
  if (options_.patient) {
    return;
  }
  for (auto const& channel : {in_.present, out_.present, in_.successor, out_.successor}) {
    if (channel) {
      channel->leg().outbox().finish();
    }
  }
}

void VirtualConnection::stop() {
  stopped_ = true;
  for (auto const& [channel, gate] : gates_) {
    gate->detach();
  }
  timers_.notify();
}

net::Task<> VirtualConnection::run_timers() {
  auto running = true;
  while (running) {
    auto const deadline = net::Deadline(machine_.next_deadline());
    auto const notified = co_await timers_.next(deadline);
    running = !stopped_;
    if (running && !notified) {
      machine_.on_deadline(Clock::now());
      pump();
    }
  }
}

net::Task<Result<void>> VirtualConnection::send_payload(net::PayloadOrder order,
                                                        net::Deadline deadline) {
  co_return co_await payload_.send(order, deadline);
}

net::PayloadWay VirtualConnection::payload_way() {
  net::PayloadWay way;
  way.leg = [this]() -> std::shared_ptr<net::PduLeg> {
    auto const& in = in_.present;
    return in ? std::shared_ptr<net::PduLeg>(in, &in->leg()) : nullptr;
  };
  way.send = [this](Bytes pdu) {
    auto done = machine_.send_rpc(std::move(pdu), Clock::now());
    pump();
    return done;
  };
  way.note_sent_regardless = [this](RpcPduSize pdu) {
    machine_.note_sent_regardless(pdu);
    machine_.note_sent(Clock::now());
  };
  way.queued = [this] { return machine_.queued_bytes(); };
  way.window = [this] { return machine_.in_window().peer_receive_window(); };
  return way;
}

}  // namespace rpchspec::actors
