#include "protocol/session/proxy_outputs.hpp"

#include <algorithm>
#include <cassert>

namespace rpchspec::session {

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::client_closed:
      return "the client closed";
    case CloseReason::server_closed:
      return "the server closed";
    case CloseReason::protocol_error:
      return "protocol error";
    case CloseReason::wrong_direction:
      return "RPC PDU in the wrong direction";
    case CloseReason::server_failed:
      return "no connection to the server";
    case CloseReason::lifetime_spent:
      return "the channel's Content-Length is spent";
    case CloseReason::no_first_pdu:
      return "no first PDU came";
    case CloseReason::idle:
      return "idle";
    case CloseReason::recycled:
      return "recycled";
  }
  return "";
}

void ProxyOutputs::begin(ByteView input) {
  assert(pulled_ == items_.size());
  clear();
  input_ = input;
}

void ProxyOutputs::clear() {
  owned_.clear();
  signals_.clear();
  items_.clear();
  pulled_ = 0;
}

void ProxyOutputs::add(Item const& item) {
  if (!items_.empty() && pulled_ < items_.size()) {
    auto& last = items_.back();
    if (last.origin == item.origin && last.to == item.to && last.queue == item.queue &&
        item.origin != Origin::signal && last.offset + last.size == item.offset) {
      last.size += item.size;
      return;
    }
  }
  items_.push_back(item);
}

void ProxyOutputs::forward(ProxyLeg to, ByteView part_of_input) {
  auto const offset = static_cast<std::size_t>(part_of_input.data() - input_.data());
  assert(offset + part_of_input.size() <= input_.size());
  add({Origin::input, to, nullptr, offset, part_of_input.size()});
}

void ProxyOutputs::release(ProxyLeg to, PduQueue const& queue, PduQueue::Slot slot) {
  add({Origin::queue, to, &queue, slot.offset, slot.size});
}

void ProxyOutputs::send(ProxyLeg to, wire::RtsPdu const& pdu) {
  auto const offset = owned_.size();
  wire::encode_to(pdu, owned_);
  owned_[offset + wrong_header_.offset] ^= wrong_header_.bits;
  add({Origin::owned, to, nullptr, offset, owned_.size() - offset});
}

void ProxyOutputs::send_copy(ProxyLeg to, ByteView bytes) {
  auto const offset = owned_.size();
  append(owned_, bytes);
  add({Origin::owned, to, nullptr, offset, bytes.size()});
}

void ProxyOutputs::signal(ProxyEvent event) {
  signals_.push_back(event);
  items_.push_back({Origin::signal, ProxyLeg::client, nullptr, signals_.size() - 1, 0});
}

ByteView ProxyOutputs::bytes_of(Item const& item) const {
  switch (item.origin) {
    case Origin::input:
      return input_.subspan(item.offset, item.size);
    case Origin::queue:
      return item.queue->view({item.offset, item.size});
    case Origin::owned:
      return ByteView(owned_).subspan(item.offset, item.size);
    case Origin::signal:
      break;
  }
  return {};
}

bool ProxyOutputs::sends_to(ProxyLeg leg) const {
  return std::any_of(items_.begin(), items_.end(), [leg](Item const& item) {
    return item.origin != Origin::signal && item.to == leg;
  });
}

std::optional<ProxyEvent> ProxyOutputs::next() {
  if (pulled_ == items_.size()) {
    return std::nullopt;
  }
  auto const& item = items_[pulled_++];
  if (item.origin == Origin::signal) {
    return signals_[item.offset];
  }
  auto const bytes = bytes_of(item);
  return item.to == ProxyLeg::server ? ProxyEvent(ToServer{bytes}) : ProxyEvent(ToClient{bytes});
}

}  // namespace rpchspec::session
