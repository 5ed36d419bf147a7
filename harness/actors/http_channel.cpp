#include "harness/actors/http_channel.hpp"

#include <algorithm>
#include <limits>

#include "protocol/wire/http_headers.hpp"
#include "protocol/wire/role_heads.hpp"

namespace rpchspec::actors {

HttpChannel::HttpChannel(net::Stream stream, Handlers handlers)
    : leg_(std::move(stream)), handlers_(std::move(handlers)) {}

net::Task<> HttpChannel::read() {
  auto const end = co_await leg_.read([this](ByteView bytes) { return on_bytes(bytes); });
  ended_ = true;
  if (end.refused && leg_.stream().tap() != nullptr) {
    leg_.stream().tap()->note("the client actor gave up reading: " + to_string(*end.refused),
                              Clock::now());
  }
  if (handlers_.on_end) {
    handlers_.on_end(end);
  }
}

Result<std::size_t> HttpChannel::on_bytes(ByteView bytes) {
  auto left = bytes;
  for (;;) {
    auto const before = left.size();
    auto more = Result<bool>(false);
    switch (phase_) {
      case Phase::head:
        more = take_head(left);
        break;
      case Phase::pdus:
        more = take_pdu(left);
        break;
      case Phase::body:
        more = take_body(left);
        break;
    }
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more || left.empty()) {
      return bytes.size() - left.size();
    }
    if (left.size() == before && phase_ != Phase::head) {
      return bytes.size() - left.size();
    }
  }
}

Result<bool> HttpChannel::take_head(ByteView& left) {
  auto const parsed = wire::parse_response_head(left);
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  if (!*parsed) {
    return false;
  }
  auto const& head = (*parsed)->head;
  left = left.subspan((*parsed)->size);
  if (head.status / 100 == 1) {
    return true;  // interim: the answer is still to come
  }
  auto const length = wire::content_length(head.headers);
  body_left_ = length && *length ? **length : std::numeric_limits<std::uint64_t>::max();
  phase_ = brings_pdus(head) ? Phase::pdus : Phase::body;
  note_head(head);
  if (handlers_.on_head) {
    handlers_.on_head(head);
  }
  if (body_left_ == 0) {
    answered();
  }
  return true;
}

bool HttpChannel::brings_pdus(wire::ResponseHead const& head) const {
  if (wire::find_header(head.headers, "Transfer-Encoding") != nullptr) {
    return false;
  }
  auto const* type = wire::find_header(head.headers, "Content-Type");
  return is_v1_ ? head.status / 100 == 2
                : head.status == 200 && type != nullptr && wire::iequals(*type, "application/rpc");
}

void HttpChannel::note_head(wire::ResponseHead const& head) {
  keeps_ = wire::keeps_alive(head.version, head.headers);
  refused_ = is_v1_ ? head.status / 100 != 2 : head.status != 200;
  auto const echo = head.status == 200 && body_left_ == wire::kEchoResponseLength;
  exchange_ = echo || head.status == 401;
  if (head.status == 401) {
    challenges_ = wire::challenges_of(head.headers);
    logged_on_ = false;
  }
}

Result<bool> HttpChannel::take_pdu(ByteView& left) {
  auto in_body = left.first(std::min<std::uint64_t>(left.size(), body_left_));
  auto const before = in_body.size();
  auto const pdu = wire::next_pdu(in_body);
  if (!pdu) {
    return tl::unexpected(pdu.error());
  }
  if (!*pdu) {
    return false;
  }
  left = left.subspan(before - in_body.size());
  body_left_ -= before - in_body.size();
  if (handlers_.on_pdu) {
    handlers_.on_pdu(**pdu);
  }
  if (body_left_ == 0) {
    answered();
  }
  return true;
}

Result<bool> HttpChannel::take_body(ByteView& left) {
  auto const size = std::min<std::uint64_t>(left.size(), body_left_);
  left = left.subspan(size);
  body_left_ -= size;
  if (body_left_ == 0) {
    answered();
  }
  return true;
}

void HttpChannel::answered() {
  phase_ = Phase::head;
  idle_ = true;
}

}  // namespace rpchspec::actors
