#include "harness/actors/step_values.hpp"

#include <charconv>

#include "journal/payload_pdu.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::actors {
namespace {

namespace scn = scenario::v1;

Result<std::uint32_t> number(std::string_view text, std::string_view field) {
  std::uint32_t value = 0;
  auto const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) {
    return fail({ErrorCode::bad_value, 0, field, "",
                 "'" + std::string(text) + "' is no number of 32 bits"});
  }
  return value;
}

/// Digits, the word for what is right, or the word and "+N" or "-N".
Result<std::uint32_t> relative(std::string_view text,
                               std::string_view word,
                               std::uint32_t actual,
                               std::string_view field) {
  if (text.empty() || text == word) {
    return actual;
  }
  if (!text.starts_with(word)) {
    return number(text, field);
  }
  auto const sign = text[word.size()];
  auto const by = number(text.substr(word.size() + 1), field);
  if (!by || (sign != '+' && sign != '-')) {
    return fail({ErrorCode::bad_value, 0, field, "",
                 "expected digits, '" + std::string(word) + "' or '" + std::string(word) +
                     "+N', found '" + std::string(text) + "'"});
  }
  return sign == '+' ? actual + *by : actual - *by;
}

Result<std::uint32_t> destination_value(std::string_view name) {
  constexpr std::string_view kNames[] = {"FDClient", "FDInProxy", "FDServer", "FDOutProxy"};
  for (std::uint32_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) {
      return i;
    }
  }
  return number(name, "Destination");
}

}  // namespace

Result<session::Channel> channel_named(std::string const& name, session::Channel fallback) {
  if (name.empty()) {
    return fallback;
  }
  if (name == "in" || name == "out") {
    return name == "in" ? session::Channel::in : session::Channel::out;
  }
  return fail({ErrorCode::bad_value, 0, "channel", "",
               "'" + name + "'; allowed: in, out, and v1 where a v1 session has the step"});
}

Result<std::vector<session::Channel>> channels_named(std::string const& name) {
  using session::Channel;
  if (name.empty() || name == "both") {
    return std::vector<Channel>{Channel::in, Channel::out};
  }
  auto const one = channel_named(name, Channel::in);
  if (!one) {
    return tl::unexpected(one.error());
  }
  return std::vector<Channel>{*one};
}

std::string_view to_string(session::Channel channel) {
  return channel == session::Channel::in ? "in" : "out";
}

session::Instance instance_of(scn::Instance named) {
  return named == scn::SUCCESSOR ? session::Instance::successor
         : named == scn::FORMER  ? session::Instance::former
                                 : session::Instance::predecessor;
}

std::optional<std::uint32_t> bytes_left(std::uint64_t recycle_at) {
  return recycle_at == 0 ? std::optional<std::uint32_t>() : static_cast<std::uint32_t>(recycle_at);
}

Result<std::uint32_t> version_named(std::string const& text) {
  return text.empty() ? Result<std::uint32_t>(1) : number(text, "version");
}

session::RecyclingSequence sequence_named(std::string const& name) {
  return name == "r1" ? session::RecyclingSequence::r1 : session::RecyclingSequence::r2;
}

net::CloseHow close_how(scn::Cause cause) {
  switch (cause) {
    case scn::TCP_RST:
      return net::CloseHow::rst;
    case scn::TLS_CLOSE:
      return net::CloseHow::tls_close_notify;
    case scn::TLS_TRUNCATE:
      return net::CloseHow::tls_truncate;
    default:
      return net::CloseHow::fin;
  }
}

Duration to_duration(google::protobuf::Duration const& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

Result<net::PayloadOrder> payload_order(scn::Send const& step, std::uint8_t ptype) {
  net::PayloadOrder order;
  order.bytes = step.bytes() != 0 ? step.bytes() : step.pdu_size();
  if (order.bytes == 0) {
    return fail({ErrorCode::bad_value, 0, "send", "", "nothing to send: give pdu, bytes or hex"});
  }
  order.bytes *= std::max<std::uint64_t>(step.count(), 1);
  if (step.pdu_size() != 0) {
    order.pdu_size = step.pdu_size();
  }
  order.ptype = ptype;
  if (!step.ptype().empty()) {
    auto const named = ptype_of(step.ptype());
    if (!named) {
      return tl::unexpected(named.error());
    }
    order.ptype = *named;
  }
  order.ignore_window = step.ignore_window();
  order.wait = !step.no_wait();
  order.big_endian = step.big_endian();
  return order;
}

Result<Bytes> stray_payload(scn::Send const& step, std::uint8_t ptype) {
  auto const order = payload_order(step, ptype);
  if (!order) {
    return tl::unexpected(order.error());
  }
  journal::PayloadPdu pdu;
  pdu.ptype = order->ptype;
  pdu.size = journal::next_payload_size(order->bytes, order->pdu_size);
  return journal::payload_pdu(pdu);
}

Result<Bytes> ack_bytes(scn::Ack const& step,
                        AckFacts const& facts,
                        std::string const& destination) {
  auto const received =
      relative(step.bytes_received(), "actual", facts.bytes_received, "bytes_received");
  auto const window = relative(step.available_window(), "window", facts.window, "available_window");
  if (!received || !window) {
    return tl::unexpected(received ? window.error() : received.error());
  }
  wire::FlowControlAckCommand ack{BytesReceived(*received), AvailableWindow(*window),
                                  facts.channel_cookie};
  if (step.cookie() == "wrong") {
    ack.channel_cookie.bytes[0] ^= 0xFF;
  } else if (step.cookie() == "virtual-connection") {
    ack.channel_cookie = facts.virtual_connection_cookie;
  } else if (step.cookie() == "first-connection") {
    ack.channel_cookie = facts.first_connection_cookie;
  } else if (!step.cookie().empty() && step.cookie() != "right") {
    return fail(
        {ErrorCode::bad_value, 0, "cookie", "",
         "'" + step.cookie() + "'; allowed: right, wrong, virtual-connection, first-connection"});
  }
  auto const to = step.destination().empty() ? destination : step.destination();
  if (to == "none") {
    return wire::encode(wire::flow_control_ack(ack));
  }
  auto const value = destination_value(to);
  if (!value) {
    return tl::unexpected(value.error());
  }
  return wire::encode(
      wire::flow_control_ack_with_destination(static_cast<wire::ForwardDestination>(*value), ack));
}

}  // namespace rpchspec::actors
