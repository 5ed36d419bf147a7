#include "net/stream.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <chrono>

#include "net/stream_impl.hpp"

namespace rpchspec::net {

std::string endpoint_text(Endpoint const& endpoint) {
  auto const address = endpoint.address().to_string();
  auto const port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

Stream::Impl::Impl(TcpSocket socket_, Side side_)
    : socket(std::move(socket_)),
      side(side_),
      flushed(socket.get_executor()),
      interrupted(socket.get_executor()) {
  error_code error;
  socket.non_blocking(true, error);
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  if (auto const endpoint = socket.local_endpoint(error); !error) {
    local = endpoint_text(endpoint);
  }
  if (auto const endpoint = socket.remote_endpoint(error); !error) {
    remote = endpoint_text(endpoint);
  }
}

Stream::Impl::~Impl() = default;

Stream::Stream() = default;

Stream::Stream(TcpSocket socket, Side side)
    : impl_(std::make_shared<Impl>(std::move(socket), side)) {}

Stream::~Stream() {
  close_now(CloseHow::fin);
}

Stream::Stream(Stream&& other) noexcept : impl_(std::move(other.impl_)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    close_now(CloseHow::fin);
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Result<Stream> Stream::adopt(Executor const& executor, Handover handover) {
  TcpSocket socket(executor);
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(handover.native_handle, any, &size) != 0) {
    return fail({ErrorCode::io, 0, {}, {}, "the socket that was handed over is not one"});
  }
  auto const protocol = any->sa_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
  error_code error;
  socket.assign(protocol, handover.native_handle, error);
  if (error) {
    return fail({ErrorCode::io, 0, {}, {}, "cannot adopt a socket: " + error.message()});
  }
  Stream stream(std::move(socket), handover.accepted ? Side::accepted : Side::connected);
  stream.impl_->prefix = std::move(handover.prefix);
  return stream;
}

Handover Stream::release(Bytes unread) {
  assert(impl_ && !impl_->tls && impl_->socket.is_open());
  Handover made;
  made.accepted = impl_->side == Side::accepted;
  made.prefix = std::move(unread);
  append(made.prefix, ByteView(impl_->prefix).subspan(impl_->prefix_begin));
  error_code error;
  made.native_handle = impl_->socket.release(error);
  impl_.reset();
  return made;
}

void Stream::push_back(Bytes prefix) {
  if (prefix.empty()) {
    return;
  }
  impl_->prefix_told += prefix.size();
  append(prefix, ByteView(impl_->prefix).subspan(impl_->prefix_begin));
  impl_->prefix = std::move(prefix);
  impl_->prefix_begin = 0;
}

void Stream::observe(journal::ConnectionTap tap, std::string service) {
  impl_->tap.emplace(std::move(tap));
  impl_->service = std::move(service);
  impl_->tell_opened();
  if (impl_->handshake_done) {
    impl_->tell_tls();
  }
}

std::uint32_t Stream::connection() {
  return tap() != nullptr ? tap()->connection() : 0;
}

journal::ConnectionTap* Stream::tap() {
  return impl_ && impl_->tap ? &*impl_->tap : nullptr;
}

bool Stream::is_tls() const {
  return impl_ && impl_->tls;
}

namespace {

std::string const kNothing;
TlsSummary const kNoTls;

// HalfClose is of the sending direction, StopReading of the other.
template <class Unfit>
FaultLine line_without(std::vector<Fault> faults) {
  std::erase_if(faults, [](Fault const& f) { return std::holds_alternative<Unfit>(f.what); });
  return FaultLine(std::move(faults));
}

}  // namespace

TlsSummary const& Stream::tls_summary() const {
  return impl_ ? impl_->tls_summary : kNoTls;
}

bool Stream::is_open() const {
  return impl_ && impl_->socket.is_open();
}

std::optional<Ending> Stream::receive_ending() const {
  return impl_ ? impl_->receive.ending : Ending::cancelled;
}

std::optional<Ending> Stream::send_ending() const {
  return impl_ ? impl_->send.ending : Ending::cancelled;
}

std::string const& Stream::ending_detail() const {
  return impl_ ? impl_->detail : kNothing;
}

std::uint64_t Stream::bytes_sent() const {
  return impl_ ? impl_->send.bytes : 0;
}

std::uint64_t Stream::bytes_received() const {
  return impl_ ? impl_->receive.bytes : 0;
}

std::string const& Stream::local() const {
  return impl_ ? impl_->local : kNothing;
}

std::string const& Stream::remote() const {
  return impl_ ? impl_->remote : kNothing;
}

Executor Stream::executor() const {
  return impl_ ? Executor(impl_->socket.get_executor()) : Executor();
}

void Stream::set_buffer_sizes(std::size_t send, std::size_t receive) {
  error_code ignored;
  if (impl_ && send != 0) {
    impl_->socket.set_option(asio::socket_base::send_buffer_size(static_cast<int>(send)), ignored);
  }
  if (impl_ && receive != 0) {
    impl_->socket.set_option(asio::socket_base::receive_buffer_size(static_cast<int>(receive)),
                             ignored);
  }
}

void Stream::set_tcp_keepalive(Duration idle) {
  if (!impl_) {
    return;
  }
  using Seconds = std::chrono::seconds;
  auto const first = std::chrono::ceil<Seconds>(idle).count();
  auto const in_range = [](long long seconds) {
    return static_cast<int>(std::clamp<long long>(seconds, 1, 32767));  // TCP_KEEPIDLE's range
  };
  auto const socket = impl_->socket.native_handle();
  auto const set = [socket](int level, int name, int value) {
    (void)::setsockopt(socket, level, name, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, in_range(first));
  set(IPPROTO_TCP, TCP_KEEPINTVL, in_range(first / 10));
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

void Stream::set_send_faults(std::vector<Fault> faults) {
  if (impl_) {
    impl_->send.faults = line_without<StopReading>(std::move(faults));
    impl_->replan();
  }
}

void Stream::set_receive_faults(std::vector<Fault> faults) {
  if (impl_) {
    impl_->receive.faults = line_without<HalfClose>(std::move(faults));
    impl_->reading_stops_until.reset();
    impl_->replan();
  }
}

}  // namespace rpchspec::net
