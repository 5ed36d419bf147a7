#include "bench/straight_end.hpp"

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::bench {

StraightEnd::StraightEnd(net::Stream stream, Options options)
    : leg_(std::move(stream)),
      changed_(leg_.stream().executor()),
      send_window_(options.window),
      receive_window_(options.window),
      payload_(changed_, options.payload_key, {1, options.sends_out, 0}, way()) {}

net::Task<> StraightEnd::read() {
  (void)co_await leg_.read([this](ByteView bytes) { return on_bytes(bytes); });
  changed_.notify();
}

Result<std::size_t> StraightEnd::on_bytes(ByteView bytes) {
  auto left = bytes;
  if (!in_body_) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    auto const at = as_text(left).find(kEnd);
    if (at == std::string_view::npos) {
      return 0;
    }
    left = left.subspan(at + kEnd.size());
    in_body_ = true;
  }
  for (;;) {
    auto const pdu = wire::next_pdu(left);
    if (!pdu) {
      return tl::unexpected(pdu.error());
    }
    if (!*pdu) {
      return bytes.size() - left.size();
    }
    if (auto const done = on_pdu(**pdu); !done) {
      return tl::unexpected(done.error());
    }
  }
}

Result<void> StraightEnd::on_pdu(wire::PduView const& pdu) {
  auto const size = RpcPduSize(static_cast<std::uint32_t>(pdu.bytes.size()));
  if (!pdu.is_rts()) {
    (void)receive_window_.on_received(size);
    if (auto const ack = receive_window_.on_consumed(size)) {
      (void)leg_.send(wire::encode(wire::flow_control_ack(*ack)));
    }
    return {};
  }
  if (auto const read = wire::decode_rts_into(pdu.bytes, scratch_); !read) {
    return read;
  }
  if (auto const* ack = wire::find<wire::FlowControlAckCommand>(scratch_)) {
    if (auto const applied = send_window_.on_ack(*ack); !applied) {
      return applied;
    }
    drain();
    changed_.notify();
  }
  return {};
}

void StraightEnd::send_rpc(Bytes pdu) {
  queued_ += pdu.size();
  queue_.push_back(std::move(pdu));
  drain();
}

void StraightEnd::drain() {
  while (!queue_.empty()) {
    auto const size = RpcPduSize(static_cast<std::uint32_t>(queue_.front().size()));
    if (!send_window_.admits(size)) {
      return;
    }
    send_window_.on_sent(size);
    queued_ -= size.value;
    (void)leg_.send(std::move(queue_.front()));
    queue_.pop_front();
  }
}

net::PayloadWay StraightEnd::way() {
  net::PayloadWay way;
  way.leg = [this] { return std::shared_ptr<net::PduLeg>(std::shared_ptr<void>(), &leg_); };
  way.send = [this](Bytes pdu) {
    send_rpc(std::move(pdu));
    return Result<void>();
  };
  way.note_sent_regardless = [this](RpcPduSize pdu) { send_window_.on_sent_regardless(pdu); };
  way.queued = [this] { return queued_; };
  return way;
}

net::Task<Result<void>> StraightEnd::send_payload(net::PayloadOrder order, net::Deadline deadline) {
  co_return co_await payload_.send(std::move(order), deadline);
}

}  // namespace rpchspec::bench
