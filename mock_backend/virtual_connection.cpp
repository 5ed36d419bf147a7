#include "mock_backend/virtual_connection.hpp"

#include <utility>

#include "journal/payload_pdu.hpp"
#include "protocol/session/scripted.hpp"

namespace rpchspec::backend {

VirtualConnection::VirtualConnection(net::Event& changed,
                                     VirtualConnectionOptions options,
                                     RpcRuntime runtime)
    : changed_(changed),
      timers_(changed.executor()),
      options_(std::move(options)),
      runtime_(std::move(runtime)),
      machine_(options_.session),
      payload_(changed,
               options_.payload_key,
               {static_cast<std::uint16_t>(options_.number), true, 0},
               payload_way()) {}

void VirtualConnection::attach(session::FirstPdu const& first,
                               std::shared_ptr<net::PduLeg> leg,
                               std::shared_ptr<net::SendGate> gate) {
  auto& of = legs(first.channel);
  std::erase_if(gates_, [](auto const& entry) { return !entry.second->attached(); });
  if (gate) {
    gates_[leg.get()] = std::move(gate);
  }
  (first.instance == session::Instance::successor ? of.successor : of.present) = std::move(leg);
  changed_.notify();
}

std::shared_ptr<net::PduLeg> VirtualConnection::leg(session::Channel channel,
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

Result<void> VirtualConnection::on_pdu(session::Channel channel,
                                       std::shared_ptr<net::PduLeg> const& from,
                                       wire::PduView const& pdu) {
  auto const& of = legs(channel);
  if (from != of.present && from != of.successor) {
    return {};
  }
  auto const instance =
      from == of.successor ? session::Instance::successor : session::Instance::predecessor;
  auto done = machine_.on_pdu(channel, pdu, Clock::now(), instance);
  pump();
  return done;
}

void VirtualConnection::on_closed(session::Channel channel,
                                  std::shared_ptr<net::PduLeg> const& leg) {
  auto const& of = legs(channel);
  if (leg == of.present || leg == of.successor) {
    machine_.on_closed(channel);
    pump();
  }
}

void VirtualConnection::switch_to_successor(session::Channel channel) {
  auto& of = legs(channel);
  of.former = std::exchange(of.present, std::exchange(of.successor, nullptr));
  if (channel == session::Channel::in && of.former) {
    of.former->outbox().finish();
  }
}

void VirtualConnection::pump() {
  while (auto event = machine_.next_event()) {
    if (auto* send = std::get_if<session::Server::Send>(&*event)) {
      if (auto const to = leg(send->channel, send->instance)) {
        this->send(*to, std::move(send->bytes));
      }
    } else if (auto const* pdu = std::get_if<session::Server::Deliver>(&*event)) {
      deliver(pdu->pdu);
    } else if (auto const* change = std::get_if<session::Server::Switch>(&*event)) {
      switch_to_successor(change->channel);
    } else if (std::holds_alternative<session::Server::Close>(*event)) {
      close_legs();
    }
    flush_replies();
  }
  if (next_deadline() != armed_) {
    armed_ = next_deadline();
    timers_.notify();
  }
  changed_.notify();
}

void VirtualConnection::send(net::PduLeg& leg, Bytes bytes) {
  if (auto const gate = gates_.find(&leg); gate != gates_.end()) {
    gate->second->pass(bytes);
  } else {
    (void)leg.send(std::move(bytes));
  }
}

// Payload is verified by the journal's tap; here it has only to be consumed. So has what a scenario
// sends without a bind: it is about the proxy, and no call.
void VirtualConnection::deliver(wire::PduView const& pdu) {
  auto const bind = static_cast<std::uint8_t>(wire::Ptype::bind);
  auto const only_carried = options_.number != 0 && !runtime_.bound() && pdu.ptype() != bind;
  if (!journal::carries_payload(pdu.bytes) && !only_carried) {
    reply(runtime_.on_pdu(pdu, Clock::now()));
  }
}

// Kept until the machine's event is done with: the machine must not be entered while it is in use.
void VirtualConnection::reply(RuntimeReply reply) {
  for (auto& pdu : reply.pdus) {
    replies_.push_back(std::move(pdu));
  }
  close_after_replies_ = close_after_replies_ || reply.after == AfterReply::close;
}

void VirtualConnection::flush_replies() {
  for (auto& pdu : std::exchange(replies_, {})) {
    (void)machine_.send_rpc(std::move(pdu));
  }
  if (close_after_replies_) {
    close_legs();
  }
}

TimePoint VirtualConnection::next_deadline() const {
  return std::min(machine_.next_deadline(), runtime_.next_deadline());
}

void VirtualConnection::close_legs() {
  if (options_.patient) {
    return;
  }
  for (auto const& leg : {in_.present, out_.present, in_.successor, out_.successor}) {
    if (leg) {
      leg->outbox().finish();  // what follows is the FIN; the reader goes on to the proxy's own end
    }
  }
}

net::Task<> VirtualConnection::run_timers() {
  while (!finished_) {
    auto const notified = co_await timers_.next(net::Deadline(next_deadline()));
    if (!notified && !finished_) {
      auto const now = Clock::now();
      machine_.on_deadline(now);
      reply(runtime_.on_time(now));
      flush_replies();
      pump();
    }
  }
}

void VirtualConnection::answer_released() {
  reply(runtime_.on_time(Clock::now()));
  flush_replies();
  pump();
}

void VirtualConnection::finish() {
  finished_ = true;
  timers_.notify();
  changed_.notify();
}

void VirtualConnection::release(wire::RtsPduKind kind) {
  machine_.release(kind);
  pump();
}

Result<void> VirtualConnection::recycle_out() {
  auto done = machine_.start_out_recycling();
  pump();
  return done;
}

void VirtualConnection::note_scripted(ByteView bytes) {
  session::note_scripted(machine_, bytes);
}

Result<void> VirtualConnection::send_rpc(Bytes pdu) {
  auto done = machine_.send_rpc(std::move(pdu));
  pump();
  return done;
}

net::Task<Result<void>> VirtualConnection::send_payload(net::PayloadOrder order,
                                                        net::Deadline deadline) {
  auto const self = shared_from_this();
  co_return co_await payload_.send(order, deadline);
}

net::PayloadWay VirtualConnection::payload_way() {
  net::PayloadWay way;
  way.leg = [this] { return out_.present; };
  way.send = [this](Bytes pdu) { return send_rpc(std::move(pdu)); };
  way.note_sent_regardless = [this](RpcPduSize pdu) { machine_.note_sent_regardless(pdu); };
  way.queued = [this] { return machine_.queued_bytes(); };
  way.window = [this] { return machine_.out_window().peer_receive_window(); };
  return way;
}

}  // namespace rpchspec::backend
