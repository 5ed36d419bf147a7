// Rates of typed RTS decoding and encoding, on the PDUs that impacket has classes for.
//
// Each benchmark's label is the PDU in hex, so that bench/rts_impacket.py is held to the same
// bytes.

#include <benchmark/benchmark.h>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::wire {
namespace {

template <class Cookie>
Cookie cookie(std::uint8_t first) {
  Cookie made;
  for (auto& byte : made.bytes) {
    byte = first++;
  }
  return made;
}

RtsPdu make_conn_a1() {
  return conn_a1(cookie<VirtualConnectionCookie>(0x10), cookie<ChannelCookie>(0x20),
                 ReceiveWindowSize(262144));
}

RtsPdu make_conn_b1() {
  return conn_b1(cookie<VirtualConnectionCookie>(0x10), cookie<ChannelCookie>(0x30),
                 ChannelLifetime(1U << 30), ClientKeepalive(300000),
                 cookie<AssociationGroupId>(0x40));
}

RtsPdu make_conn_a3() {
  return conn_a3(ConnectionTimeout(120000));
}

RtsPdu make_conn_c2() {
  return conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000));
}

RtsPdu make_ack() {
  FlowControlAckCommand ack;
  ack.bytes_received = BytesReceived(131072);
  ack.available_window = AvailableWindow(262144);
  ack.channel_cookie = cookie<RtsCookie>(0x20);
  return flow_control_ack_with_destination(ForwardDestination::FDOutProxy, ack);
}

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

void decode(benchmark::State& state, RtsPdu (*make)()) {
  auto const bytes = encode(make());
  RtsPdu pdu;
  for (auto _ : state) {
    auto view = ByteView(bytes);
    benchmark::DoNotOptimize(view);
    auto const done = decode_rts_into(view, pdu);
    benchmark::DoNotOptimize(done);
    benchmark::ClobberMemory();
  }
  if (pdu != make()) {
    state.SkipWithError("what was decoded is not what was encoded");
  }
  state.SetLabel(hex(bytes));
}

void encode_again(benchmark::State& state, RtsPdu (*make)()) {
  auto const pdu = make();
  Bytes bytes;
  for (auto _ : state) {
    bytes.clear();
    encode_to(pdu, bytes);
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
  }
  state.SetLabel(hex(bytes));
}

// clang-format off
BENCHMARK_CAPTURE(decode, CONN/A1, make_conn_a1);
BENCHMARK_CAPTURE(decode, CONN/A3, make_conn_a3);
BENCHMARK_CAPTURE(decode, CONN/B1, make_conn_b1);
BENCHMARK_CAPTURE(decode, CONN/C2, make_conn_c2);
BENCHMARK_CAPTURE(decode, FlowControlAckWithDestination, make_ack);
BENCHMARK_CAPTURE(decode, Ping, ping);
BENCHMARK_CAPTURE(encode_again, CONN/A1, make_conn_a1);
BENCHMARK_CAPTURE(encode_again, CONN/A3, make_conn_a3);
BENCHMARK_CAPTURE(encode_again, CONN/B1, make_conn_b1);
BENCHMARK_CAPTURE(encode_again, CONN/C2, make_conn_c2);
BENCHMARK_CAPTURE(encode_again, FlowControlAckWithDestination, make_ack);
BENCHMARK_CAPTURE(encode_again, Ping, ping);
// clang-format on

}  // namespace
}  // namespace rpchspec::wire
