#include "net/tcp_probes.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace rpchspec::net {

namespace {

using Descriptor = UseTuple::as_default_on_t<asio::posix::stream_descriptor>;

constexpr std::size_t kLeastIp = 20;  // bytes of a header without options
constexpr std::size_t kLeastTcp = 20;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kAck = 0x10;
constexpr std::uint8_t kSynFinRst = 0x07;

std::uint32_t big_endian(ByteView bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | bytes[at + i];
  }
  return value;
}

/// The kernel drops all but this connection's segments before they are copied.
bool attach_filter(int socket, std::uint16_t prober, std::uint16_t probed) {
  auto const there = std::uint32_t{prober} << 16 | probed;
  auto const back = std::uint32_t{probed} << 16 | prober;
  constexpr std::uint32_t kAll = 0xFFFF;
  std::array<sock_filter, 6> program = {{
      {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},  // X = size of the IP header
      {BPF_LD | BPF_W | BPF_IND, 0, 0, 0},   // both ports
      {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, there},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, back},
      {BPF_RET | BPF_K, 0, 0, kAll},
      {BPF_RET | BPF_K, 0, 0, 0},
  }};
  sock_fprog const filter{static_cast<unsigned short>(program.size()), program.data()};
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

int raw_socket() {
  return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
}

}  // namespace

bool ProbeFinder::on_packet(ByteView packet) {
  if (packet.size() < kLeastIp || packet[0] >> 4 != 4 || packet[9] != kTcp) {
    return false;
  }
  std::size_t const ip = (packet[0] & 0x0FU) * 4U;
  auto const total = std::min<std::size_t>(big_endian(packet, 2, 2), packet.size());
  if (ip < kLeastIp || total < ip + kLeastTcp) {
    return false;
  }
  auto const tcp = packet.subspan(ip, total - ip);
  std::size_t const header = (tcp[12] >> 4) * 4U;
  if (header < kLeastTcp || header > tcp.size() || (tcp[13] & kAck) == 0) {
    return false;
  }
  auto const from = big_endian(tcp, 0, 2);
  auto const to = big_endian(tcp, 2, 2);
  if (from == probed_ && to == prober_) {
    acknowledged_ = big_endian(tcp, 8, 4);
    auto const answered = candidate_ && *candidate_ + 1 == *acknowledged_;
    candidate_.reset();
    return answered;
  }
  if (from != prober_ || to != probed_ || (tcp[13] & kSynFinRst) != 0) {
    return false;
  }
  auto const sequence = big_endian(tcp, 4, 4);
  if (tcp.size() - header > 1) {
    candidate_.reset();
    return false;
  }
  if (acknowledged_) {
    return sequence + 1 == *acknowledged_;
  }
  // An octet that was not acknowledged yet looks the same as one that was: only none is taken.
  candidate_ = tcp.size() == header ? std::optional(sequence) : std::nullopt;
  return false;
}

struct TcpProbes::Impl {
  Impl(Executor executor, int socket, ProbeFinder finder_)
      : descriptor(executor, socket), finder(finder_) {}

  Descriptor descriptor;
  ProbeFinder finder;
  std::array<std::uint8_t, 2048> packet{};
};

TcpProbes::TcpProbes(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TcpProbes::TcpProbes(TcpProbes&&) noexcept = default;
TcpProbes& TcpProbes::operator=(TcpProbes&&) noexcept = default;
TcpProbes::~TcpProbes() = default;

Result<TcpProbes> TcpProbes::open(Executor executor, std::uint16_t prober, std::uint16_t probed) {
  auto const made = raw_socket();
  if (made < 0 || !attach_filter(made, prober, probed)) {
    auto const why = std::string(std::strerror(errno));
    if (made >= 0) {
      close(made);
    }
    return fail({ErrorCode::not_supported, 0, "raw socket", "", why});
  }
  return TcpProbes(std::make_unique<Impl>(executor, made, ProbeFinder(prober, probed)));
}

Task<bool> TcpProbes::next(Deadline deadline) {
  for (;;) {
    auto const [error, bytes] =
        co_await until(deadline, impl_->descriptor.async_read_some(asio::buffer(impl_->packet)));
    if (error) {
      co_return false;
    }
    if (impl_->finder.on_packet(ByteView(impl_->packet).first(bytes))) {
      co_return true;
    }
  }
}

bool can_see_probes() {
  auto const made = raw_socket();
  if (made >= 0) {
    close(made);
  }
  return made >= 0;
}

}  // namespace rpchspec::net
