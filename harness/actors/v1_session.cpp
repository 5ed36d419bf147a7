#include "harness/actors/v1_session.hpp"

#include "journal/payload_pdu.hpp"

namespace rpchspec::actors {
namespace {

constexpr std::size_t kMostV1Replies = 4096;

}  // namespace

V1Session::V1Session(net::TaskScope& scope, net::Event& changed, V1SessionOptions options)
    : scope_(scope),
      changed_(changed),
      options_(std::move(options)),
      payload_(changed,
               options_.payload_key,
               {static_cast<std::uint16_t>(options_.number), false, 0},
               payload_way()) {}

std::shared_ptr<HttpChannel> V1Session::attach(net::Stream stream) {
  auto const self = std::make_shared<std::weak_ptr<HttpChannel>>();
  HttpChannel::Handlers handlers;
  handlers.on_head = [this](wire::ResponseHead const& head) {
    machine_.on_response(head.status);
    changed_.notify();
  };
  handlers.on_pdu = [this](wire::PduView const& pdu) { on_pdu(pdu); };
  handlers.on_end = [this, self](net::LegEnd const&) { on_end(self->lock().get()); };
  auto made = std::make_shared<HttpChannel>(std::move(stream), std::move(handlers));
  made->expect_v1();
  *self = made;
  channel_ = made;
  scope_.spawn([made]() -> net::Task<> { co_await made->leg().write(); });
  scope_.spawn([made]() -> net::Task<> { co_await made->read(); });
  return made;
}

void V1Session::on_pdu(wire::PduView const& pdu) {
  if (!journal::carries_payload(pdu.bytes) && replies_.size() < kMostV1Replies) {
    replies_.emplace_back(pdu.bytes.begin(), pdu.bytes.end());
  }
  changed_.notify();
}

void V1Session::on_end(HttpChannel const* of) {
  if (of == channel_.get()) {
    machine_.on_closed();
    if (!options_.patient) {
      channel_->leg().outbox().finish();
    }
    if (options_.on_over) {
      options_.on_over();
    }
  }
  changed_.notify();
}

net::Task<Result<void>> V1Session::send_payload(net::PayloadOrder order, net::Deadline deadline) {
  co_return co_await payload_.send(order, deadline);
}

net::PayloadWay V1Session::payload_way() {
  net::PayloadWay way;
  way.leg = [this]() -> std::shared_ptr<net::PduLeg> {
    return channel_ ? std::shared_ptr<net::PduLeg>(channel_, &channel_->leg()) : nullptr;
  };
  way.send = [this](Bytes pdu) -> Result<void> {
    (void)channel_->leg().send(std::move(pdu));  // one that takes no more has ended
    return {};
  };
  way.note_sent_regardless = [](RpcPduSize) {};
  way.queued = [] { return std::size_t{0}; };  // no window holds anything back
  return way;
}

}  // namespace rpchspec::actors
